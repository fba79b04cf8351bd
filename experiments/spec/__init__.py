"""A spec: one YAML file, read once, strictly, into typed, frozen values."""

from experiments.spec.experiment import ExperimentSpec
from experiments.spec.reading import SpecError, load_spec, read_spec

__all__ = ["ExperimentSpec", "SpecError", "load_spec", "read_spec"]
