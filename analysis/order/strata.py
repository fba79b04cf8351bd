"""How sure a difference between orders is, when plans that begin alike share their luck.

A stage is trained once for all plans that begin with it, so orders with the same first stages and the same seed inherit
the same accident. The differences between orders fall apart into **strata**, as in the analysis of a split-plot
experiment: between first stages, between second stages after the same first, and so on. Luck is equally spread within a
stratum but not across, so each has a variance of its own, estimated from how its differences change from seed to seed.
What is common to all plans of a set with a seed, such as the seed's own level, is in no stratum and cancels.

The strata are orthogonal, and exact where every set is alone in its trie; sets that share prefixes with other sets make
them approximate (the calibration in `docs/order_verdict.md` measures how much). The variance of a weighted sum over
strata has Satterthwaite's degrees of freedom (1946); the test of all differences at once, Box's (1954).

Shape suffix: K coordinates, all strata one after another.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from analysis.order.table import Floats, Ints, OrderTable

_RANK = 1e-9
_NIL = 1e-20
"""Variances below this share of the scores' mean square are rounding, not luck: a ten-thousand-millionth of a score."""


class Strata:
    """Orthonormal coordinates of the differences between orders, grouped into strata."""

    def __init__(self, table: OrderTable, like: Strata | None = None) -> None:
        """`like`: the strata of other scores of the same plans."""
        self._seeds = len(table.seeds)
        self._nil = _NIL * float((table.scores**2).mean())
        self.basis_PK: Floats
        self.stratum_K: Ints
        self.depths: tuple[int, ...]
        """Of each stratum: at which stage, counted from 1, its orders part."""
        self.basis_PK, self.stratum_K, self.depths = (
            (like.basis_PK, like.stratum_K, like.depths) if like else _basis(table)
        )
        self.coordinates_KR: Floats = self.basis_PK.T @ table.centred
        self.effects_K: Floats = self.coordinates_KR.mean(axis=1)

    @cached_property
    def sizes(self) -> Ints:
        """Coordinates of each stratum."""
        return np.bincount(self.stratum_K)

    @property
    def differences(self) -> int:
        """Independent differences between orders: orders less sets."""
        return len(self.stratum_K)

    def total(self, squares_K: Floats) -> Floats:
        """Sums within strata, along the last axis."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        return np.asarray(np.add.reduceat(squares_K, starts, axis=-1), dtype=float)

    @cached_property
    def residual(self) -> Floats:
        """Sum of squares of each stratum's changes from seed to seed; 0 where they are mere rounding."""
        return self._beyond_rounding(self.coordinates_KR - self.effects_K[:, None])

    @cached_property
    def whole(self) -> Floats:
        """Sum of squares of each stratum, between orders and from seed to seed; 0 where they are mere rounding."""
        return self._beyond_rounding(self.coordinates_KR)

    @cached_property
    def variances(self) -> Floats:
        """Variance of one coordinate with one seed, by stratum; needs two seeds."""
        assert self._seeds > 1
        return self.residual / (self.sizes * (self._seeds - 1))

    @cached_property
    def order_square(self) -> float:
        """Mean square between orders: seeds x the variance of their means, luck included."""
        return float(self._seeds * (self.effects_K**2).sum() / self.differences)

    @cached_property
    def luck(self) -> float:
        """Variance, over seeds, of what an order adds to its set: the mean over all differences."""
        return float(self.residual.sum() / (self.differences * (self._seeds - 1)))

    @cached_property
    def sphericity(self) -> float:
        """Box's epsilon: 1 where all strata vary alike, smaller where few of them hold most of the luck."""
        spread = self.sizes * self.variances
        squares = float((spread * self.variances).sum())
        return float(spread.sum()) ** 2 / (self.differences * squares) if squares else 1.0

    def uncertainty(self, contrasts_PC: Floats) -> tuple[Floats, Floats]:
        """Standard errors and degrees of freedom of weighted sums (weights in columns) of the plans' mean scores."""
        weights_SC = self.total(((self.basis_PK.T @ contrasts_PC) ** 2).T).T
        return self.combined(weights_SC)

    def combined(self, weights_SC: Floats) -> tuple[Floats, Floats]:
        """The same from each stratum's part of the squared weights."""
        parts = weights_SC * self.variances[:, None] / self._seeds
        variance = parts.sum(axis=0)
        spread = (parts**2 / (self.sizes * (self._seeds - 1))[:, None]).sum(axis=0)
        most = float(self.differences * (self._seeds - 1))
        freedom = np.divide(variance**2, spread, out=np.full_like(variance, most), where=spread > 0)
        return np.sqrt(variance), freedom

    def _beyond_rounding(self, differences_KR: Floats) -> Floats:
        """Sums of squares within strata."""
        found = self.total((differences_KR**2).sum(axis=1))
        return np.where(found > self._nil * self.sizes * self._seeds, found, 0.0)


def _basis(table: OrderTable) -> tuple[Floats, Ints, tuple[int, ...]]:
    """Orthonormal columns, those of shallower prefixes first, each column's stratum, and each stratum's depth."""
    count = len(table.plans)
    columns, strata = np.zeros((count, 0)), np.zeros(0, dtype=np.int64)
    depths: list[int] = []
    for depth in range(1, max(len(plan.trunk) for plan in table.plans) + 1):
        nodes = [plan.trunk[:depth] if depth < len(plan.trunk) else (plan.trunk, plan.targets) for plan in table.plans]
        numbers = {node: number for number, node in enumerate(dict.fromkeys(nodes))}
        indicator = np.zeros((count, len(numbers)))
        indicator[np.arange(count), [numbers[node] for node in nodes]] = 1.0
        for members in table.sets:
            indicator[members] -= indicator[members].mean(axis=0)
        left, values, _ = np.linalg.svd(indicator - columns @ (columns.T @ indicator), full_matrices=False)
        fresh = left[:, values > _RANK]
        if fresh.shape[1]:
            strata = np.concatenate([strata, np.full(fresh.shape[1], strata.max(initial=-1) + 1)])
            columns = np.concatenate([columns, fresh], axis=1)
            depths.append(depth)
    return columns, strata, tuple(depths)
