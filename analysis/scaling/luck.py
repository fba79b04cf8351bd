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

_NOTHING = 1e-20


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
    return 1.0 if alone < _NOTHING else float((np.bincount(luck, weights=deviations) ** 2).sum()) / alone


def drawn_luck(table: Table, draws: int, rng: np.random.Generator) -> Floats:
    """Deviations of logarithms from their cells' means, as other seeds might have had them (R, N).

    Deviations are widened for the seeds that their cell's mean was taken from.
    """
    kept_N, counts_N = repeated(table), np.bincount(table.cell)[table.cell]
    deviations_N = (table.targets - cell_means(table)) * np.sqrt(counts_N / np.maximum(counts_N - 1, 1))
    order_N = np.lexsort((*table.logs.T, table.group, table.luck))
    lucks, starts, counts = np.unique(table.luck[order_N], return_index=True, return_counts=True)
    places_N = np.arange(len(order_N)) - np.repeat(starts, counts)
    seeds = [
        deviations_N[mine] for luck in lucks if len(mine := order_N[(table.luck == luck)[order_N] & kept_N[order_N]])
    ]
    donors = np.array([np.resize(one, int(counts.max())) for one in seeds])
    chosen = rng.integers(len(donors), size=(draws, len(lucks)))
    drawn_RN = np.empty((draws, len(order_N)))
    drawn_RN[:, order_N] = donors[np.repeat(chosen, counts, axis=1), places_N]
    return drawn_RN
