"""Averages, groups and totals, on the values that the published script printed for two tiny submissions."""

import pytest

from evaluators.submission.forms import FileScores
from evaluators.submission.layout import Sheet, layout_of
from evaluators.submission.scores import TaskScores, suite_scores, task_scores
from evaluators.suites import XTREME, XTREME_R

OFFICIAL = {
    "pawsx": 90.47619047619047,
    "xnli": 82.2222222222222,
    "panx": 46.23899711399711,
    "udpos": 65.8126075850534,
    "bucc2018": 87.5,
    "tatoeba": 84.25925925925927,
    "xquad": 36.531385281385276,
    "mlqa": 62.5,
    "tydiqa": 45.83333333333333,
}
OFFICIAL_R = {
    "xnli": 82.22222222222221,
    "panx": 51.59947691197692,
    "udpos": 67.95462047542267,
    "tatoeba": 81.30081300813005,
    "xcopa": 75.75757575757574,
    "mewslix": 24.747474747474747,
    "xquad": 58.541666666666664,
    "mlqa": 66.54761904761905,
    "tydiqa": 53.00144300144299,
}


def tasks(values):
    return {
        name: TaskScores(task=name, languages={}, beside={}, score=value, counted=()) for name, value in values.items()
    }


def sheet(task: str) -> Sheet:
    return {**layout_of(XTREME_R).sheets, **layout_of(XTREME).sheets}[task]


def near(value):
    return pytest.approx(value, rel=0.0, abs=1e-9)


def test_xtreme_is_the_mean_of_nine_tasks_and_not_of_groups():
    found = suite_scores(XTREME, tasks(OFFICIAL), "legacy")
    assert found.overall == near(66.81933280793788)
    assert found.groups == near(
        {
            "classification": 86.34920634920633,
            "tagging": 56.02580234952525,
            "qa": 48.28823953823953,
            "retrieval": 85.87962962962963,
        }
    )
    assert found.is_official
    assert not found.missing


def test_xtreme_r_without_lareqa_has_its_groups_and_no_total():
    found = suite_scores(XTREME_R, tasks(OFFICIAL_R), "legacy")
    assert found.overall is None
    assert found.missing == ("lareqa",)
    assert found.groups == near(
        {
            "classification": 78.98989898989898,
            "tagging": 59.7770486936998,
            "qa": 59.363576238576236,
            "retrieval": 53.0241438778024,
            "multi_choice": 75.75757575757574,
        }
    )


def test_xtreme_r_with_lareqa_is_the_mean_of_ten_tasks_and_ours():
    found = suite_scores(XTREME_R, tasks({**OFFICIAL_R, "lareqa": 20.0}), "legacy")
    assert found.overall == near((sum(OFFICIAL_R.values()) + 20.0) / 10)
    assert not found.is_official


def test_a_group_without_all_its_tasks_does_not_appear():
    found = suite_scores(XTREME, tasks({name: value for name, value in OFFICIAL.items() if name != "mlqa"}), "legacy")
    assert list(found.groups) == ["classification", "tagging", "retrieval"]
    assert found.overall is None
    assert found.missing == ("mlqa",)


def test_questions_count_with_the_mean_of_both_metrics():
    values = {
        code: FileScores(values={"f1": f1, "exact_match": em}, items=9)
        for code, f1, em in [("en", 41.24458874458874, 31.818181818181817)]
    }
    assert task_scores(sheet("xquad"), values).score == near(36.531385281385276)


def test_languages_weigh_alike_whatever_their_size_except_in_lareqa():
    values = {"en": FileScores(values={"map@20": 90.0}, items=1), "de": FileScores(values={"map@20": 30.0}, items=3)}
    assert task_scores(sheet("mewslix"), values).score == near(60.0)
    assert task_scores(sheet("lareqa"), values).score == near(45.0)


def test_the_mean_without_english_stands_beside():
    values = {
        code: FileScores(values={"accuracy": value}, items=1) for code, value in [("en", 90), ("de", 60), ("fr", 70)]
    }
    assert task_scores(sheet("pawsx"), values).without("en") == near(65.0)
    german = {"de": values["de"]}
    assert task_scores(sheet("tatoeba"), german).without("en") is None


def test_values_are_added_from_left_to_right():
    values = {str(n): FileScores(values={"accuracy": value}, items=1) for n, value in enumerate([1e16, 1.0, -1e16])}
    assert task_scores(sheet("xnli"), values).score == 0.0
