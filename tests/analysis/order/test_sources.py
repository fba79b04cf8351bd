from itertools import permutations

import pytest

from analysis.finals import finals_of, metrics_of
from analysis.load import load
from analysis.order.sources import evidence_of
from analysis.summary import summarise

ORDERS = ["".join(order) for order in permutations(("m", "s", "c"))]
TASKS = {"m": "mnli", "s": "squad1", "c": "ccg"}


def plan_of(order):
    stage = {"learning_rate": 1e-3, "steps": 300}
    return {
        "trunk": [{"mixture": {TASKS[letter]: 1.0}, **stage} for letter in order],
        "targets": [{"mixture": {"mnli": 1.0}, **stage}],
    }


def evidence(writer):
    run = load(writer.write())
    finals = finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))
    return evidence_of(run, finals, finals.layout)


def searched(writer, orders, seeds=(0, 1), searcher="exhaustive", **ended):
    writer.resolved["search"] = {"searcher": searcher}
    number = len(writer.trials)
    for seed in seeds:
        for order in orders:
            number += 1
            writer.add_trial(number, plan_of(order), 0.0, **ended)
            for event in writer.trials:
                if event["event"] == "proposed" and event["trial"] == f"t{number:04d}":
                    event["seed"] = seed
    return writer


def test_written_arms_on_fresh_seeds_may_speak(empty_run):
    writer = empty_run()
    for order in ("ms", "sm"):
        writer.add_final(order, plan_of(order), 1.0)
    found = evidence(writer)
    assert (found.source, found.table.seeds, len(found.table.plans)) == ("finals", (11, 12, 13), 2)
    values = {(row["arm"], row["seed"]) for row in writer.scores}
    assert len(values) == 6


def test_winners_may_not(empty_run):
    writer = empty_run()
    for number, order in enumerate(("ms", "sm"), start=1):
        writer.add_final(f"winner {number}", plan_of(order), 1.0)
    found = evidence(writer)
    assert found.table is None
    assert "winners do not count" in found.reasons[0]


def test_a_whole_search_of_every_plan_may_speak_by_its_selector(empty_run):
    writer = searched(empty_run(), ORDERS)
    found = evidence(writer)
    assert (found.source, len(found.table.plans), found.table.seeds) == ("search", 6, (0, 1))
    last = [event for event in writer.trials if event["event"] == "report" and event["rung"] == 2]
    assert sorted(found.table.scores.ravel()) == sorted(event["selectors"]["en-dev"] for event in last)


@pytest.mark.parametrize("searcher", ["order-model", "beam", "tpe"])
def test_a_search_that_learns_may_not(empty_run, searcher):
    found = evidence(searched(empty_run(), ORDERS, searcher=searcher))
    assert found.table is None
    assert any("chose its plans by their scores" in reason for reason in found.reasons)


def test_a_search_that_stopped_trials_early_may_not(empty_run):
    writer = searched(empty_run(), ORDERS)
    searched(writer, ["ms"], seeds=(0,), rungs=1, status="stopped")
    found = evidence(writer)
    assert found.table is None
    assert any("stopped 1 of 13 trials early" in reason for reason in found.reasons)


def test_a_search_that_goes_on_may_not_yet(empty_run):
    writer = searched(empty_run(), ORDERS)
    searched(writer, ["ms"], seeds=(0,), rungs=1, status=None)
    assert any("has not ended" in reason for reason in evidence(writer).reasons)


def test_a_failed_trial_takes_its_seed_with_it(empty_run):
    writer = searched(empty_run(), ORDERS, seeds=(0, 1, 2))
    writer.trials = [
        event for event in writer.trials if not (event["trial"] == "t0001" and event["event"] != "proposed")
    ]
    writer.trials.append({"event": "ended", "trial": "t0001", "status": "failed", "rung": 0, "reason": "x", "time": 0})
    assert evidence(writer).table.seeds == (1, 2)


def test_finals_with_one_seed_give_way_to_a_search_with_two(empty_run):
    writer = searched(empty_run(seeds=(11,)), ORDERS)
    for order in ("ms", "sm"):
        writer.add_final(order, plan_of(order), 1.0)
    assert evidence(writer).source == "search"


def test_finals_come_first_where_both_can_speak(empty_run):
    writer = searched(empty_run(), ORDERS)
    for order in ("ms", "sm"):
        writer.add_final(order, plan_of(order), 1.0)
    assert evidence(writer).source == "finals"


def test_a_usual_search_has_no_orders_to_compare(full_run):
    summary = summarise(load(full_run().write()))
    assert summary["order"]["answer"] == "not enough data yet"
    assert summary["order"]["source"] is None
