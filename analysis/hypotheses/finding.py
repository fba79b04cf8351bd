"""One claim against the data: an estimate, two one-sided tests, and an interval as wide as one asks for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from scipy.special import stdtr, stdtrit

from analysis.order.sources import Source

Bounds: TypeAlias = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the data say of a claim's number, in points."""

    estimate: float
    bounds: Callable[[float], Bounds]
    """Error on either side -> interval."""
    confirming: float
    """p of the test that must reject for the claim to be confirmed."""
    rejecting: float
    """p of the test that must reject for the claim to be rejected."""
    source: Source
    seeds: tuple[int, ...]
    data: str
    """How much was compared: `6 orders of one set`."""
    equivalence_confirms: bool = False
    """Is it an effect near 0 that the claim is about?"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unanswered:
    """Why the data cannot speak about a claim."""

    reason: str


class Difference(NamedTuple):
    """A difference with its standard error and degrees of freedom."""

    mean: float
    error: float
    freedom: float

    def above(self, bound: float) -> float:
        """P of "it is `bound` or less"."""
        return float(stdtr(self.freedom, (bound - self.mean) / self.error))

    def below(self, bound: float) -> float:
        """P of "it is `bound` or more"."""
        return float(stdtr(self.freedom, (self.mean - bound) / self.error))

    def bounds(self, error: float) -> Bounds:
        """Interval that misses with this probability on either side."""
        half = float(stdtrit(self.freedom, 1 - error)) * self.error
        return self.mean - half, self.mean + half


def paired(differences: Sequence[float]) -> Difference | None:
    """The mean of differences, one a seed; None where they show no luck: fewer than two, or all equal."""
    count = len(differences)
    if count < 2:
        return None
    mean = math.fsum(differences) / count
    variance = math.fsum((one - mean) ** 2 for one in differences) / (count - 1)
    if variance <= 1e-20 * max(1.0, mean**2):
        return None
    return Difference(mean, math.sqrt(variance / count), count - 1)
