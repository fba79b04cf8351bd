"""How many stages a set of runs trains: with sharing, without, and what a store already holds. Exact, nothing is run.

A *run* is a plan at one scale with one seed; a trial makes one run a rung, and finals are runs too. Stages are equal if
their keys are, so the function that names stages decides (`content_key` here, a store's own keys in `cairn plan`).
Steps are counted as a runner takes them that meets the runs in the given order: where a longer stage continues a
shorter one, only the extra steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from search_spaces.plan import Plan, Stage

KeyOf: TypeAlias = Callable[[str | None, Stage, int], str]
"""(key of the stage before, or None for the encoder; the stage; the seed) -> the stage's key."""


class Run(NamedTuple):
    """A plan, trained once from end to end."""

    plan: Plan
    seed: int


@dataclass(frozen=True, kw_only=True)
class StageCount:
    """Stages and the optimiser steps and examples they take. `naive`: every run trains each of its stages by itself."""

    naive: int = 0
    shared: int = 0
    in_store: int = 0
    naive_steps: int = 0
    steps_to_train: int = 0
    naive_examples: int = 0
    examples_to_train: int = 0

    @property
    def to_train(self) -> int:
        """Different stages that are not in the store."""
        return self.shared - self.in_store


class Visit(NamedTuple):
    """A stage, met on the way through a run."""

    key: str
    stage: Stage
    is_first: bool
    """Was it not met before?"""
    steps_to_train: int
    """Steps that it takes now: 0 if it was met before or is stored, less where a shorter one is continued."""


def content_key(start: str | None, stage: Stage, seed: int) -> str:
    """A key for counting without an encoder or data at hand: equal for equal stages after equal stages."""
    return f"{start or f'seed {seed}'} > {stage.mixture} {stage.learning_rate!r} {stage.steps}"


def nothing_known(key: str) -> bool:
    """The empty store."""
    return False


@dataclass(frozen=True, kw_only=True)
class StageCounter:
    """Counts stages under one way of training."""

    continues: bool
    """Does a longer stage continue the shorter one from the same start? (The schedule does not look ahead.)"""
    key_of: KeyOf = content_key
    known: Callable[[str], bool] = nothing_known
    """Is a key in the store?"""
    examples_a_step: Callable[[Stage], float] = lambda stage: 1.0
    """Batch size of a stage."""

    def count(self, runs: Iterable[Run]) -> StageCount:
        """Stages of these runs, each different one trained once."""
        total: Counter[str] = Counter()
        for visit in self.visits(runs):
            stage, batch = visit.stage, self.examples_a_step(visit.stage)
            total.update(naive=1, naive_steps=stage.steps, naive_examples=round(stage.steps * batch))
            if visit.is_first:
                steps = visit.steps_to_train
                total.update(
                    shared=1, in_store=int(not steps), steps_to_train=steps, examples_to_train=round(steps * batch)
                )
        return StageCount(**total)

    def visits(self, runs: Iterable[Run]) -> Iterator[Visit]:
        """Every stage of every run, one after another, as one runner meets them."""
        seen: set[str] = set()
        lengths: dict[tuple[str | None, Stage, int], list[int]] = {}
        for plan, seed in runs:
            for start, stage, key in self._walk(plan, seed):
                if key in seen:
                    yield Visit(key, stage, is_first=False, steps_to_train=0)
                    continue
                seen.add(key)
                trained = lengths.setdefault((start, replace(stage, steps=1), seed), [])
                steps = self._steps_to_train(stage, key, trained)
                trained.append(stage.steps)
                yield Visit(key, stage, is_first=True, steps_to_train=steps)

    def _steps_to_train(self, stage: Stage, key: str, trained: Sequence[int]) -> int:
        if self.known(key):
            return 0
        shorter = [steps for steps in trained if steps < stage.steps] if self.continues else []
        return stage.steps - max(shorter, default=0)

    def _walk(self, plan: Plan, seed: int) -> Iterator[tuple[str | None, Stage, str]]:
        """(start, stage, key) of every stage; the target stages all start from the trunk's end."""
        start: str | None = None
        for stage in plan.trunk:
            key = self.key_of(start, stage, seed)
            yield start, stage, key
            start = key
        for stage in plan.targets:
            yield start, stage, self.key_of(start, stage, seed)
