"""What seeds do: how far points scatter about the means of their cells, and what other seeds might have given.

Trainings of one size and one seed share luck: the same trunk goes before all amounts of data, one training is judged in
many languages. So whole seeds are drawn, with all their points, each with the deviations of some seed of any size. And
so many points are worth fewer: their number over the design effect (Kish, 1965), which is how much more the sums of
seeds scatter than independent points would, in all groups together or in the one where it is most.

Shape suffixes: N points, R draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.scaling.forms import Table

NOTHING = 1e-20
"""Sums of squares of logarithms below it are dust of rounding: the seeds are alike."""


def cell_means(table: Table) -> Floats:
    """For each point, the mean logarithm over the seeds of its cell (N)."""
    return means_of(table, table.targets)


def means_of(table: Table, values: Floats) -> Floats:
    """Values (..., N) averaged over the points of each cell (..., N)."""
    in_cell = (table.cell[:, None] == np.arange(int(table.cell.max()) + 1)).astype(np.float64)
    return np.asarray(values @ (in_cell / in_cell.sum(axis=0)) @ in_cell.T)


def repeated(table: Table) -> NDArray[np.bool_]:
    """Is there another seed in its cell (N)?"""
    return np.asarray(np.bincount(table.cell)[table.cell] > 1)


def alone(table: Table) -> list[str]:
    """The sizes and amounts of data, by group, at which nothing has another seed: `size 1e+07 of sw`."""
    kept_N = repeated(table)
    return [
        f"{axis} {amount:g}" + (f" of {group}" if group else "")
        for place, group in enumerate(table.groups)
        for column, axis in enumerate(table.axes)
        for amount in np.unique(table.amounts[table.group == place, column])
        if not kept_N[(table.group == place) & (table.amounts[:, column] == amount)].any()
    ]


def freedom(table: Table) -> int:
    """Seeds less sizes, where a size has several: what the scatter is known from."""
    kept_N = repeated(table)
    sizes_N = table.logs[:, table.axes.index("size")] if "size" in table.axes else np.zeros(len(kept_N))
    return len(set(table.luck[kept_N])) - len(set(sizes_N[kept_N]))


def design_effect(table: Table) -> float:
    """How many times as many points there are as independent ones; at least 1."""
    deviations_N = table.targets - cell_means(table)
    parts = [np.ones(len(deviations_N), dtype=bool), *(table.group == group for group in range(len(table.groups)))]
    return max(1.0, *(_effect(deviations_N[part], table.luck[part]) for part in parts))


def _effect(deviations: Floats, luck: NDArray[np.int64]) -> float:
    alone = float((deviations**2).sum())
    return 1.0 if alone < NOTHING else float((np.bincount(luck, weights=deviations) ** 2).sum()) / alone


def drawn_luck(table: Table, draws: int, rng: np.random.Generator) -> Floats:
    """Deviations of logarithms from their cells' means (R, N): each seed has those of some measured seed."""
    seeds = _seeds(table)
    return _given_out(table, seeds[rng.integers(len(seeds), size=(draws, int(table.luck.max()) + 1))])


def normal_luck(table: Table, draws: int, rng: np.random.Generator) -> Floats:
    """Normal deviations with the covariance of the measured seeds' (R, N): no two seeds are drawn alike."""
    seeds = _seeds(table)
    drawn = rng.normal(size=(draws, int(table.luck.max()) + 1, len(seeds)))
    return _given_out(table, drawn @ seeds / np.sqrt(len(seeds)))


def _seeds(table: Table) -> Floats:
    """Deviations of every seed that has others beside it, by group and amounts, widened for how few these are.

    All as long as the longest, the shorter repeated.
    """
    kept_N, counts_N = repeated(table), np.bincount(table.cell)[table.cell]
    deviations_N = (table.targets - cell_means(table)) * np.sqrt(counts_N / np.maximum(counts_N - 1, 1))
    by_luck = np.split(_by_luck(table), np.cumsum(np.bincount(table.luck))[:-1])
    found = [deviations_N[one[kept_N[one]]] for one in by_luck if kept_N[one].any()]
    return np.array([np.resize(one, int(np.bincount(table.luck).max())) for one in found])


def _given_out(table: Table, drawn: Floats) -> Floats:
    """Deviations by seed and place in it, at the points (R, N)."""
    counts = np.bincount(table.luck)
    order_N = _by_luck(table)
    places_N = np.arange(len(order_N)) - np.repeat(np.cumsum(counts) - counts, counts)
    drawn_RN = np.empty((len(drawn), len(order_N)))
    drawn_RN[:, order_N] = drawn[:, table.luck[order_N], places_N]
    return drawn_RN


def _by_luck(table: Table) -> NDArray[np.int64]:
    """Places of the points, seed by seed, within one by group and amounts (N)."""
    return np.lexsort((*table.logs.T, table.group, table.luck))
