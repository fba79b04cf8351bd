"""Is the verdict as sure as it says? Tables whose truth is known, judged many times.

Luck is that of the simulated landscapes on which searchers are compared: every trained stage adds its own, and hands on
a share of the luck of the stage before it, so that plans which begin alike are lucky together. Every seed also has a
level of its own. What is not like this in real runs may be tried too: tasks with more luck than others, and rare large
accidents.

Shape suffixes: N tables, P plans, R seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from analysis.order.effects import effects_of
from analysis.order.equivalence import extremes_of
from analysis.order.permutation import permutation_p
from analysis.order.strata import Strata
from analysis.order.symmetries import symmetries_of
from analysis.order.table import Floats, OrderTable
from analysis.order.variance import variance_ratio
from search_spaces.plan import Plan, Stage
from search_spaces.searchers.landscapes import INHERITED, NOISE

LEVEL = 0.05
REARRANGEMENTS = 199
"""Enough for the 5 % level: so many and the table itself make 200, of which ten are the most extreme."""


@dataclass(frozen=True, kw_only=True)
class Luck:
    """What training adds to a score by chance, in points."""

    deviation: float = NOISE
    inherited: float = INHERITED
    """Share of its parent's luck that a stage has; 0: nothing is shared."""
    first_task: float = 1.0
    """How much larger the own luck of stages of the first task is."""
    accidents: bool = False
    """Is luck spread as t with three degrees of freedom, scaled to the same deviation?"""

    def draw(self, plans: Sequence[Plan], seeds: int, count: int, random: np.random.Generator) -> Floats:
        """(N, P, R), with the level of each seed."""
        nodes: dict[tuple[Stage, ...], Floats] = {(): np.zeros((count, seeds))}
        first = min(stage.tasks for plan in plans for stage in plan.trunk)
        for plan in plans:
            for depth, stage in enumerate(plan.trunk, start=1):
                if plan.trunk[:depth] not in nodes:
                    own = self._own(random, (count, seeds)) * (self.first_task if stage.tasks == first else 1.0)
                    kept = self.inherited if depth > 1 else 0.0
                    parent = nodes[plan.trunk[: depth - 1]]
                    nodes[plan.trunk[:depth]] = kept * parent + np.sqrt(1 - kept**2) * own
        levels = self.deviation * random.standard_normal((count, 1, seeds))
        return np.stack([nodes[plan.trunk] for plan in plans], axis=1) + levels

    def _own(self, random: np.random.Generator, shape: tuple[int, int]) -> Floats:
        drawn = random.standard_t(3, shape) / np.sqrt(3) if self.accidents else random.standard_normal(shape)
        return np.asarray(self.deviation * drawn)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Shares of the tables that were judged."""

    tables: int
    rejected: float
    """By the permutation test: "order matters"."""
    equivalent: float
    """All pairs of orders within the band."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Shares of 95 % intervals that hold the truth."""

    effects: float
    ratio: float


def orders_of(tasks: Sequence[str], lengths: Iterable[int]) -> list[Plan]:
    """All orders of so many of the tasks."""
    stages = {
        task: Stage(mixture=((task, 1.0),), learning_rate=1e-3, steps=1) for task in sorted(tasks)
    }  # what it is trained with is of no account here
    return [
        Plan(trunk=tuple(stages[task] for task in order), targets=())
        for length in lengths
        for order in permutations(tasks, length)
    ]


def rates(
    plans: Sequence[Plan],
    truth_P: Floats,
    luck: Luck,
    *,
    seeds: int,
    band: float,
    count: int,
) -> Rates:
    """How often tables of these plans are judged to have an effect of order, and to have none."""
    empty = _table(plans, np.zeros((len(plans), seeds)))
    symmetries = symmetries_of(empty)
    kept = [empty.plans.index(plan) for plan in symmetries.table.plans]
    whole, tested = Strata(empty), Strata(symmetries.table)
    rejected = equivalent = 0
    for number, table in enumerate(_tables(plans, truth_P, luck, seeds, count)):
        moved = symmetries.rearrangements(REARRANGEMENTS, seed=number)
        here = table.restricted(kept)
        rejected += permutation_p(here, Strata(here, like=tested), moved) <= LEVEL
        equivalent += extremes_of(table, Strata(table, like=whole)).within(band)
    return Rates(tables=count, rejected=rejected / count, equivalent=equivalent / count)


def coverage(plans: Sequence[Plan], truth_P: Floats, luck: Luck, *, seeds: int, count: int) -> Coverage:
    """How often the intervals of effects, and of the ratio, hold the truth."""
    certain = _table(plans, np.repeat(truth_P[:, None], 2, axis=1))
    wanted = [effect.mean for effect in effects_of(certain, Strata(certain))]
    tables = list(_tables(plans, truth_P, luck, seeds, count))
    strata = [Strata(table, like=Strata(certain)) for table in tables]
    ratio = Strata(certain).order_square / 2 / float(np.mean([one.luck for one in strata]))
    held, held_ratio = 0, 0
    for table, found in zip(tables, strata, strict=True):
        effects = effects_of(table, found)
        held += sum(one.low <= truth <= one.high for one, truth in zip(effects, wanted, strict=True))
        interval = variance_ratio(found, seeds)
        assert interval.low is not None and interval.high is not None
        held_ratio += interval.low <= ratio <= interval.high
    return Coverage(effects=held / (count * len(wanted)), ratio=held_ratio / count)


def _tables(plans: Sequence[Plan], truth_P: Floats, luck: Luck, seeds: int, count: int) -> Iterator[OrderTable]:
    drawn_NPR = luck.draw(plans, seeds, count, np.random.default_rng(0))
    return (_table(plans, truth_P[:, None] + drawn_PR) for drawn_PR in drawn_NPR)


def _table(plans: Sequence[Plan], scores_PR: Floats) -> OrderTable:
    return OrderTable(tuple(plans), tuple(range(scores_PR.shape[1])), scores_PR)
