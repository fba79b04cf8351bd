"""The key number: order variance over seed variance.

Order variance is how much the mean scores of a set's orders differ. Seed variance is how much what an order adds to its
set changes from seed to seed: the luck that a comparison of two orders with the same seed is up against. Ratio 1 means
that another order moves a score as much as another seed does.

The estimate is that of the analysis of variance, cut off at 0. The interval holds the ratios under which a mean square
between orders as large as the one seen is neither too small nor too large (noncentral F; Steiger and Fouladi, 1997),
with Box's degrees of freedom for luck that is shared. It is about the orders that were tried, not about others.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.optimize import brentq

from analysis.order.noncentral import noncentral_f
from analysis.order.strata import Strata

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class VarianceRatio:
    """Variances in squared points; the ratio and its interval are None where luck is nil."""

    order: float
    luck: float
    ratio: float | None
    low: float | None
    high: float | None
    confidence: float = CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class DepthVariance:
    """The part of both variances that comes from orders which part at one stage, in squared points."""

    depth: int
    """1: orders with different first stages; 2: with the same first stage and different second ones; and so on."""
    differences: int
    """Independent differences between such orders."""
    order: float
    """Cut off at 0."""
    luck: float


def by_depth(strata: Strata, seeds: int) -> list[DepthVariance]:
    """Order variance and seed variance, split by the stage at which orders part; luck adds up to that of all."""
    return [
        DepthVariance(
            depth=depth,
            differences=int(size),
            order=max(0.0, float(square - size * variance / seeds)) / strata.differences,
            luck=float(size * variance) / strata.differences,
        )
        for depth, size, square, variance in zip(
            strata.depths, strata.sizes, strata.total(strata.effects_K**2), strata.variances, strict=True
        )
    ]


def variance_ratio(strata: Strata, seeds: int, confidence: float = CONFIDENCE) -> VarianceRatio:
    """Order variance over seed variance; needs two seeds."""
    order = max(0.0, (strata.order_square - strata.luck) / seeds)
    if strata.luck <= 0:
        return VarianceRatio(order=order, luck=0.0, ratio=None, low=None, high=None, confidence=confidence)
    seen = strata.order_square / strata.luck
    between = strata.sphericity * strata.differences
    within = between * (seeds - 1)
    low, high = (_noncentrality(seen, between, within, share) for share in ((1 + confidence) / 2, (1 - confidence) / 2))
    return VarianceRatio(
        order=order,
        luck=strata.luck,
        ratio=order / strata.luck,
        low=low / (seeds * between),
        high=high / (seeds * between),
        confidence=confidence,
    )


def _noncentrality(seen: float, between: float, within: float, share: float) -> float:
    """The noncentrality under which F stays below `seen` with probability `share`; 0 where none is small enough."""

    def excess(noncentrality: float) -> float:
        return noncentral_f(seen, between, within, noncentrality) - share

    if excess(0.0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high))
