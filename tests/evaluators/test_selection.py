from dataclasses import replace

import pytest

from evaluators.examples import Pair, Question
from evaluators.selection import Score, score_rows, selector_values, task_score
from evaluators.task import Kind, Metric, Task

HITS = Metric(
    name="hits",
    compute=lambda gold, predicted, language: 100.0 * sum(g.label == p for g, p in zip(gold, predicted, strict=True)),
    signature="hits|toy",
)


def toy(name: str, *scored_by: str) -> Task:
    return Task(
        name=name,
        kind=Kind.PAIR,
        title="",
        read=lambda row: Pair(id="", first=""),
        tables={},
        metrics=(HITS,),
        scored_by=scored_by or ("hits",),
    )


def row(task: str, language: str, value: float, metric: str = "hits", split: str = "dev") -> Score:
    return Score(
        task=task,
        language=language,
        split=split,  # type: ignore[arg-type]
        metric=metric,
        value=value,
        examples=10,
        signature="",
    )


NLI, QA, BITEXT = toy("nli"), toy("qa", "em", "f1"), toy("bitext")
TARGETS = {task.name: task for task in (NLI, QA, BITEXT)}
ROWS = [
    *(row("nli", "en", 80.0), row("nli", "de", 60.0), row("nli", "sw", 40.0)),
    *(
        row("qa", "en", 50.0, "em"),
        row("qa", "en", 70.0, "f1"),
        row("qa", "de", 10.0, "em"),
        row("qa", "de", 30.0, "f1"),
    ),
    *(row("bitext", "de", 90.0), row("bitext", "sw", 10.0)),
]


def test_a_score_is_a_flat_row_for_each_metric() -> None:
    gold = [Pair(id="1", first="", label="yes"), Pair(id="2", first="", label="no")]
    assert score_rows(NLI, "de", "dev", gold, ["yes", "yes"]) == [
        Score(task="nli", language="de", split="dev", metric="hits", value=100.0, examples=2, signature="hits|toy")
    ]


def test_a_split_without_gold_has_no_score() -> None:
    with pytest.raises(ValueError, match="nli has no gold for test in 'de'"):
        score_rows(NLI, "de", "test", [Pair(id="1", first="")], ["yes"])
    with pytest.raises(ValueError, match="no gold"):
        score_rows(NLI, "de", "test", [Question(id="1", question="", context="")], ["yes"])


def test_a_task_without_metrics_is_not_scored() -> None:
    with pytest.raises(ValueError, match="nli has no metric"):
        score_rows(replace(NLI, metrics=(), scored_by=()), "de", "dev", [], [])


def test_a_tasks_score_is_the_mean_over_languages_of_the_mean_over_its_metrics() -> None:
    assert task_score(ROWS, QA, ["en", "de"]) == ((50 + 70) / 2 + (10 + 30) / 2) / 2
    assert task_score(ROWS, NLI, ["de"]) == 60.0


def test_a_missing_row_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="qa has no em, f1 for 'sw'"):
        task_score(ROWS, QA, ["en", "sw"])
    with pytest.raises(ValueError, match="averaged over no language"):
        task_score(ROWS, QA, [])


def test_rows_of_two_splits_are_not_averaged_together() -> None:
    with pytest.raises(ValueError, match="scores of dev and test are averaged together"):
        task_score([*ROWS, row("nli", "fr", 1.0, split="test")], NLI, ["de"])


def test_the_dev_scores_of_a_rung_by_hand() -> None:
    values = selector_values(ROWS, TARGETS, "en", ["sw", "de"])
    assert values == {
        "en-dev": (80 + 60) / 2,  # nli, qa; bitext has no English
        "pivot-dev": ((60 + 40) / 2 + 20 + (90 + 10) / 2) / 3,  # qa has German only
        "oracle": ((80 + 60 + 40) / 3 + (60 + 20) / 2 + (90 + 10) / 2) / 3,
        "zero-shot-dev": ((60 + 40) / 2 + 20 + (90 + 10) / 2) / 3,  # all but English, whatever the pivots are
    }
    assert selector_values(ROWS, TARGETS, "en", ["sw"])["zero-shot-dev"] == values["zero-shot-dev"]


def test_a_selector_without_any_task_is_left_out() -> None:
    assert selector_values(ROWS, TARGETS, "en", ["fi"]).keys() == {"en-dev", "oracle", "zero-shot-dev"}
    english = [one for one in ROWS if one.language == "en"]
    assert selector_values(english, TARGETS, "en", []).keys() == {"en-dev", "oracle"}
    assert selector_values([], TARGETS, "en", ["de"]) == {}


def test_rows_of_tasks_that_are_no_targets_do_not_count() -> None:
    assert selector_values([*ROWS, row("mnli", "en", 0.0)], TARGETS, "en", ["de"])["en-dev"] == 70.0
