"""How much each part of the order model weighs, by marginal likelihood on a coarse grid.

A knob multiplies the prior variances of one part. From the last setting each knob is tried at half and at double its
value; a knob far from where it began must be worth it, so that a handful of scores does not turn them all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from search_spaces.searchers.features import GROUPS, Group
from search_spaces.searchers.landscapes import Floats
from search_spaces.searchers.posterior import Evidence, Scores, whiten
from search_spaces.searchers.tree_covariance import Ints, TreeCovariance

START: Mapping[Group, float] = {
    **{"level": 1.0, "rung": 1.0, "length": 0.25, "task": 0.5, "place": 0.3},
    **{"before": 0.2, "next": 0.2, "with": 0.2, "rate": 0.1, "steps": 0.05, "prior": 0.2},
}
_OWN, _PREFIX, _LUCK = 0.1, 0.02, 0.25
_SPREAD = math.log(3)
"""Standard deviation of a knob's logarithm, before any score."""


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Knobs of the prior; 1 is where they begin."""

    tasks: float = 1.0
    pairs: float = 1.0
    rates: float = 1.0
    prior: float = 1.0
    surprise: float = 1.0
    luck: float = 1.0
    inherited: float = 0.5

    def variances(self, groups: Ints) -> Floats:
        """Prior variance of each column's weight."""
        knobs: dict[Group, float] = {
            **{"task": self.tasks, "place": self.tasks, "rate": self.rates, "steps": self.rates},
            **{"before": self.pairs, "next": self.pairs, "with": self.pairs, "prior": self.prior},
        }
        return np.array([START[group] * knobs.get(group, 1.0) for group in GROUPS])[groups]

    @property
    def tree(self) -> TreeCovariance:
        """The covariance beyond the features."""
        return TreeCovariance(
            own=_OWN * self.surprise,
            prefix=_PREFIX,
            luck=_LUCK * self.luck,
            inherited=self.inherited,
        )

    @property
    def oddness(self) -> float:
        """How unlikely the knobs are before any score, in log units."""
        knobs = (self.tasks, self.pairs, self.rates, self.prior, self.surprise, self.luck)
        return sum(math.log(knob) ** 2 for knob in knobs) / (2 * _SPREAD**2)


def refitted(scales: Scales, scores: Scores, groups: Ints) -> Scales:
    """The scales after one round over the knobs."""
    best, evidence, found = scales, *_evidence(scales, scores, groups)
    for knob in ("tasks", "pairs", "rates", "prior"):
        for factor in (0.5, 2.0):
            other = replace(best, **{knob: getattr(best, knob) * factor})
            if (value := evidence.at(other.variances(groups)) - other.oddness) > found:
                best, found = other, value
                break
    for tried in _other_trees(best):
        _, value = _evidence(tried, scores, groups)
        if value > found:
            best, found = tried, value
    return best


def _other_trees(scales: Scales) -> list[Scales]:
    trees = [replace(scales, **{knob: getattr(scales, knob) * factor}) for knob in _TREE for factor in (0.5, 2.0)]
    return trees + [replace(scales, inherited=share) for share in (0.25, 0.5, 0.75) if share != scales.inherited]


_TREE = ("surprise", "luck")


def _evidence(scales: Scales, scores: Scores, groups: Ints) -> tuple[Evidence, float]:
    evidence = Evidence(whiten(scores, scales.tree))
    return evidence, evidence.at(scales.variances(groups)) - scales.oddness
