"""Every worked example of the published scorers, to 1e-9. A text in place of a number means that they raise there."""

import json
import re
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from evaluators.examples import Answer, Bitext, Pair, Question, Tagged
from evaluators.metrics import (
    ACCURACY,
    EXACT_MATCH,
    MLQA_EXACT_MATCH,
    MLQA_F1,
    QA_F1,
    SPAN_F1,
    SPAN_F1_CURRENT,
    SPAN_PRECISION,
    SPAN_RECALL,
)
from evaluators.metrics.mlqa import normalised as mlqa_normalised
from evaluators.metrics.retrieval import best_threshold, extract, mine, nearest_foreign, pair_scores
from evaluators.metrics.squad import squad_normalised
from evaluators.metrics.tagging import span_scores

SAME = {"rel": 0.0, "abs": 1e-9}
RAISED_FOR_US = {"length-mismatch", "length-mismatch-same-total", "both-empty"}  # the published scorer accepts these


def cases(name):
    lines = Path(__file__).with_name(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["case"]) for case in map(json.loads, lines)]


def lines_of(text):
    lines = re.split("\r\n|\r|\n", text)
    return [line.strip() for line in (lines[:-1] if lines[-1] == "" else lines)]


def sentences_of(text):
    sentences, current = [], []
    for line in lines_of(text):
        if line:
            current.append(line)
        else:
            sentences.append(tuple(current))
            current = []
    return [*sentences, tuple(current)] if current else sentences


@pytest.mark.parametrize("case", cases("accuracy"))
def test_accuracy_is_the_published_one(case):
    read = (lambda line: json.loads(line)["label"]) if case["task"] == "xcopa" else str
    gold = [Pair(id=str(i), first="", label=read(line)) for i, line in enumerate(lines_of(case["gold"]))]
    predicted = [read(line) for line in lines_of(case["pred"])]
    if isinstance(case["accuracy"], str):
        with pytest.raises(CairnError):
            ACCURACY.compute(gold, predicted, "en")
    else:
        assert ACCURACY.compute(gold, predicted, "en") == pytest.approx(case["accuracy"], **SAME)


@pytest.mark.parametrize("behaviour", ["legacy", "current"])
@pytest.mark.parametrize("case", [*cases("wikiann"), *cases("udpos")])
def test_span_scores_are_the_published_ones(case, behaviour):
    gold, predicted = sentences_of(case["gold"]), sentences_of(case["pred"])
    if isinstance(case[behaviour], str) or case["case"] in RAISED_FOR_US:
        with pytest.raises(CairnError):
            span_scores(gold, predicted, behaviour)
    else:
        assert span_scores(gold, predicted, behaviour) == pytest.approx(case[behaviour], **SAME)


@pytest.mark.parametrize("case", [*cases("wikiann"), *cases("udpos")])
def test_span_metrics_give_their_part_of_the_scores(case):
    sentences, predicted = sentences_of(case["gold"]), sentences_of(case["pred"])
    gold = [Tagged(id=str(i), words=("w",) * len(tags), tags=tags) for i, tags in enumerate(sentences)]
    if isinstance(case["current"], str) or isinstance(case["legacy"], str):
        return
    legacy = [metric.compute(gold, predicted, "en") for metric in (SPAN_PRECISION, SPAN_RECALL, SPAN_F1)]
    assert legacy == pytest.approx(case["legacy"], **SAME)
    assert SPAN_F1_CURRENT.compute(gold, predicted, "en") == pytest.approx(case["current"][2], **SAME)


@pytest.mark.parametrize(
    ("case", "metrics", "normalise"),
    [
        pytest.param(*param.values, metrics, normalise, id=f"{name}-{param.id}")
        for name, metrics, normalise in (
            ("squad", (EXACT_MATCH, QA_F1), lambda text, language: squad_normalised(text)),
            ("mlqa", (MLQA_EXACT_MATCH, MLQA_F1), mlqa_normalised),
        )
        for param in cases(name)
    ],
)
def test_answers_are_judged_as_published(case, metrics, normalise):
    assert normalise(case["pred"], case["lang"]) == case["norm"]
    answers = tuple(Answer(text=text, start=0) for text in case["golds"])
    gold = [Question(id="1", question="", context="", answers=answers)]
    scores = [metric.compute(gold, [case["pred"]], case["lang"]) for metric in metrics]
    assert scores == pytest.approx([case["em"], case["f1"]], **SAME)


@pytest.mark.parametrize("case", cases("bucc"))
def test_pair_scores_are_the_published_ones(case):
    gold, predicted = ({tuple(line.split("\t")) for line in lines_of(case[side])} for side in ("gold", "pred"))
    assert pair_scores(gold, predicted) == pytest.approx(case["p_r_f1"], **SAME)


def test_mining_the_worked_example_gives_its_candidates_threshold_and_pairs():
    foreign = [[1, 0.2, 0], [0.2, 1, 0], [0.2, 0.1, 1], [0.6, 0.6, 0.5]]
    english = [[0.9, 0.3, 0.1], [0.1, 0.9, 0.3], [0.5, 0.2, 0.9], [0.9, 0.2, 0.8], [0.2, 0.7, 0.6]]
    candidates = mine(foreign, english)
    assert [(one.foreign, one.english) for one in candidates] == [(1, 1), (0, 0), (2, 2), (3, 4)]
    published = [1.5238502025604248, 1.5131869316101074, 1.3857474327087402, 1.1649025678634644]
    assert [one.score for one in candidates] == pytest.approx(published, rel=1e-5)
    threshold = best_threshold(candidates, {(0, 0), (1, 1)})
    assert threshold.value == pytest.approx(1.4494671821594238, rel=1e-5)
    assert threshold.scores == (100.0, 100.0, 100.0)
    assert extract(candidates, threshold.value, len(english)) == [0, 1, -1, -1, -1]


def test_nearest_neighbours_of_the_worked_example():
    foreign, english = [[1, 0], [0, 1], [0.8, 0.6]], [[0.1, 2], [5, 0.5], [0.7, 0.7]]
    assert nearest_foreign(english, foreign) == [1, 0, 2]
    gold = [Bitext(id=str(i), foreign="", english="") for i in range(3)]
    assert ACCURACY.compute(gold, [1, 0, 2], "de") == pytest.approx(100 / 3, **SAME)
