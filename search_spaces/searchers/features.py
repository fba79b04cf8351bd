"""A plan as a row of numbers, for a model that is linear in them.

Columns are named, and grouped by what they tell: which tasks are trained, how far from the end, which comes before
which, which directly before, which share a mixture, learning rates and lengths where the space leaves them open, and
what was expected of the tasks beforehand where somebody said so. A task counts with its share of the stage's batches,
so that a mixture is half of each of its halves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from search_spaces.plan import Plan, Stage
from search_spaces.searchers.landscapes import Floats

Group: TypeAlias = Literal[
    "level", "rung", "length", "task", "place", "before", "next", "with", "rate", "steps", "prior"
]
GROUPS: tuple[Group, ...] = get_args(Group)


class Column(NamedTuple):
    """One feature."""

    group: Group
    name: tuple[str | int | float, ...]


class Features:
    """Turns plans into rows over a set of columns that is fixed by the plans a space can give."""

    def __init__(self, plans: Iterable[Plan], *, rungs: int = 1, prior: Mapping[str, float] | None = None) -> None:
        """Columns are those of `plans`; what another plan has beyond them is left out of its row.

        `prior`: task -> what was expected of it, in any unit; tasks that it does not name count as its average.
        """
        plans = list(plans)
        self._expected = standardised(prior or {})
        stages = {stage for plan in plans for stage in plan.trunk}
        self._rates = len({stage.learning_rate for stage in stages}) > 1
        self._target_rates = len({stage.learning_rate for plan in plans for stage in plan.targets}) > 1
        lengths: dict[tuple[tuple[str, float], ...], set[int]] = {}
        for stage in stages:
            lengths.setdefault(stage.mixture, set()).add(stage.steps)
        self._steps = any(len(steps) > 1 for steps in lengths.values())
        found = dict.fromkeys(column for plan in plans for column, _ in self._of(plan))
        columns = [Column("level", ()), *(Column("rung", (rung,)) for rung in range(1, rungs)), *found]
        self._place = {column: place for place, column in enumerate(columns)}
        self.groups = np.array([GROUPS.index(column.group) for column in columns])
        """Place among `GROUPS` of each column's group."""

        self.tells_plans_apart = np.array([column.group not in ("level", "rung") for column in columns])
        """Is the column the plan's, and not that of a score?"""

    def knows(self, plan: Plan) -> bool:
        """Has every feature of the plan a column?"""
        return all(column in self._place for column, _ in self._of(plan))

    def row(self, plan: Plan) -> Floats:
        """The plan's numbers, without level and rung: what tells it from other plans."""
        row = np.zeros(len(self._place))
        for column, value in self._of(plan):
            if (place := self._place.get(column)) is not None:
                row[place] += value
        return row

    def observed(self, plan: Plan, rung: int) -> Floats:
        """The numbers behind a score of the plan at a rung."""
        row = self.row(plan)
        row[0] = 1.0
        if (place := self._place.get(Column("rung", (rung,)))) is not None:
            row[place] = 1.0
        return row

    def _of(self, plan: Plan) -> Iterator[tuple[Column, float]]:
        trunk = plan.trunk
        yield Column("length", (len(trunk),)), 1.0
        for place, stage in enumerate(reversed(trunk)):
            for task, share in stage.mixture:
                yield Column("task", (task,)), share
                yield Column("place", (task, place)), share
                if task in self._expected:
                    yield Column("prior", ()), share * self._expected[task]
            for (one, share), (other, other_share) in combinations(stage.mixture, 2):
                yield Column("with", (one, other)), share * other_share
            yield from self._settings(place, stage)
        yield from _pairs(trunk)
        if self._target_rates:
            for rate in {stage.learning_rate for stage in plan.targets}:
                yield Column("rate", ("target", rate)), 1.0

    def _settings(self, place: int, stage: Stage) -> Iterator[tuple[Column, float]]:
        if self._rates:
            yield Column("rate", (place, stage.learning_rate)), 1.0
            for task, share in stage.mixture:
                yield Column("rate", (task, stage.learning_rate)), share
        if self._steps:
            for task, share in stage.mixture:
                yield Column("steps", (task,)), share * float(np.log2(stage.steps))


def standardised(prior: Mapping[str, float]) -> dict[str, float]:
    """The same with mean 0 and standard deviation 1; nothing, if it makes no difference between tasks."""
    values = np.array(list(prior.values()), dtype=np.float64)
    if not len(values) or values.min() == values.max():
        return {}
    return dict(zip(prior, ((values - values.mean()) / values.std()).tolist(), strict=True))


def _pairs(trunk: Sequence[Stage]) -> Iterator[tuple[Column, float]]:
    """Ordered pairs of tasks in different stages: each before each later one, and next to each of the next."""
    for (first, earlier), (second, later) in combinations(enumerate(trunk), 2):
        for one, share in earlier.mixture:
            for other, other_share in later.mixture:
                yield Column("before", (one, other)), share * other_share
                if second == first + 1:
                    yield Column("next", (one, other)), share * other_share
