"""LogME: how well a linear model explains labels from frozen features, without training one.

For each class, labels 1 and 0 are a linear function of the features with normal weights (precision alpha) and noise
(precision beta). The score is the logarithm of the evidence for an example, at the best alpha and beta, averaged over
classes. It asks how well the features suit the labels with the weights integrated out, so that wide features are not
preferred for being wide. No intercept, as published: You, Liu, Wang and Long (2021), "LogME: Practical Assessment of
Pre-trained Models for Transfer Learning", ICML.

Given alpha / beta, the best beta has a closed form, so that one number is left to be found: on a grid over many orders
of magnitude, then between the best point's neighbours. Nothing needs to converge, and features that tell nothing (alpha
without bound) are no special case.

Shape suffixes: N examples, D width, R the smaller of these, K classes, G points of the grid.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.arrays import Floats, Ints

_DECADES = 12.0
"""Of alpha / beta, on either side of the largest squared singular value. Labels that features fit exactly end there."""
_POINTS = 97


def logme(features_ND: Floats, labels_N: Ints) -> float:
    """Log evidence in nats for an example, mean over the classes that occur; higher is better.

    Neither the names of classes, nor rotating the features, nor their unit matters.

    Raises:
        ValueError: fewer than two classes, other lengths, or features that are no numbers or all zero.
    """
    if len(features_ND) != len(labels_N):
        raise ValueError(f"{len(features_ND)} examples have features and {len(labels_N)} have labels")
    classes = np.unique(labels_N)
    if len(classes) < 2:
        raise ValueError(f"the labels are of {len(classes)} class; the evidence needs two or more")
    if not np.isfinite(features_ND).all() or not features_ND.any():
        raise ValueError("the features are all zero, or hold something that is no number")
    left_NR, singular_R, _ = np.linalg.svd(features_ND.astype(np.float64), full_matrices=False)
    kept = singular_R > singular_R[0] * max(features_ND.shape) * np.finfo(np.float64).eps
    strength_r = np.square(singular_R[kept] / singular_R[0])
    indicators_NK = (labels_N[:, None] == classes).astype(np.float64)
    explained_KR = np.square(indicators_NK.T @ left_NR[:, kept])
    classwise = zip(explained_KR, indicators_NK.sum(axis=0), strict=True)
    return float(np.mean([_Evidence(strength_r, *one, len(labels_N)).best() for one in classwise]))


class _Evidence(NamedTuple):
    """The evidence of one class's labels."""

    strength_r: Floats
    """Squared singular values of the features, over the largest."""
    explained_r: Floats
    """Squares of the labels along each left singular vector."""
    square: float
    """Of the labels."""
    examples: int

    def best(self) -> float:
        """The largest, in nats for an example."""
        grid_G = np.linspace(-_DECADES, _DECADES, _POINTS) * math.log(10)
        best = int(np.argmax([self.at(point) for point in grid_G]))
        around = (grid_G[max(best - 1, 0)], grid_G[min(best + 1, _POINTS - 1)])
        found = minimize_scalar(lambda point: -self.at(point), bounds=around, method="bounded", options={"xatol": 1e-9})
        return max(-float(found.fun), self.at(grid_G[best]))

    def at(self, log_ratio: float) -> float:
        """With this logarithm of alpha / beta, and the best beta for it."""
        ratio = math.exp(log_ratio)
        unexplained = max(self.square - float(self.explained_r.sum()), 0.0)
        misfit = unexplained + float((self.explained_r * ratio / (ratio + self.strength_r)).sum())
        widths = float(np.log1p(self.strength_r / ratio).sum()) / self.examples
        return -0.5 * (math.log(2 * math.pi * misfit / self.examples) + 1.0 + widths)
