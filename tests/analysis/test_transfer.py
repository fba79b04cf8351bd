"""Regrets by hand, baselines, and scores of texts in a plane."""

import numpy as np
import pytest

from analysis.load import load
from analysis.transfer import RANDOM, expected_regret, mean_gain, measured, quality, text_scores

WORTH = {"a": 50.0, "b": 40.0, "c": 30.0, "d": 20.0}


def test_regret_is_what_the_best_of_the_first_k_lacks() -> None:
    scores = {"a": 1.0, "b": 2.0, "c": 4.0, "d": 3.0}
    found = quality({"mine": scores}, WORTH)["mine"]
    assert found["regret"]["1"] == {"points": 20.0, "share": 0.4}
    assert found["regret"]["3"] == {"points": 10.0, "share": 0.2}
    assert found["spearman"]["value"] == pytest.approx(-0.8)


def test_a_perfect_score_has_no_regret_and_its_opposite_the_most() -> None:
    good, bad = WORTH, {task: -worth for task, worth in WORTH.items()}
    found = quality({"good": good, "bad": bad}, WORTH)
    assert [found["good"]["regret"][k]["points"] for k in "13"] == [0.0, 0.0]
    assert [found["bad"]["regret"][k]["points"] for k in "13"] == [30.0, 10.0]
    assert (found["good"]["spearman"]["value"], found["bad"]["spearman"]["value"]) == (1.0, -1.0)


def test_random_is_the_mean_over_all_choices() -> None:
    """One of four: (0 + 10 + 20 + 30) / 4. Three of four miss the best once in four times."""
    found = quality({}, WORTH)[RANDOM]
    assert found["regret"]["1"]["points"] == pytest.approx(15.0)
    assert found["regret"]["3"]["points"] == pytest.approx(2.5)
    assert found["spearman"]["value"] is None


def test_equal_scores_are_drawn_at_random_behind_higher_ones() -> None:
    """d is taken for sure, then one of b and c."""
    scores, values = np.array([0.0, 1.0, 1.0, 2.0]), np.array([50.0, 40.0, 30.0, 20.0])
    assert expected_regret(scores, values, 1) == 30.0
    assert expected_regret(scores, values, 2) == pytest.approx((10.0 + 20.0) / 2)
    assert expected_regret(scores, values, 3) == 10.0


@pytest.mark.parametrize("k", [1, 2, 4])
def test_expected_regret_is_that_of_many_shuffles(k: int) -> None:
    random = np.random.default_rng(k)
    scores, values = random.integers(3, size=6).astype(float), random.normal(50, 9, 6)
    tried = []
    for _ in range(4000):
        order = np.lexsort((random.random(6), -scores))
        tried.append(values.max() - values[order[:k]].max())
    assert expected_regret(scores, values, k) == pytest.approx(np.mean(tried), abs=0.5)


def test_regret_of_as_many_as_there_are_is_not_shown() -> None:
    three = {task: WORTH[task] for task in "abc"}
    assert quality({}, three)[RANDOM]["regret"]["3"] is None


def test_two_tasks_have_no_correlation_and_seven_no_interval() -> None:
    two = {task: WORTH[task] for task in "ab"}
    assert quality({"mine": two}, two)["mine"]["spearman"] is None
    seven, eight = ({str(n): float(n) for n in range(count)} for count in (7, 8))
    assert quality({"mine": seven}, seven)["mine"]["spearman"] == {"value": 1.0, "low": None, "high": None}
    assert quality({"mine": eight}, eight)["mine"]["spearman"]["low"] is not None


def test_a_method_that_does_not_score_every_measured_task_is_left_out() -> None:
    assert set(quality({"mine": {"a": 1.0}, "all": {**WORTH, "e": 1.0}}, WORTH)) == {"all", RANDOM}


def test_what_a_task_is_worth_is_transfer_whatever_the_selector(full_run) -> None:
    writer = full_run(noise=0)
    for event in writer.trials:
        if event["event"] == "report":
            event["selectors"]["en-dev"] = 99.0
    for score in writer.scores:
        if score["language"] == "en" and score["arm"] == "mnli alone":
            score["value"] += 20.0
    found = measured(load(writer.write()))
    assert found["search"].alone == pytest.approx({"mnli": 55.0, "squad1": 54.6})
    assert found["search"].direct == pytest.approx(54.0)
    gains = {task: worth - found["finals"].direct for task, worth in found["finals"].alone.items()}
    assert gains == pytest.approx({"mnli": 1.0 * gains["squad1"] / 0.6, "squad1": gains["squad1"]})


def test_a_share_of_nothing_is_not_shown() -> None:
    assert quality({}, {"a": 0.0, "b": -1.0})[RANDOM]["regret"]["1"] == {"points": 0.5, "share": None}


def test_without_anything_measured_there_is_no_quality() -> None:
    assert quality({"mine": {"a": 1.0}}, {}) == {}


def test_texts_are_compared_around_their_centre() -> None:
    """Far from the origin all cosines are near 1; around the centre, opposite corners are opposite."""
    far = np.array([100.0, 100.0])
    corners = {"n": (0.0, 1.0), "s": (0.0, -1.0), "e": (1.0, 0.0), "w": (-1.0, 0.0)}
    vectors = {task: far + corner for task, corner in corners.items()}
    assert text_scores(vectors, ["n"]) == pytest.approx({"n": 1.0, "s": -1.0, "e": 0.0, "w": 0.0})
    assert text_scores(vectors, ["n", "s", "e"])["w"] == pytest.approx(-1 / 3)


def test_one_task_alone_is_like_nothing() -> None:
    assert text_scores({"a": np.array([3.0, 4.0])}, ["a"]) == {"a": 0.0}


def test_every_target_counts_alike_whatever_the_size_of_its_gains() -> None:
    """Root mean squares: 100, 1 and, where nothing changes, any."""
    gains = {"a": {"tags": 100.0, "pairs": -1.0, "idle": 0.0}, "b": {"tags": 100.0, "pairs": 1.0, "idle": 0.0}}
    assert mean_gain(gains) == pytest.approx({"a": 0.0, "b": 2 / 3})
