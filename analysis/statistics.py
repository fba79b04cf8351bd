"""How sure: t intervals over seeds, differences paired by seed, rank correlations. Everything says its n.

The seed is the unit: arms are compared seed by seed, which takes out what the seed itself does to both. The intervals
cover the noise of training, not the choice of test items or languages. One seed has no interval, and none is made up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scipy import stats


class Estimate(NamedTuple):
    """A mean over seeds with its interval; `low` and `high` are None where one seed allows none."""

    mean: float
    low: float | None
    high: float | None
    n: int
    confidence: float

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval; None without one."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def verdict(self) -> str:
        """Of a difference: "better", "worse", "not distinguishable", or "unknown" without an interval."""
        if self.low is None or self.high is None:
            return "unknown"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "not distinguishable"


class RankCorrelation(NamedTuple):
    """Spearman's rho; None where fewer than three pairs, or a side without differences, leave it undefined."""

    rho: float | None
    n: int


def estimate(values: Sequence[float], confidence: float = 0.95) -> Estimate | None:
    """Mean and two-sided t interval; None for no value."""
    n = len(values)
    if n == 0:
        return None
    mean = _mean(values)
    if n == 1:
        return Estimate(mean, None, None, 1, confidence)
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * math.sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half, n, confidence)


def paired_difference(
    ours: Mapping[int, float], theirs: Mapping[int, float], confidence: float = 0.95
) -> Estimate | None:
    """`ours` - `theirs` over the seeds that both have; None if they share none."""
    return estimate([ours[seed] - theirs[seed] for seed in ours if seed in theirs], confidence)


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> RankCorrelation:
    """Spearman's rho of two equally long lists, ties by mean rank."""
    assert len(first) == len(second)
    if len(first) < 3 or len(set(first)) == 1 or len(set(second)) == 1:
        return RankCorrelation(None, len(first))
    return RankCorrelation(float(stats.spearmanr(first, second).statistic), len(first))


def _mean(values: Sequence[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
