"""Scores of plans that differ in order alone: one row an order, one column a seed, no cell empty.

Plans are one **set** when they have the same stages (tasks, learning rate, steps) and the same targets; only orders of
one set are ever compared. A set with a single order says nothing and is not in the table.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search_spaces.plan import Plan

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OrderTable:
    """Shape suffixes here and in the modules beside: P plans, R seeds."""

    plans: tuple[Plan, ...]
    seeds: tuple[int, ...]
    scores: Floats
    """(P, R), in points."""

    def __post_init__(self) -> None:
        assert self.scores.shape == (len(self.plans), len(self.seeds))
        assert all(len(members) > 1 for members in self.sets)

    @cached_property
    def sets(self) -> list[list[int]]:
        """Places of the plans of each set."""
        return list(sets_of(self.plans).values())

    @cached_property
    def centred(self) -> Floats:
        """(P, R): scores less the mean of their set with the same seed, which is what an order adds."""
        centred = self.scores.copy()
        for members in self.sets:
            centred[members] -= centred[members].mean(axis=0)
        return centred

    @property
    def differences(self) -> int:
        """Independent differences between orders: orders less sets."""
        return len(self.plans) - len(self.sets)

    @property
    def runs(self) -> int:
        """Scores in the table."""
        return len(self.plans) * len(self.seeds)

    def restricted(self, members: Sequence[int]) -> OrderTable:
        """The table of these plans alone."""
        return OrderTable(tuple(self.plans[place] for place in members), self.seeds, self.scores[list(members)])


def sets_of(plans: Sequence[Plan]) -> dict[Hashable, list[int]]:
    """Set -> places of its plans."""
    found: dict[Hashable, list[int]] = {}
    for place, plan in enumerate(plans):
        stages = sorted(plan.trunk, key=lambda stage: (stage.mixture, stage.learning_rate, stage.steps))
        found.setdefault((tuple(stages), plan.targets), []).append(place)
    return found


def table_of(scores: Mapping[Plan, Mapping[int, float]]) -> OrderTable | None:
    """The plans that share a set with another, over the seeds that all of them have; None if no two share a set."""
    plans = [plan for plan, by_seed in scores.items() if by_seed]
    kept = sorted(place for members in sets_of(plans).values() if len(members) > 1 for place in members)
    if not kept:
        return None
    chosen = tuple(plans[place] for place in kept)
    seeds = sorted(set.intersection(*(set(scores[plan]) for plan in chosen)))
    cells = [[scores[plan][seed] for seed in seeds] for plan in chosen]
    return OrderTable(chosen, tuple(seeds), np.array(cells, dtype=float).reshape(len(chosen), len(seeds)))
