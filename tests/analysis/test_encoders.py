"""Planted orders of two encoders: agreement is found through noise, and its lack is too."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from analysis.encoders import compare, compare_text, compared
from analysis.load import load
from analysis.order.calibration import Luck, orders_of
from evaluators.errors import CairnError, UnknownName
from experiments.cli import app

ORDERS = [f"order {number}" for number in range(12)]


def planted(*, agreement=1.0, noise=1.0, orders=12, seeds=3, draw=0, second_scale=1.0):
    """True orders of spread 1 whose correlation between encoders is `agreement`; luck in every cell and seed."""
    rng = np.random.default_rng(draw)
    one = rng.normal(0, 1, orders)
    other = agreement * one + np.sqrt(1 - agreement**2) * rng.normal(0, 1, orders)

    def scores(true, level):
        shift = rng.normal(0, 5, seeds)
        return {
            f"order {place}": {seed: level + value + shift[seed] + rng.normal(0, noise) for seed in range(seeds)}
            for place, value in enumerate(true)
        }

    return scores(one, 50.0), scores(second_scale * other, 70.0)


def test_correlations_are_those_of_scipy() -> None:
    found = compared(*planted(agreement=0.5))
    means = np.array([one["scores"] for one in found["orders"]]).T
    assert found["spearman"]["value"] == pytest.approx(stats.spearmanr(*means).statistic)
    assert found["kendall"]["value"] == pytest.approx(stats.kendalltau(*means).statistic)
    assert found["spearman"]["low"] < found["spearman"]["value"] < found["spearman"]["high"]


@pytest.mark.parametrize(("orders", "known"), [(4, False), (7, False), (8, True)])
def test_few_orders_have_no_interval(orders, known) -> None:
    found = compared(*planted(noise=0.0, orders=orders))
    assert found["spearman"]["value"] == pytest.approx(1.0)
    assert (found["kendall"]["low"] is not None) == known
    text = compare_text({**found, "runs": ["a", "b"], "of": "finals"}, as_json=False)
    assert ("fewer than 8 orders" in text) != known


def test_encoders_that_agree_are_found_to_agree_once_noise_is_taken_out() -> None:
    rounds = [compared(*planted(noise=1.5, orders=24, draw=draw)) for draw in range(10)]
    plain = np.mean([one["spearman"]["value"] for one in rounds])
    corrected = [one["spearman_without_noise"] for one in rounds if one["spearman_without_noise"] is not None]
    assert plain < 0.65
    assert np.mean(corrected) > plain + 0.2


def test_reliability_is_the_share_that_is_not_noise() -> None:
    found = [compared(*planted(noise=1.5, orders=60, draw=draw))["reliabilities"] for draw in range(10)]
    assert np.mean(found) == pytest.approx(1 / (1 + 1.5**2 / 3), abs=0.05)


def test_the_interaction_is_seldom_found_where_there_is_none_and_mostly_where_there_is_one() -> None:
    none = [compared(*planted(draw=draw))["interaction"]["p"] for draw in range(12)]
    some = [compared(*planted(agreement=0.0, draw=draw))["interaction"]["p"] for draw in range(12)]
    assert sum(p < 0.05 for p in none) <= stats.binom.ppf(0.999, 12, 0.05)
    assert sum(p < 0.05 for p in some) >= 9


def tables(plans, luck, *, agree, draws):
    """Scores of both encoders with luck that orders of one beginning share."""
    rng = np.random.default_rng(0)
    names = [" > ".join(stage.tasks[0] for stage in plan.trunk) for plan in plans]
    ours, theirs = (luck.draw(plans, 3, draws, np.random.default_rng(seed)) for seed in (1, 2))
    for one, other in zip(ours, theirs, strict=True):
        true = rng.normal(0, 1, len(plans))
        sides = one + true[:, None], other + (true if agree else rng.normal(0, 1, len(plans)))[:, None]
        yield [dict(zip(names, (dict(enumerate(row)) for row in side), strict=True)) for side in sides]


@pytest.mark.parametrize(("tasks", "lengths"), [("abcd", (4,)), ("abcdef", (2,)), ("abcd", (2, 3))])
def test_luck_that_orders_share_is_not_taken_for_an_interaction(tasks, lengths, monkeypatch) -> None:
    monkeypatch.setattr("analysis.encoders.RESAMPLES", 199)
    plans, luck = orders_of(tasks, lengths), Luck(inherited=0.9)
    rounds = 100
    alarms = sum(compared(*pair)["interaction"]["p"] <= 0.05 for pair in tables(plans, luck, agree=True, draws=rounds))
    found = sum(compared(*pair)["interaction"]["p"] <= 0.05 for pair in tables(plans, luck, agree=False, draws=10))
    assert alarms <= stats.binom.ppf(0.995, rounds, 0.05)
    assert found >= 9


def test_orders_that_cannot_change_places_are_not_tested() -> None:
    chain = ["a", "a > b", "a > b > c", "a > b > c > d"]
    ours, theirs = (
        {name: scores[order] for name, order in zip(chain, list(scores)[:4], strict=True)} for scores in planted()
    )
    found = compared(ours, theirs)
    assert found["interaction"] is None
    assert "change places" in compare_text({**found, "runs": ["a", "b"], "of": "search"}, as_json=False)


def test_the_f_ratio_is_that_of_the_textbook() -> None:
    ours = {"a": {0: 1.0, 1: 2.0}, "b": {0: 3.0, 1: 4.5}, "c": {0: 2.0, 1: 2.0}, "d": {0: 0.0, 1: 1.0}}
    theirs = {"a": {0: 4.0, 1: 2.0}, "b": {0: 1.0, 1: 0.0}, "c": {0: 2.0, 1: 1.0}, "d": {0: 5.0, 1: 5.0}}
    interaction = compared(ours, theirs)["interaction"]
    gaps = np.array([1.5 - 3.0, 3.75 - 0.5, 2.0 - 1.5, 0.5 - 5.0])
    steps = [np.array([1.0, 1.5, 0.0, 1.0]), np.array([-2.0, -1.0, -1.0, 0.0])]
    noise = sum(float(((step - step.mean()) ** 2).sum()) / 2 for step in steps)
    assert interaction["f"] == pytest.approx(gaps.var(ddof=1) / (noise / 6))
    assert tuple(interaction["freedom"]) == (3, 6)


def test_one_seed_says_nothing_of_noise() -> None:
    found = compared(*planted(seeds=1))
    assert found["reliabilities"] == [None, None]
    assert found["spearman_without_noise"] is found["interaction"] is None
    assert "not known" in compare_text({**found, "runs": ["a", "b"], "of": "search"}, as_json=False)


def test_orders_that_do_not_differ_have_no_correlation() -> None:
    same = {order: {0: 5.0, 1: 5.0} for order in ORDERS}
    found = compared(same, planted(seeds=2)[0])
    assert found["spearman"]["value"] is None
    assert "no differences" in compare_text({**found, "runs": ["a", "b"], "of": "finals"}, as_json=False)


WRITTEN = (("mnli", "ccg"), ("ccg", "mnli"), ("mnli", "qqp"), ("qqp", "mnli"))
"""Not the winners and the controls, which are chosen or no orders."""


def written(tasks: tuple[str, ...]) -> dict[str, Any]:
    return {"trunk": [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in tasks], "targets": []}


def test_two_runs_are_compared_by_their_finals_or_their_search(full_run, tmp_path) -> None:
    runs = []
    for name in ("one", "other"):
        writer = full_run()
        writer.path = tmp_path / name
        for number, tasks in enumerate(WRITTEN):
            writer.add_final(" > ".join(tasks), written(tasks), float(number))
        runs.append(writer.write())
    first, second = (load(run) for run in runs)
    found = compare(first, second)
    assert found["of"] == "finals"
    assert [one["order"] for one in found["orders"]] == [" > ".join(tasks) for tasks in WRITTEN]
    assert found["spearman"]["value"] == pytest.approx(1.0)
    assert compare(first, second, "search")["of"] == "search"
    answer = CliRunner().invoke(app, ["compare", *map(str, runs), "--json"])
    assert json.loads(answer.stdout)["seeds"] == [3, 3]
    with pytest.raises(UnknownName, match="finals"):
        compare(first, second, "final")


def test_runs_without_common_orders_are_refused(full_run, empty_run, tmp_path) -> None:
    full = load(full_run().write())
    writer = empty_run()
    writer.path = tmp_path / "bare"
    with pytest.raises(CairnError, match="share 0 orders"):
        compare(full, load(writer.write()))
    writer.resolved["suite"] = "open"
    with pytest.raises(CairnError, match="different suites"):
        compare(full, load(writer.write()))
