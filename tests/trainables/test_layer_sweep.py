from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evaluators.metrics import BUCC_F1
from evaluators.reading import read
from evaluators.selection import score_rows, task_score
from evaluators.source import DataSource
from evaluators.suites import BABEL
from trainables.layer_sweep import LayerSweep, sweep_layers
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.settings import Inference, Retrieval, Training

TATOEBA = BABEL.targets["tatoeba"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataSource:
    assert BABEL.mirror is not None
    return DataSource(root=BABEL.mirror(tmp_path_factory.mktemp("world")))


@pytest.mark.parametrize("mined", [False, True])
def test_a_layer_of_the_sweep_scores_as_that_layer_asked_alone(tiny: Any, world: DataSource, mined: bool) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [], 0)
    task = replace(TATOEBA, metrics=(BUCC_F1,), scored_by=("f1",)) if mined else TATOEBA
    sweep = sweep_layers(model, task, ["qda", "qro"], world, Inference())
    assert list(sweep.scores) == [0, 1, 2]
    for layer in sweep.scores:
        examples = read(task, "dev", "qro", world).examples
        found = predict(model, task, examples, "qro", Training(), Inference(retrieval=Retrieval(layer=layer)))
        alone = task_score(score_rows(task, "qro", "dev", examples, found), task, ["qro"])
        assert sweep.scores[layer]["qro"] == pytest.approx(alone)


def test_a_sweep_reads_nothing_that_is_sealed(tiny: Any, world: DataSource) -> None:
    assert world.sealed
    sweep_layers(MultiHeadModel(tiny("xlm-roberta"), [], 0), TATOEBA, ["qda"], world, Inference())


def test_the_best_layer_is_best_over_languages_and_the_lowest_of_equals() -> None:
    sweep = LayerSweep({0: {"a": 10.0, "b": 0.0}, 1: {"a": 8.0, "b": 4.0}, 2: {"a": 12.0, "b": 0.0}})
    assert sweep.best == 1
    assert sweep.as_json() == {"0": 5.0, "1": 6.0, "2": 6.0}
