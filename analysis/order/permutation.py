"""A permutation test of "order does not matter", within sets and seeds, by the symmetries of the trie.

The statistic adds up, over strata, how much of the differences between orders stays the same from seed to seed: the
log likelihood ratio of normal luck, k log(1 - between / total) with k coordinates a stratum. Strata with much luck
thereby weigh less. The total of a stratum is the same under every rearrangement.

The p value counts what was seen among the rearrangements, so that it is never 0 and the level is kept exactly, however
few are drawn (Phipson and Smyth, 2010).
"""

from __future__ import annotations

import numpy as np

from analysis.order.strata import Strata
from analysis.order.table import Floats, Ints, OrderTable

_CHUNK = 250
_TIE = 1e-9


def permutation_p(table: OrderTable, strata: Strata, moved_BRP: Ints) -> float:
    """The share of rearrangements that differ between orders at least as much as what was seen, itself among them."""
    seen = _statistic(strata, strata.effects_K[None, :])[0]
    beaten = 0
    for start in range(0, len(moved_BRP), _CHUNK):
        moved = moved_BRP[start : start + _CHUNK]
        mean_BP = sum(table.centred[:, seed][moved[:, seed]] for seed in range(len(table.seeds))) / len(table.seeds)
        drawn = _statistic(strata, np.asarray(mean_BP) @ strata.basis_PK)
        beaten += int((drawn >= seen - _TIE * max(1.0, abs(seen))).sum())
    return (1 + beaten) / (1 + len(moved_BRP))


def _statistic(strata: Strata, effects_BK: Floats) -> Floats:
    seeds = strata.coordinates_KR.shape[1]
    between = seeds * strata.total(effects_BK**2)
    share = np.divide(between, strata.whole, out=np.zeros_like(between), where=strata.whole > 0)
    return np.asarray(-(strata.sizes * np.log1p(-np.minimum(share, 1 - 1e-12))).sum(axis=-1))
