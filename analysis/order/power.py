"""How many seeds would settle the question, if luck is as large as it looks so far.

Settled with 80 % probability in both cases: if in every set two orders differ by the band and the others lie halfway,
which is the least that differences so large can show, the test finds it; if no order differs from another, all pairs
pass the test of equivalence, were their means independent and as uncertain as the most uncertain pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import f as f_distribution
from scipy.stats import norm, t

from analysis.order.equivalence import LEVEL, Extremes
from analysis.order.noncentral import noncentral_f
from analysis.order.strata import Strata
from analysis.order.table import OrderTable

POWER = 0.8
MOST_SEEDS = 1000


def seeds_needed(table: OrderTable, strata: Strata, extremes: Extremes, band: float, *, least: int) -> int | None:
    """Seeds of every order, `least` or more; None if more than `MOST_SEEDS`."""
    have, sets = len(table.seeds), len(table.sets)
    apart = _range_quantile(POWER ** (1 / sets), max(len(members) for members in table.sets)) / math.sqrt(2)

    def settled(seeds: int) -> bool:
        error = extremes.error * math.sqrt(have / seeds)
        freedom = extremes.freedom * (seeds - 1) / (have - 1)
        passes = (apart + float(t.ppf(1 - LEVEL, freedom))) * error < band
        return passes and detection_power(strata, band, sets=sets, seeds=seeds) >= POWER

    if not settled(MOST_SEEDS):
        return None
    return _first(settled, max(2, least), MOST_SEEDS)


def detection_power(strata: Strata, band: float, *, sets: int, seeds: int, level: float = LEVEL) -> float:
    """Probability that the F test finds two orders of each set that differ by the band, all others being halfway."""
    if strata.luck <= 0:
        return 1.0
    between = strata.sphericity * strata.differences
    within = between * (seeds - 1)
    critical = f_distribution.ppf(1 - level, between, within)
    noncentrality = strata.sphericity * seeds * sets * band**2 / 2 / strata.luck
    return 1 - noncentral_f(float(critical), between, within, noncentrality)


def least_seeds(log_count: float, level: float = LEVEL) -> int | None:
    """Seeds with which a permutation test can reach the level at all; None if no number can.

    The least p of n seeds is the reciprocal of the number of rearrangements of n - 1: one that moves all seeds alike
    changes nothing.
    """
    if log_count <= 0:
        return None
    return 1 + math.ceil(-math.log(level) / log_count - 1e-9)


def _range_quantile(share: float, count: int) -> float:
    """What the range of so many independent standard normal numbers stays below with a probability."""
    lowest, width = np.linspace(-9, 9, 4001, retstep=True)

    def excess(span: float) -> float:
        inside = ndtr(lowest + span) - ndtr(lowest)
        return float(count * (norm.pdf(lowest) * inside ** (count - 1)).sum() * width) - share

    return float(brentq(excess, 0.0, 18.0))


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number from `low` to `high` for which something holds that then goes on to hold."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
