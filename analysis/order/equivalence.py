"""Two one-sided tests (TOST, Schuirmann 1987): is the difference between any two orders of a set within the band?

Every pair of orders of one set must pass, so nothing is corrected for their number (an intersection-union test, Berger
1982): claiming equivalence wrongly stays below the level, and with many orders far below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from analysis.order.strata import Strata
from analysis.order.table import OrderTable
from search_spaces.plan import Plan

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Extremes:
    """How far orders of one set are apart, in points."""

    better: Plan
    worse: Plan
    difference: float
    """Between these two, the furthest of the orders in the table: chosen for it, and so exaggerated."""
    bound: float
    """All differences between two orders of a set are smaller, at the level."""
    error: float
    """Standard error of the most uncertain difference between two orders."""
    freedom: float
    """Its degrees of freedom."""

    def within(self, band: float) -> bool:
        """Are the orders equivalent?"""
        return self.bound < band


def extremes_of(table: OrderTable, strata: Strata, level: float = LEVEL) -> Extremes:
    """The furthest two orders, and the bound for all pairs; needs two seeds."""
    means_P = table.scores.mean(axis=1)
    bound, furthest, pair, blurred = 0.0, -1.0, (0, 0), (-1.0, 1.0)
    for members in table.sets:
        for number, one in enumerate(members[:-1]):
            others = members[number + 1 :]
            weights_KC = (strata.basis_PK[one] - strata.basis_PK[others]).T
            error, freedom = strata.combined(strata.total((weights_KC**2).T).T)
            apart = np.abs(means_P[one] - means_P[others])
            bound = max(bound, float((apart + t.ppf(1 - level, freedom) * error).max()))
            blurred = max(blurred, max(zip(error.tolist(), freedom.tolist(), strict=True)))
            if apart.max() > furthest:
                furthest, pair = float(apart.max()), (one, others[int(apart.argmax())])
    better, worse = sorted(pair, key=lambda place: -means_P[place])
    return Extremes(
        better=table.plans[better],
        worse=table.plans[worse],
        difference=furthest,
        bound=bound,
        error=blurred[0],
        freedom=blurred[1],
    )
