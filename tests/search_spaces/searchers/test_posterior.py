"""Beliefs compared with the textbook formula on dense matrices."""

import numpy as np
import pytest

from search_spaces.count import Run
from search_spaces.searchers.features import Features
from search_spaces.searchers.posterior import Candidates, Evidence, Posterior, Scores, whiten
from search_spaces.searchers.scales import Scales, refitted
from search_spaces.searchers.table import SimulatedTable
from search_spaces.searchers.tree_covariance import Numbering, TreeCovariance

TREE = TreeCovariance(own=0.3, prefix=0.1, luck=0.25, inherited=0.5)


def setting(table: SimulatedTable, count: int = 60) -> tuple[Features, Scores, Candidates]:
    random = np.random.default_rng(0)
    features = Features([draw.plan for draw in table.pool.draws])
    runs = [Run(table.pool.draws[n].plan, n % 2) for n in random.choice(585, count, replace=False)]
    numbering = Numbering(3)
    rows = np.array([features.observed(run.plan, 0) for run in runs])
    scores = Scores(rows, numbering.of(runs), np.array([table.score(run) for run in runs]))
    asked = [Run(draw.plan, 0) for draw in table.pool.draws[::7]]
    return features, scores, Candidates(np.array([features.row(run.plan) for run in asked]), numbering.of(asked))


def test_predictions_are_those_of_dense_gaussian_conditioning(table: SimulatedTable) -> None:
    features, scores, asked = setting(table)
    variance = Scales().variances(features.groups)
    found = Posterior(scores, TREE, variance).predict(asked)
    kernel = scores.features_nd * variance @ scores.features_nd.T + TREE.observed(scores.places)
    across = asked.features_md * variance @ scores.features_nd.T + TREE.surprise(asked.places, scores.places)
    prior = (asked.features_md**2 * variance).sum(1) + TREE.own_surprise(asked.places)
    assert found.mean_m == pytest.approx(across @ np.linalg.solve(kernel, scores.value_n))
    spread = prior - (across * np.linalg.solve(kernel, across.T).T).sum(1)
    assert found.sd_m**2 == pytest.approx(spread)


def test_the_evidence_is_that_of_dense_matrices(table: SimulatedTable) -> None:
    features, scores, _ = setting(table)
    evidence = Evidence(whiten(scores, TREE))

    def dense(variance: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        kernel = scores.features_nd * variance @ scores.features_nd.T + TREE.observed(scores.places)
        misfit = float(scores.value_n @ np.linalg.solve(kernel, scores.value_n))
        count = len(scores.value_n)
        return -0.5 * (np.linalg.slogdet(kernel)[1] + (count + 2) * np.log((misfit + 2) / (count + 2)))

    for scales in (Scales(), Scales(tasks=4.0, pairs=0.25)):
        variance = scales.variances(features.groups)
        assert evidence.at(variance) == pytest.approx(dense(variance))


def test_drawn_weights_spread_as_they_should(table: SimulatedTable) -> None:
    features, scores, asked = setting(table)
    posterior = Posterior(
        scores, TreeCovariance(own=0, prefix=0, luck=0.25, inherited=0.5), np.ones(len(features.groups))
    )
    random = np.random.default_rng(1)
    drawn = np.array([asked.features_md[:5] @ posterior.draw(random) for _ in range(4000)])
    found = posterior.predict(Candidates(asked.features_md[:5], asked.places.at(np.arange(5))))
    assert drawn.mean(0) == pytest.approx(found.mean_m, abs=0.1)
    assert drawn.std(0) == pytest.approx(found.sd_m, rel=0.06)


def test_siblings_of_one_seed_are_lucky_together_and_those_of_two_are_not(table: SimulatedTable) -> None:
    first, second = (d.plan for d in table.pool.draws[9:11])
    assert first.trunk[:1] == second.trunk[:1]
    places = Numbering(3).of([Run(first, 0), Run(second, 0), Run(second, 1)])
    covariance = TreeCovariance(own=0.0, prefix=0.0, luck=1.0, inherited=0.5).observed(places)
    assert covariance[0, 1] == pytest.approx(0.95 * 0.25)
    assert covariance[0, 2] == covariance[1, 2] == 0.0


def test_fitted_scales_weigh_pairs_more_where_order_matters_more(table: SimulatedTable) -> None:
    from search_spaces.searchers.landscapes import KINDS, Landscape

    fitted = {}
    for kind in ("additive", "order-heavy"):
        features, scores, _ = setting(SimulatedTable(Landscape(kind=KINDS[kind], seed=0)), count=200)
        scales = Scales()
        for _ in range(4):
            scales = refitted(scales, scores, features.groups)
        fitted[kind] = scales.pairs / scales.tasks
    assert fitted["order-heavy"] > 4 * fitted["additive"]
