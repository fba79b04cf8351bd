"""How sure: t intervals over seeds, differences paired by seed, rank correlations. Everything says its n.

The seed is the unit: arms are compared seed by seed, which takes out what the seed itself does to both. The intervals
cover the noise of training, not the choice of test items or languages. One seed has no interval, and none is made up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

_EXACT_SEEDS = 12
_FLIPS = 9_999


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


class SignFlips(NamedTuple):
    """A paired permutation test: the signs of the differences change places."""

    p: float
    least: float
    """The smallest p that so many seeds can give."""
    n: int
    exact: bool


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


def sign_flips(ours: Mapping[int, float], theirs: Mapping[int, float]) -> SignFlips | None:
    """Two-sided p of "each seed's difference is as likely to have the other sign"; None for fewer than two seeds.

    Exact up to twelve seeds, beyond that from 9,999 drawn flips.
    """
    differences = [ours[seed] - theirs[seed] for seed in ours if seed in theirs]
    if len(differences) < 2:
        return None
    exact = len(differences) <= _EXACT_SEEDS
    found = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=math.inf if exact else _FLIPS,
        rng=np.random.default_rng(0),
    )
    least = 2.0 ** (1 - len(differences)) if exact else 2 / (1 + _FLIPS)
    return SignFlips(float(found.pvalue), least, len(differences), exact)


def error_reduction(
    ours: Mapping[int, float], theirs: Mapping[int, float], confidence: float = 0.95
) -> Estimate | None:
    """The share of their error, 100 less the score, that we do away with, in percent; seed by seed, with its interval.

    None if they share no seed, or have no error with one of them.
    """
    shared = [seed for seed in ours if seed in theirs]
    if any(theirs[seed] >= 100 for seed in shared):
        return None
    return estimate([100 * (ours[seed] - theirs[seed]) / (100 - theirs[seed]) for seed in shared], confidence)


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
