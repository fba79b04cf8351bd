import pytest

from analysis.finals import finals_of, metrics_of, restricted
from analysis.load import load
from evaluators.errors import CairnError

SCORED_BY = {"pawsx": ("accuracy",), "xquad": ("exact_match", "f1")}


def row(arm, seed, task, language, metric, value, split="test"):
    return {"phase": "final", "arm": arm, "plan": {"trunk": [], "targets": []}, "seed": seed, "task": task} | {
        "language": language,
        "split": split,
        "metric": metric,
        "value": value,
        "examples": 10,
        "signature": "s",
    }


@pytest.fixture
def small(empty_run):
    """Two seeds of direct; the second lacks Spanish, and no language but English has a dev score."""
    writer = empty_run()
    writer.scores = [
        row("direct", 1, "pawsx", "en", "accuracy", 90.0),
        row("direct", 1, "pawsx", "es", "accuracy", 70.0),
        row("direct", 1, "xquad", "en", "exact_match", 40.0),
        row("direct", 1, "xquad", "en", "f1", 60.0),
        row("direct", 2, "pawsx", "en", "accuracy", 80.0),
        row("direct", 2, "xquad", "en", "exact_match", 30.0),
        row("direct", 2, "xquad", "en", "f1", 50.0),
        row("direct", 1, "pawsx", "en", "accuracy", 91.0, split="dev"),
    ]
    return finals_of(load(writer.write()), SCORED_BY)


def test_a_tasks_score_is_the_mean_of_the_metrics_it_is_scored_by(small):
    assert small.cells["direct", 1, "test"]["xquad", "en"] == 50.0


def test_the_headline_averages_languages_first_and_then_tasks(small):
    assert small.layout == {"pawsx": ("en", "es"), "xquad": ("en",)}
    assert small.by_seed("direct", "test", small.layout) == {1: ((90.0 + 70.0) / 2 + 50.0) / 2}


def test_a_seed_that_lacks_a_cell_gives_no_value_and_says_what_it_lacks(small):
    assert small.missing("direct", 2) == {"pawsx": 1}
    english = restricted(small.layout, lambda language: language == "en")
    assert small.by_seed("direct", "test", english) == {1: 70.0, 2: 60.0}


def test_dev_and_test_are_compared_on_what_both_have(small):
    assert small.common == {"pawsx": ("en",)}


def test_tasks_left_without_a_language_are_left_out(small):
    assert restricted(small.layout, lambda language: language == "es") == {"pawsx": ("es",)}
    assert small.by_seed("direct", "test", {}) == {}


def test_winners_come_first_in_their_order_and_then_direct(empty_run):
    writer = empty_run()
    for arm in ("mnli alone", "winner 10", "direct", "winner 2"):
        writer.scores.append(row(arm, 1, "pawsx", "en", "accuracy", 50.0))
    finals = finals_of(load(writer.write()), SCORED_BY)
    assert finals.arms == ("winner 2", "winner 10", "direct", "mnli alone")
    assert finals.winners == ("winner 2", "winner 10")


def test_scores_of_a_task_that_is_no_target_are_refused(empty_run):
    writer = empty_run()
    writer.scores.append(row("direct", 1, "mlqa", "en", "f1", 50.0))
    with pytest.raises(CairnError, match="mlqa"):
        finals_of(load(writer.write()), SCORED_BY)


def test_the_suite_says_by_which_metrics_its_targets_are_scored():
    assert metrics_of("xtreme", ["xquad", "panx"]) == {"xquad": ("exact_match", "f1"), "panx": ("f1",)}
