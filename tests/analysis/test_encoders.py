"""Planted orders of two encoders: agreement is found through noise, its lack is too, and what a set is worth is not."""

import json
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from analysis.encoders import compare, compare_text, compared
from analysis.load import load
from analysis.order.calibration import Luck, orders_of
from analysis.order.table import OrderTable, sets_of
from evaluators.errors import CairnError, UnknownName
from experiments.cli import app
from search_spaces.plan import Plan, Stage


def one_set(orders):
    """So many orders of the same stages, none of which begins like another."""
    return [
        Plan(
            trunk=tuple(
                Stage(mixture=((f"t{(place + step) % orders:02}", 1.0),), learning_rate=1.0, steps=1)
                for step in range(orders)
            ),
            targets=(),
        )
        for place in range(orders)
    ]


def tabled(plans, scores):
    return OrderTable(tuple(plans), tuple(range(np.shape(scores)[1])), np.array(scores, dtype=float))


def planted(*, agreement=1.0, noise=1.0, orders=12, seeds=3, draw=0):
    """True orders of spread 1 whose correlation between encoders is `agreement`; luck in every cell and seed."""
    rng = np.random.default_rng(draw)
    one = rng.normal(0, 1, orders)
    other = agreement * one + np.sqrt(1 - agreement**2) * rng.normal(0, 1, orders)

    def table(true, level):
        shift = rng.normal(0, 5, seeds)
        plans = orders_of("abcde", [5])[:orders]
        return tabled(plans, level + true[:, None] + shift + noise * rng.normal(0, 1, (orders, seeds)))

    return table(one, 50.0), table(other, 70.0)


@pytest.fixture
def quick(monkeypatch):
    """Enough rearrangements for the 5 % level, and hardly any draws for intervals."""
    monkeypatch.setattr("analysis.encoders.RESAMPLES", 199)
    monkeypatch.setattr("analysis.rank_agreement.RESAMPLES", 20)


def text_of(found, of="finals"):
    return compare_text({**found, "runs": ["a", "b"], "of": of}, as_json=False)


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
    assert ("fewer than 8 orders" in text_of(found)) != known


def test_encoders_that_agree_are_found_to_agree_once_noise_is_taken_out(quick) -> None:
    rounds = [compared(*planted(noise=1.5, orders=24, draw=draw)) for draw in range(10)]
    plain = np.mean([one["spearman"]["value"] for one in rounds])
    corrected = [one["spearman_without_noise"] for one in rounds if one["spearman_without_noise"] is not None]
    assert plain < 0.65
    assert np.mean(corrected) > plain + 0.2


def test_reliability_is_the_share_that_is_not_noise(quick) -> None:
    found = [compared(*planted(noise=1.5, orders=60, draw=draw))["reliabilities"] for draw in range(10)]
    assert np.mean(found) == pytest.approx(1 / (1 + 1.5**2 / 3), abs=0.05)


def test_the_interaction_is_seldom_found_where_there_is_none_and_mostly_where_there_is_one(quick) -> None:
    none = [compared(*planted(draw=draw))["interaction"]["p"] for draw in range(12)]
    some = [compared(*planted(agreement=0.0, draw=draw))["interaction"]["p"] for draw in range(12)]
    assert sum(p < 0.05 for p in none) <= stats.binom.ppf(0.999, 12, 0.05)
    assert sum(p < 0.05 for p in some) >= 9


def tables(plans, luck, *, effects, draws, seeds=3):
    """Both encoders' tables; orders of one beginning share luck. `effects`: random numbers -> true orders of each."""
    rng = np.random.default_rng(0)
    ours, theirs = (luck.draw(plans, seeds, draws, np.random.default_rng(seed)) for seed in (1, 2))
    for drawn in zip(ours, theirs, strict=True):
        yield [tabled(plans, one + true[:, None]) for one, true in zip(drawn, effects(rng, plans), strict=True)]


