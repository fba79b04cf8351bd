"""A spec: one YAML file, read once, strictly, into typed, frozen values."""

from experiments.spec.reading import ExperimentSpec, SpecError, load_spec, read_spec

__all__ = ["ExperimentSpec", "SpecError", "load_spec", "read_spec"]
