"""A plan is data: what is trained, in order. `Plan(trunk, targets)`, two tuples of `Stage`.

A single task is a mixture of one, multi-task training a mixture of many, direct fine-tuning an empty trunk, masked
language modelling a task like any other. Nothing anywhere asks which of these it has before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A number of optimiser steps on one mixture of training tasks at one peak learning rate."""

    mixture: tuple[tuple[str, float], ...]
    """(training task, share of the batches), sorted by task; shares are positive and sum to 1."""
    learning_rate: float
    steps: int

    def __post_init__(self) -> None:
        if not self.mixture:
            raise ValueError("a stage trains on nothing; give its mixture at least one task")
        names = [name for name, _ in self.mixture]
        if names != sorted(set(names)):
            raise ValueError(f"a mixture lists {names}; name each task once, in sorted order")
        if min(share for _, share in self.mixture) <= 0 or abs(sum(share for _, share in self.mixture) - 1) > 1e-9:
            raise ValueError(f"the shares of {dict(self.mixture)} are not positive numbers that sum to 1")
        if self.learning_rate <= 0:
            raise ValueError(f"a learning rate is {self.learning_rate}; it must be positive")
        if self.steps < 1:
            raise ValueError(f"a stage has {self.steps} steps; it needs at least one")

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the training tasks, sorted."""
        return tuple(name for name, _ in self.mixture)

    def scaled(self, scale: float) -> Stage:
        """The same stage, shorter: `scale` times the steps, rounded to the nearest, at least one."""
        return replace(self, steps=max(1, round(self.steps * scale)))


@lru_cache(maxsize=10_000)
def shared(stage: Stage) -> Stage:
    """An equal stage, for all who ask the same object: thousands of plans are made of few different stages."""
    return stage


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Intermediate stages one after another, then target stages, each of which starts from the trunk's end."""

    trunk: tuple[Stage, ...]
    targets: tuple[Stage, ...]


def mixture(weights: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Shares from positive weights, in the normal form that `Stage` wants; equal mixtures are equal values.

    Shares are rounded to nine digits before the last is made to close the sum, so that weights which differ in the
    last bit give one stage and not two.

    Raises:
        ValueError: no task, or a weight that is not positive.
    """
    if not weights or min(weights.values()) <= 0:
        raise ValueError(f"mixture weights are {dict(weights)}; give at least one task, all weights positive")
    total = sum(weights[name] for name in sorted(weights))
    shares = {name: round(weights[name] / total, 9) for name in sorted(weights)}
    last = max(shares)
    shares[last] = round(1.0 - sum(share for name, share in shares.items() if name != last), 9)
    return tuple(shares.items())


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values."""
    return {"trunk": stages_json(plan.trunk), "targets": stages_json(plan.targets)}


def from_json(value: Mapping[str, Any]) -> Plan:
    """The inverse of `as_json`."""
    return Plan(trunk=stages_from_json(value["trunk"]), targets=stages_from_json(value["targets"]))


def stages_json(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """Stages as plain JSON values."""
    return [
        {"mixture": dict(stage.mixture), "learning_rate": stage.learning_rate, "steps": stage.steps} for stage in stages
    ]


def stages_from_json(value: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """The inverse of `stages_json`."""
    return tuple(_stage(stage) for stage in value)


def describe(plan: Plan) -> str:
    """The trunk in one line, for people: `mnli 1e-03 > ccg+qqp 2e-03`; `(direct)` for an empty trunk."""
    if not plan.trunk:
        return "(direct)"
    return " > ".join(f"{'+'.join(stage.tasks)} {stage.learning_rate:.0e}" for stage in plan.trunk)


def _stage(value: Mapping[str, Any]) -> Stage:
    mixture = tuple(sorted((str(k), float(v)) for k, v in value["mixture"].items()))
    return shared(Stage(mixture=mixture, learning_rate=float(value["learning_rate"]), steps=int(value["steps"])))
