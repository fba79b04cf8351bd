from itertools import permutations

import pytest

from analysis.finals import finals_of, metrics_of
from analysis.load import load
from analysis.order.sources import evidence_of
from analysis.order.verdict import verdict_of
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


def test_controls_that_are_made_of_a_winner_may_not_either(empty_run):
    writer = empty_run()
    for number, order in enumerate(("ms", "sm"), start=1):
        writer.add_final(f"reverse of winner {number}", plan_of(order), 1.0)
    assert evidence(writer).table is None


@pytest.mark.parametrize("selector", ["en-dev", "pivot-dev"])
def test_a_whole_search_of_every_plan_may_speak_by_transfer_whatever_its_selector(empty_run, selector):
    writer = searched(empty_run(selector=selector), ORDERS)
    found = evidence(writer)
    assert (found.source, len(found.table.plans), found.table.seeds) == ("search", 6, (0, 1))
    last = [event for event in writer.trials if event["event"] == "report" and event["rung"] == 2]
    assert sorted(found.table.scores.ravel()) == sorted(event["selectors"]["zero-shot-dev"] for event in last)


def test_a_search_in_the_source_language_alone_may_not(empty_run):
    writer = searched(empty_run(), ORDERS)
    for event in writer.trials:
        event.get("selectors", {}).pop("zero-shot-dev", None)
    found = evidence(writer)
    assert found.table is None
    assert any("it scored no language but the source" in reason for reason in found.reasons)


def test_what_orders_do_in_the_source_language_is_no_transfer(empty_run):
    writer = empty_run(noise=0.1)
    for order, extra in (("ms", 0.0), ("sm", 30.0)):
        writer.add_final(order, plan_of(order), 1.0)
        for score in writer.scores:
            if score["arm"] == order and score["language"] == "en":
                score["value"] += extra
    found = summarise(load(writer.write()))["order"]
    assert (found["source"], found["orders"]) == ("finals", 2)
    assert found["furthest"]["difference"] < 0.5


def test_finals_in_the_source_language_alone_may_not_speak(empty_run):
    writer = empty_run()
    for order in ("ms", "sm"):
        writer.add_final(order, plan_of(order), 1.0)
    writer.scores = [score for score in writer.scores if score["language"] == "en"]
    found = summarise(load(writer.write()))["order"]
    assert "the finals have no score in a language other than the source" in found["sentence"]


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


def failing(writer, *trials):
    """These trials failed before their first rung."""
    writer.trials = [event for event in writer.trials if event["trial"] not in trials or event["event"] == "proposed"]
    writer.trials += [
        {"event": "ended", "trial": trial, "status": "failed", "rung": 0, "reason": "x", "time": 0} for trial in trials
    ]
    return writer


def test_a_failed_trial_takes_its_seed_with_it_and_is_named(empty_run):
    found = evidence(failing(searched(empty_run(), ORDERS, seeds=(0, 1, 2)), "t0001"))
    assert found.table.seeds == (1, 2)
    assert found.left_out == "Left out: seed 0, for want of scores of mnli 1e-03 > squad1 1e-03 > ccg 1e-03."
    assert verdict_of(found, 1.0).sentence.endswith(f". {found.left_out}")


def test_orders_that_failed_on_seeds_of_their_own_are_all_named_up_to_three(empty_run):
    writer = searched(empty_run(), ORDERS, seeds=(0, 1, 2))
    found = evidence(failing(writer, "t0001", "t0002", "t0003", "t0010"))
    assert found.table.seeds == (2,)
    assert found.left_out.startswith("Left out: seeds 0, 1, for want of scores of mnli")
    assert found.left_out.endswith(", and 1 more.")
    assert found.left_out in verdict_of(found, 1.0).sentence


def test_an_order_that_failed_with_every_seed_silences_the_search(empty_run):
    found = evidence(failing(searched(empty_run(), ORDERS), "t0001", "t0007"))
    assert found.table is None
    assert any(
        "1 of 6 orders of the search's plans has no complete score (mnli 1e-03 > squad1 1e-03 > ccg 1e-03)" in reason
        for reason in found.reasons
    )


def test_a_failed_plan_that_has_no_other_order_silences_nothing(empty_run):
    writer = searched(searched(empty_run(), ORDERS), ["ms"])
    last = [event["trial"] for event in writer.trials if event["event"] == "proposed"][-2:]
    found = evidence(failing(writer, *last))
    assert (len(found.table.plans), found.table.seeds, found.left_out) == (6, (0, 1), "")


def test_an_arm_that_failed_with_every_seed_silences_the_finals(empty_run):
    writer = empty_run()
    for order in ("msc", "smc"):
        writer.add_final(order, plan_of(order), 1.0)
    for seed in (11, 12, 13):
        writer.add_failure("csm", seed, "panx", "NaN", the_plan=plan_of("csm"))
    found = evidence(writer)
    assert found.table is None
    assert "1 of 3 orders of the finals' arms has no complete score (ccg 1e-03 > squad1" in found.reasons[0]


def test_a_final_that_failed_takes_its_seed_with_it_and_is_named(empty_run):
    writer = empty_run()
    for order in ("ms", "sm"):
        writer.add_final(order, plan_of(order), 1.0)
    writer.scores = [row for row in writer.scores if (row["arm"], row["seed"], row["task"]) != ("sm", 12, "panx")]
    writer.add_failure("sm", 12, "panx", "NaN")
    found = evidence(writer)
    assert found.table.seeds == (11, 13)
    assert found.left_out == "Left out: seed 12, for want of scores of squad1 1e-03 > mnli 1e-03."


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