def alike(rng, plans):
    return [rng.normal(0, 1, len(plans))] * 2


def apart(rng, plans):
    return [rng.normal(0, 1, len(plans)) for _ in range(2)]


def of_sets(rng, plans):
    """Encoders differ in what sets are worth to them, and orders do nothing."""
    return [worth(rng, plans) for _ in range(2)]


def worth(rng, plans):
    found = np.zeros(len(plans))
    for members in sets_of(plans).values():
        found[members] = rng.normal(0, 2)
    return found


def alarms_of(tables):
    return sum(compared(*pair)["interaction"]["p"] <= 0.05 for pair in tables)


@pytest.mark.parametrize(("tasks", "lengths"), [("abcd", (4,)), ("abcdef", (2,)), ("abcd", (2, 3))])
def test_luck_that_orders_share_is_not_taken_for_an_interaction(tasks, lengths, quick) -> None:
    plans, luck = orders_of(tasks, lengths), Luck(inherited=0.9)
    rounds = 100
    assert alarms_of(tables(plans, luck, effects=alike, draws=rounds)) <= stats.binom.ppf(0.995, rounds, 0.05)
    assert alarms_of(tables(plans, luck, effects=apart, draws=10)) >= 9


@pytest.mark.parametrize("luck", [Luck(inherited=0.0), Luck()], ids=["own", "shared"])
@pytest.mark.parametrize("tasks", ["abcdef", "abcd"])
def test_what_a_set_is_worth_to_an_encoder_is_no_effect_of_order(tasks, luck, quick) -> None:
    plans, rounds = orders_of(tasks, [2]), 200
    alarms = alarms_of(tables(plans, luck, effects=of_sets, draws=rounds))
    assert stats.binom.ppf(0.001, rounds, 0.05) <= alarms <= stats.binom.ppf(0.999, rounds, 0.05)


@pytest.mark.parametrize("tasks", ["abcdef", "abcd"])
@pytest.mark.parametrize("sign", [1, -1])
def test_encoders_that_prefer_the_same_or_the_opposite_order_are_told_apart_whatever_sets_are_worth(
    tasks, sign
) -> None:
    def effects(rng, plans):
        shared, preferred = worth(rng, plans), rng.normal(0, 1, len(plans))
        return [shared + preferred, shared + sign * preferred]

    plans = orders_of(tasks, [2])
    for pair in tables(plans, Luck(deviation=0.2), effects=effects, draws=5):
        found = compared(*pair)
        assert sign * found["spearman"]["value"] > 0.6
        assert sign * found["kendall"]["value"] > 0.4
        assert sign > 0 or found["interaction"]["p"] <= 0.05


def test_of_several_sets_whole_sets_are_drawn_for_intervals() -> None:
    (pair,) = tables(orders_of("abcd", [2]), Luck(), effects=alike, draws=1)
    found = compared(*pair)
    assert found["sets"] == 6
    assert found["spearman"]["low"] is None
    assert "12 orders of 6 sets" in text_of(found)
    assert "fewer than 8 sets" in text_of(found)
    (pair,) = tables(orders_of("abcde", [2]), Luck(deviation=0.2), effects=alike, draws=1)
    found = compared(*pair)
    assert found["spearman"]["low"] < found["spearman"]["value"] < found["spearman"]["high"]


def test_orders_add_to_their_set_what_is_left_of_them() -> None:
    rows = [[60.0, 62.0], [58.0, 60.0], [10.0, 11.0], [11.0, 16.0], [30.0, 30.0], [30.0, 30.0]]
    table = tabled(orders_of("abc", [2]), [rows[place] for place in (0, 2, 1, 4, 3, 5)])
    found = {one["order"]: one for one in compared(table, table)["orders"]}
    assert found["a > b"]["added"] == [1.0, 1.0]
    assert found["b > a"]["added"] == [-1.0, -1.0]
    assert found["a > b"]["scores"] == [61.0, 61.0]
    assert found["a > b"]["set"] == found["b > a"]["set"] != found["a > c"]["set"]


