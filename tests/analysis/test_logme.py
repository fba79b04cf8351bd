"""Evidence against direct maximisation of a normal density, and what must not matter to it."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from analysis.arrays import Floats, Ints
from analysis.logme import logme


def drawn(seed: int, examples: int, width: int, classes: int, signal: float) -> tuple[Floats, Ints]:
    random = np.random.default_rng(seed)
    labels = random.integers(classes, size=examples)
    return random.standard_normal((examples, width)) + signal * np.eye(classes, width)[labels], labels


def maximised(features: Floats, labels: Ints) -> float:
    """The same by brute force: the density of the labels over two precisions, one class after another."""
    found = []
    for name in np.unique(labels):
        target = (labels == name).astype(float)

        def loss(logs: Floats, target: Floats = target) -> float:
            covariance = np.exp(-logs[0]) * features @ features.T + np.exp(-logs[1]) * np.eye(len(target))
            return -float(stats.multivariate_normal.logpdf(target, cov=covariance))

        tries = [minimize(loss, start, method="Nelder-Mead", options={"fatol": 1e-10}) for start in ([0, 0], [4, 2])]
        found.append(-min(one.fun for one in tries) / len(target))
    return float(np.mean(found))


@pytest.mark.parametrize(
    ("examples", "width", "classes", "signal"), [(30, 4, 2, 1.0), (12, 20, 3, 2.0), (25, 5, 2, 0.3)]
)
def test_it_is_the_largest_evidence_over_both_precisions(examples, width, classes, signal) -> None:
    features, labels = drawn(1, examples, width, classes, signal)
    assert logme(features, labels) == pytest.approx(maximised(features, labels), abs=1e-5)


def test_neither_names_nor_order_nor_rotation_nor_unit_matters() -> None:
    features, labels = drawn(2, 40, 6, 3, 1.0)
    known = logme(features, labels)
    turned = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0]
    shuffled = np.random.default_rng(1).permutation(40)
    assert logme(features, np.array([7, 3, 5])[labels]) == pytest.approx(known, abs=1e-9)
    assert logme(features[shuffled], labels[shuffled]) == pytest.approx(known, abs=1e-9)
    assert logme(features @ turned, labels) == pytest.approx(known, abs=1e-9)
    assert logme(1e4 * features, labels) == pytest.approx(known, abs=1e-9)


def test_the_better_features_separate_the_higher_the_score() -> None:
    scores = [logme(*drawn(3, 120, 8, 3, signal)) for signal in (0.0, 0.5, 1.0, 3.0)]
    assert scores == sorted(scores)


def test_useless_width_costs() -> None:
    features, labels = drawn(4, 60, 3, 3, 1.5)
    wide = np.hstack([features, 3 * np.random.default_rng(5).standard_normal((60, 40))])
    assert logme(wide, labels) < logme(features, labels)


def test_features_that_tell_nothing_score_as_noise_alone() -> None:
    """Orthogonal to the labels: the best weights are zero, and noise of the labels' mean square is left."""
    features = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    labels = np.array([0, 0, 1, 1])
    assert logme(features, labels) == pytest.approx(-0.5 * (np.log(2 * np.pi * 0.5) + 1), abs=1e-9)


def test_more_features_than_examples_give_a_finite_score() -> None:
    features, labels = drawn(6, 10, 50, 2, 5.0)
    assert np.isfinite(logme(features, labels))


@pytest.mark.parametrize(
    ("features", "labels", "said"),
    [
        (np.ones((3, 2)), np.array([1, 1, 1]), "1 class"),
        (np.ones((3, 2)), np.array([0, 1]), "3 examples have features and 2"),
        (np.zeros((2, 2)), np.array([0, 1]), "all zero"),
        (np.array([[1.0], [np.nan]]), np.array([0, 1]), "no number"),
    ],
)
def test_what_has_no_evidence_is_refused(features, labels, said) -> None:
    with pytest.raises(ValueError, match=said):
        logme(features, labels)
