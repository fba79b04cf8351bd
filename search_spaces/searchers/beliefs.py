"""What the scores so far say about every plan: rows are kept, scales are refitted as scores come in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search_spaces.count import Run
from search_spaces.plan import Plan
from search_spaces.searchers.features import Features
from search_spaces.searchers.posterior import Candidates, Evidence, Posterior, Scores, whiten
from search_spaces.searchers.protocol import Observation
from search_spaces.searchers.scales import Scales, refitted
from search_spaces.searchers.tree_covariance import Numbering, Places

_FIRST_FIT = 8
"""Scores before the scales are fitted for the first time; then whenever there are a fifth more."""
_MOST_FITTED = 400
"""Scores that a fit looks at: the latest."""


class Beliefs:
    """A model of one study. Scores come in its unit; beliefs are about scores of mean 0 and standard deviation 1."""

    def __init__(self, features: Features, *, levels: int) -> None:
        """`levels`: stages of the longest trunk."""
        self.features, self.numbering = features, Numbering(max(levels, 1))
        self._scores = Scores(np.empty((0, len(features.groups))), self.numbering.of([]), np.empty(0))
        self._seen: list[Observation] = []
        self._fits: list[tuple[int, Scales]] = []

    def asked(self, plans: Sequence[Plan]) -> Candidates:
        """Plans as `predict` wants them."""
        rows = [self.features.row(plan) for plan in plans]
        width = len(self.features.groups)
        return Candidates(np.array(rows).reshape(len(plans), width), self.numbering.of([Run(p, 0) for p in plans]))

    def seen(self) -> tuple[list[Plan], Candidates]:
        """The different plans with a score, in the order of their first."""
        first = np.sort(np.unique(self._scores.places.plan_n, return_index=True)[1])
        rows = self._scores.features_nd[first] * self.features.tells_plans_apart
        return [self._seen[place].run.plan for place in first], Candidates(rows, self._scores.places.at(first))

    def update(self, observations: Sequence[Observation]) -> None:
        """Take in new scores, and refit where there are enough of them."""
        if self._seen and (len(observations) < len(self._seen) or observations[len(self._seen) - 1] != self._seen[-1]):
            self._seen, self._fits = [], []
            self._scores = self._rows(0)
        new = observations[len(self._seen) :]
        self._scores = _joined(self._scores, self._of(new))
        self._seen += new
        while (count := self._next_fit()) <= len(self._seen):
            self._fits.append((count, refitted(self.scales, self._standard(self._rows(count)), self.features.groups)))

    @property
    def scales(self) -> Scales:
        """Of the last fit."""
        return self._fits[-1][1] if self._fits else Scales()

    def posterior(self, pending: Sequence[Run] = (), seed: Sequence[int] = ()) -> Posterior:
        """Beliefs in standard units. Scores of `pending` runs are drawn from the beliefs without them."""
        scores = self._standard(self._scores)
        tree, variance = self.scales.tree, self.scales.variances(self.features.groups)
        factor = Evidence(whiten(scores, tree)).scale(variance)
        tree, variance = tree.scaled(factor), variance * factor
        posterior = Posterior(scores, tree, variance)
        if not pending:
            return posterior
        rows = self._of([Observation(run, 0.0) for run in pending])
        drawn = rows.features_nd @ posterior.draw(np.random.default_rng(seed))
        return Posterior(_joined(scores, rows._replace(value_n=drawn)), tree, variance)

    def _next_fit(self) -> int:
        return int(1.2 * self._fits[-1][0]) + 1 if self._fits else _FIRST_FIT

    def _of(self, observations: Sequence[Observation]) -> Scores:
        rows = [self.features.observed(seen.run.plan, seen.rung) for seen in observations]
        return Scores(
            np.array(rows).reshape(len(observations), len(self.features.groups)),
            self.numbering.of([seen.run for seen in observations]),
            np.array([seen.value for seen in observations], dtype=np.float64),
        )

    def _rows(self, count: int) -> Scores:
        """The first `count` scores, of these the latest."""
        kept = slice(max(0, count - _MOST_FITTED), count)
        features, places, values = self._scores
        return Scores(features[kept], Places(*(part[kept] for part in places)), values[kept])

    def _standard(self, scores: Scores) -> Scores:
        values = scores.value_n
        return scores._replace(value_n=(values - values.mean()) / (values.std() or 1.0))


def _joined(one: Scores, other: Scores) -> Scores:
    places = Places(*(np.concatenate(parts) for parts in zip(one.places, other.places, strict=True)))
    return Scores(
        np.concatenate([one.features_nd, other.features_nd]), places, np.concatenate([one.value_n, other.value_n])
    )