def test_orders_that_can_hardly_change_places_are_not_tested() -> None:
    plans = [plan for plan in orders_of("abcd", [4]) if spelled(plan) in ("abcd", "abdc", "acbd", "bacd")]
    ours, theirs = (tabled(plans, table.scores) for table in planted(orders=4, seeds=2))
    found = compared(ours, theirs)
    assert found["interaction"] is None
    assert "change places" in text_of(found, "search")


def spelled(plan):
    return "".join(stage.tasks[0] for stage in plan.trunk)


def test_the_f_ratio_is_that_of_the_textbook() -> None:
    ours = tabled(one_set(4), [[1.0, 2.0], [3.0, 4.5], [2.0, 2.0], [0.0, 1.0]])
    theirs = tabled(one_set(4), [[4.0, 2.0], [1.0, 0.0], [2.0, 1.0], [5.0, 5.0]])
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
    assert "not known" in text_of(found)


def test_orders_that_do_not_differ_have_no_correlation() -> None:
    other = planted()[0]
    found = compared(tabled(other.plans, np.full((12, 3), 0.1)), other)
    assert found["spearman"]["value"] is None
    assert "no differences" in text_of(found)


WRITTEN = tuple(permutations(("mnli", "ccg", "qqp"), 2))
"""Not the winners and the controls, which are chosen or no orders."""


def written(tasks: tuple[str, ...]) -> dict[str, Any]:
    return {"trunk": [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in tasks], "targets": []}


def test_two_runs_are_compared_by_their_finals_or_their_search(empty_run, tmp_path) -> None:
    runs = []
    for name in ("one", "other"):
        writer = empty_run()
        writer.path = tmp_path / name
        writer.resolved["search"] = {"searcher": "permutations"}
        for number, tasks in enumerate(WRITTEN):
            writer.add_final(" > ".join(tasks), written(tasks), float(number))
            writer.add_trial(100 + number, written(tasks), float(number))
        writer.add_final("one of three", written(("mnli", "ccg", "qqp")), 9.0)
        runs.append(writer.write())
    first, second = (load(run) for run in runs)
    found = compare(first, second)
    assert found["of"] == "finals"
    assert [one["order"] for one in found["orders"]] == [" > ".join(tasks) for tasks in WRITTEN]
    assert found["spearman"]["value"] == pytest.approx(1.0)
    by_search = compare(first, second, "search")
    assert by_search["of"] == "search"
    assert {one["order"] for one in found["orders"]} <= {one["order"] for one in by_search["orders"]}
    answer = CliRunner().invoke(app, ["compare", *map(str, runs), "--json"])
    assert json.loads(answer.stdout)["seeds"] == [3, 3]
    with pytest.raises(UnknownName, match="finals"):
        compare(first, second, "final")
    writer.add_trial(200, written(WRITTEN[0]), 1.0, rungs=1, status="stopped")
    with pytest.raises(CairnError, match="other cannot be compared: the search stopped 1 of"):
        compare(first, load(writer.write()), "search")


def test_seeds_that_change_nothing_test_no_interaction() -> None:
    plans = orders_of("abcd", [4])
    for draw in range(5):
        scores_P = np.random.default_rng(draw).normal(40, 3, len(plans))
        found = compared(*(tabled(plans, np.repeat(scores_P[:, None], 3, axis=1)) for _ in range(2)))
        assert found["spearman"]["value"] == pytest.approx(1.0)
        assert found["interaction"] is None


def test_runs_without_common_orders_are_refused(full_run, empty_run, tmp_path) -> None:
    full = load(full_run().write())
    writer = empty_run()
    writer.path = tmp_path / "bare"
    with pytest.raises(CairnError, match="share 0 orders"):
        compare(full, load(writer.write()))
    writer.resolved["suite"] = "open"
    with pytest.raises(CairnError, match="different suites"):
        compare(full, load(writer.write()))
