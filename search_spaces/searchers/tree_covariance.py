"""How scores in a trie go together beyond what their features tell: shared surprises, and shared luck.

*Surprise* belongs to a plan: a part of its own, and a small one that it shares with whoever has the same prefix. It is
the same with every seed. *Luck* belongs to a training: a child has a share of its parent's, so that siblings of one
seed are lucky together. Plans that begin differently share neither, so everything falls into blocks by first stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from search_spaces.count import Run
from search_spaces.plan import Plan, Stage
from search_spaces.searchers.landscapes import Floats

Ints = npt.NDArray[np.int64]
_JUDGING = 0.05
"""Share of the luck that is not even the same for two judgements of one training (other rung, other target stage)."""


class Places(NamedTuple):
    """Where runs are in the trie. `n` runs, at most `l` stages deep."""

    prefix_nl: Ints
    """Number of the trie's node after each stage; -1 beyond the end."""
    plan_n: Ints
    seed_n: Ints
    parts_n: Ints
    """Tasks of all stages together."""

    def at(self, chosen: Ints) -> Places:
        """Some of the runs."""
        return Places(*(each[chosen] for each in self))

    @property
    def depth_n(self) -> Ints:
        """Stages of each trunk."""
        return np.asarray((self.prefix_nl >= 0).sum(1))


class Numbering:
    """Numbers the nodes of the trie and the plans, in the order in which it meets them."""

    def __init__(self, levels: int) -> None:
        self._levels = levels
        self._nodes: dict[tuple[Stage, ...], int] = {}
        self._plans: dict[Plan, int] = {}

    def of(self, runs: Sequence[Run]) -> Places:
        """Where these runs are."""
        prefix_nl = np.full((len(runs), self._levels), -1, dtype=np.int64)
        for row, (plan, _) in zip(prefix_nl, runs, strict=True):
            for depth in range(len(plan.trunk)):
                row[depth] = self._nodes.setdefault(plan.trunk[: depth + 1], len(self._nodes))
        plans = [self._plans.setdefault(plan, len(self._plans)) for plan, _ in runs]
        seeds = [run.seed for run in runs]
        parts = [sum(len(stage.mixture) for stage in plan.trunk) for plan, _ in runs]
        return Places(prefix_nl, *(np.array(each, dtype=np.int64) for each in (plans, seeds, parts)))

    def nodes(self, trunks: Iterable[tuple[Stage, ...]]) -> Ints:
        """The numbers of these nodes."""
        return np.array([self._nodes.setdefault(trunk, len(self._nodes)) for trunk in trunks], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class TreeCovariance:
    """Variances, in the unit of the scores squared."""

    own: float
    prefix: float
    """For each stage of a common prefix."""
    luck: float
    inherited: float
    """Correlation of a node's luck with its parent's."""

    def scaled(self, factor: float) -> TreeCovariance:
        """All variances times `factor`."""
        own, prefix, luck = (factor * variance for variance in (self.own, self.prefix, self.luck))
        return TreeCovariance(own=own, prefix=prefix, luck=luck, inherited=self.inherited)

    def surprise(self, one: Places, other: Places) -> Floats:
        """Covariance of the surprises of runs, (one, other)."""
        own = self.own * _surprising(other) * (one.plan_n[:, None] == other.plan_n)
        return np.asarray(own + self.prefix * _common(one, other))

    def own_surprise(self, places: Places) -> Floats:
        """Variance of each run's surprise."""
        return self.own * _surprising(places) + self.prefix * places.depth_n

    def observed(self, places: Places) -> Floats:
        """Covariance of surprise and luck together among observed runs."""
        common, depth = _common(places, places), places.depth_n
        together = (common > 0) | ((depth[:, None] == 0) & (depth == 0))
        together &= places.seed_n[:, None] == places.seed_n
        luck = (1 - _JUDGING) * np.where(together, self.inherited ** (depth[:, None] + depth - 2.0 * common), 0.0)
        return self.surprise(places, places) + self.luck * (luck + _JUDGING * np.eye(len(depth)))


def blocks(first: Ints, second: Ints) -> Iterator[tuple[Ints, Ints]]:
    """For each first stage, the runs that begin with it: places in `first`, and places in `second`."""
    stages, met = np.unique(first, return_index=True)
    for stage in stages[np.argsort(met)]:  # in the order of `first`, whatever the numbers are: sums stay the same
        yield np.flatnonzero(first == stage), np.flatnonzero(second == stage)


def _surprising(places: Places) -> Floats:
    """Share of `own` that a plan has: none where the effects of one task say all, little where those of a pair do."""
    return np.array([0.0, 0.0, 0.25, 1.0])[np.minimum(places.parts_n, 3)]


def _common(one: Places, other: Places) -> Floats:
    """Stages that two runs share from the start."""
    same = (one.prefix_nl[:, None, :] == other.prefix_nl) & (one.prefix_nl[:, None, :] >= 0)
    return np.asarray(same.sum(-1), dtype=np.float64)
