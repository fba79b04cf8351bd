"""What timed calls say: quantiles, rates, and whether two models take the same time.

Calls come in blocks; every block asks every model about the same inputs, in an order of its own. The block is the
unit: intervals draw blocks with replacement, and models are compared block by block, by the logarithm of the ratio of
their medians. Equivalence is shown by two one-sided tests (Schuirmann, 1987): not finding a difference shows nothing.
They are Wilcoxon's signed-rank tests, and ratios the Hodges-Lehmann estimates that belong to them, because on a machine
that does other things too a few blocks take a multiple of their time.

Shape suffixes: B blocks, C calls in a block, R replicates, N calls of a replicate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.arrays import Floats

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
CONFIDENCE = 0.95
LEVEL = 0.05
"""Of the tests for equivalence."""
RESAMPLES = 1000
FEWEST_BLOCKS = 6

EQUIVALENT, SLOWER, FASTER, UNKNOWN = "equivalent", "slower", "faster", "cannot tell"


class Measured(NamedTuple):
    """A value with its percentile interval over blocks; one block has none."""

    value: float
    low: float | None
    high: float | None


class Comparison(NamedTuple):
    """One model's time as a share of another's."""

    ratio: float
    low: float | None
    high: float | None
    """90 % signed-rank interval over blocks, the exact one that goes with the tests; None below six blocks."""
    p: float | None
    """Of the test against a difference as large as the band."""
    verdict: str
    blocks: int


def quantiles(seconds_BC: Floats, seed: int = 0) -> dict[str, Measured]:
    """p50, p95 and p99 over all calls, in seconds."""
    drawn_RN = seconds_BC[_drawn(len(seconds_BC), seed)].reshape(-1, seconds_BC.size)
    return {
        name: _measured(float(np.quantile(seconds_BC, share)), np.quantile(drawn_RN, share, axis=1))
        for name, share in QUANTILES.items()
    }


def rate(amounts_BC: Floats, seconds_BC: Floats, seed: int = 0) -> Measured:
    """What is done in a second, of something of which every call does so much."""
    drawn = _drawn(len(seconds_BC), seed)
    return _measured(
        float(amounts_BC.sum() / seconds_BC.sum()),
        amounts_BC[drawn].sum(axis=(1, 2)) / seconds_BC[drawn].sum(axis=(1, 2)),
    )


def compared(ours_BC: Floats, theirs_BC: Floats, band: float) -> Comparison:
    """Is our time within `band` (0.03 is 3 %, as a ratio up and down) of theirs?"""
    return _verdict(log_ratios(ours_BC, theirs_BC), band)


def compared_over(pairs: Sequence[tuple[Floats, Floats]], band: float) -> Comparison:
    """The same over several kinds of inputs: the mean of their logarithms, block by block."""
    return _verdict(np.mean([log_ratios(ours, theirs) for ours, theirs in pairs], axis=0), band)


def log_ratios(ours_BC: Floats, theirs_BC: Floats) -> Floats:
    """Logarithm of the ratio of medians (B)."""
    return np.asarray(np.log(np.median(ours_BC, axis=1)) - np.log(np.median(theirs_BC, axis=1)))


def _verdict(ratios_B: Floats, band: float) -> Comparison:
    blocks, width = len(ratios_B), math.log1p(band)
    first, second = np.triu_indices(blocks)
    walsh = np.sort((ratios_B[first] + ratios_B[second]) / 2)
    middle = float(np.median(walsh))
    if blocks < FEWEST_BLOCKS:
        return Comparison(math.exp(middle), None, None, None, UNKNOWN, blocks)
    place = _place(blocks)
    p = max(_one_sided(ratios_B + width), _one_sided(width - ratios_B))
    differs = bool(np.any(ratios_B)) and float(stats.wilcoxon(ratios_B).pvalue) < LEVEL
    verdict = UNKNOWN
    if p < LEVEL:
        verdict = EQUIVALENT
    elif differs:
        verdict = SLOWER if middle > 0 else FASTER
    return Comparison(math.exp(middle), math.exp(walsh[place]), math.exp(walsh[-1 - place]), p, verdict, blocks)


@lru_cache
def _place(blocks: int) -> int:
    """The largest signed-rank statistic that a one-sided test of six blocks or more rejects, by its exact distribution.

    As many Walsh averages lie below an interval's lower end.
    """
    shares = np.zeros(blocks * (blocks + 1) // 2 + 1)
    shares[0] = 1.0
    for rank in range(1, blocks + 1):
        shares[rank:] += shares[:-rank].copy()
        shares /= 2
    return int(np.searchsorted(np.cumsum(shares), LEVEL, side="right")) - 1


def _one_sided(distances_B: Floats) -> float:
    """Of the hypothesis that these are not above 0."""
    return float(stats.wilcoxon(distances_B, alternative="greater").pvalue)


def _drawn(blocks: int, seed: int) -> NDArray[np.int64]:
    """Blocks of every replicate (R, B); none of a single block."""
    rng = np.random.default_rng(seed)
    return rng.integers(blocks, size=(RESAMPLES if blocks > 1 else 0, blocks))


def _measured(value: float, drawn_R: Floats) -> Measured:
    if not len(drawn_R):
        return Measured(value, None, None)
    low, high = np.quantile(drawn_R, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Measured(value, float(low), float(high))
