"""Gaussian inference for scores that are linear in features, with surprises and luck that follow the trie.

score = features · weights + surprise + luck. Weights have independent normal priors, one variance a group. What is
predicted is features · weights + surprise: what a plan is worth, without luck. The cost grows with the cube of the
number of columns and of the largest block of the trie, not of the number of scores.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from search_spaces.searchers.landscapes import Floats
from search_spaces.searchers.tree_covariance import Places, TreeCovariance, blocks


class Scores(NamedTuple):
    """What was observed: `n` scores over `d` features."""

    features_nd: Floats
    places: Places
    value_n: Floats


class Candidates(NamedTuple):
    """What is asked about: `m` plans over `d` features."""

    features_md: Floats
    places: Places


class Whitened(NamedTuple):
    """Scores after the part that surprise and luck correlate is undone."""

    features_nd: Floats
    value_n: Floats
    log_determinant: float


class Prediction(NamedTuple):
    """What plans are worth."""

    mean_m: Floats
    sd_m: Floats


def whiten(scores: Scores, tree: TreeCovariance) -> Whitened:
    """Undo the covariance of surprise and luck."""
    features, value, log_determinant = np.empty_like(scores.features_nd), np.empty_like(scores.value_n), 0.0
    first = scores.places.prefix_nl[:, 0]
    for rows, _ in blocks(first, first):
        root = np.linalg.cholesky(tree.observed(scores.places.at(rows)))
        both = np.column_stack([scores.features_nd[rows], scores.value_n[rows]])
        solved = solve_triangular(root, both, lower=True, check_finite=False)
        features[rows], value[rows] = solved[:, :-1], solved[:, -1]
        log_determinant += 2.0 * float(np.log(np.diag(root)).sum())
    return Whitened(features, value, log_determinant)


class Evidence:
    """Log marginal likelihood of whitened scores under different prior variances of the weights."""

    def __init__(self, white: Whitened) -> None:
        self._gram_dd = white.features_nd.T @ white.features_nd
        self._product_d = white.features_nd.T @ white.value_n
        self._square = float(white.value_n @ white.value_n)
        self._log_determinant, self._count = white.log_determinant, len(white.value_n)

    def at(self, variance_d: Floats) -> float:
        """Up to a constant, with the common scale of all variances at its best value (a pseudo-score each way)."""
        log_determinant, factor = self._fit(variance_d)
        return -0.5 * (self._log_determinant + log_determinant + (self._count + 2) * math.log(factor))

    def scale(self, variance_d: Floats) -> float:
        """The best common factor of all variances."""
        return self._fit(variance_d)[1]

    def _fit(self, variance_d: Floats) -> tuple[float, float]:
        """Log determinant of what features add, and the best common factor."""
        scale = np.sqrt(variance_d)
        root = np.linalg.cholesky(np.eye(len(scale)) + scale[:, None] * self._gram_dd * scale)
        half = solve_triangular(root, scale * self._product_d, lower=True, check_finite=False)
        misfit = self._square - float(half @ half)
        return 2.0 * float(np.log(np.diag(root)).sum()), (misfit + 2.0) / (self._count + 2)


class Posterior:
    """Beliefs after the scores."""

    def __init__(self, scores: Scores, tree: TreeCovariance, variance_d: Floats) -> None:
        self._scores, self._tree = scores, tree
        self._white = white = whiten(scores, tree)
        scale = np.sqrt(variance_d)
        gram = white.features_nd.T @ white.features_nd
        root = np.linalg.cholesky(np.eye(len(scale)) + scale[:, None] * gram * scale)
        self._scale_d, self._root_dd = scale, root
        self.weights_d = scale * cho_solve((root, True), scale * (white.features_nd.T @ white.value_n))

    def draw(self, random: np.random.Generator) -> Floats:
        """Weights drawn from what is believed of them."""
        standard = random.standard_normal(len(self._scale_d))
        spread = solve_triangular(self._root_dd, standard, lower=True, trans=1, check_finite=False)
        return np.asarray(self.weights_d + self._scale_d * spread)

    def predict(self, asked: Candidates) -> Prediction:
        """What the plans are worth, luck aside."""
        mean = asked.features_md @ self.weights_d
        variance = self._tree.own_surprise(asked.places)
        left_over = self._white.value_n - self._white.features_nd @ self.weights_d
        unexplained_md = asked.features_md.copy()
        for rows, columns in blocks(self._scores.places.prefix_nl[:, 0], asked.places.prefix_nl[:, 0]):
            if not len(columns):
                continue
            root = np.linalg.cholesky(self._tree.observed(self._scores.places.at(rows)))
            both = self._tree.surprise(self._scores.places.at(rows), asked.places.at(columns))
            told = solve_triangular(root, both, lower=True, check_finite=False)
            mean[columns] += told.T @ left_over[rows]
            variance[columns] -= (told**2).sum(0)
            unexplained_md[columns] -= told.T @ self._white.features_nd[rows]
        spread = solve_triangular(self._root_dd, (unexplained_md * self._scale_d).T, lower=True, check_finite=False)
        variance += (spread**2).sum(0)
        return Prediction(mean, np.sqrt(np.maximum(variance, 1e-12)))
