import json
from itertools import permutations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from analysis.hypotheses.finding import Finding, Unanswered
from analysis.hypotheses.verdicts import decisions, holm, hypotheses_text
from analysis.load import load
from analysis.summary import summarise
from search_spaces.plan import as_json

ORDERS = ["".join(order) for order in permutations("msc")]


def judged(writer):
    summary = summarise(load(writer.write()))
    json.dumps(summary, allow_nan=False)
    return summary["hypotheses"]


def claim(found, name):
    return next(row for row in found["claims"] if row["name"] == name)


def test_hypothesis_free_runs_say_nothing(full_run):
    assert judged(full_run()) is None


def test_holm_is_the_librarys():
    for seed in range(3):
        values = np.random.default_rng(seed).uniform(0, 0.2, 7).round(2)
        assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])


def fixed(confirming, rejecting, **given):
    fields = {"estimate": 0.0, "bounds": lambda error: (0.0, 0.0), "source": "finals", "seeds": (1, 2), "data": ""}
    return Finding(confirming=confirming, rejecting=rejecting, **fields, **given)


def test_all_tests_of_all_claims_are_corrected_together():
    alone = decisions([fixed(0.02, 0.9)])
    assert alone[0].outcome == "confirmed"
    assert alone[0].confirming == pytest.approx(0.04)
    beside = decisions([fixed(0.02, 0.9), fixed(0.5, 0.5)])
    assert beside[0].outcome == "open"
    assert beside[0].confirming == pytest.approx(0.08)


def test_claims_that_cannot_be_answered_count_too():
    found = decisions([fixed(0.02, 0.9), Unanswered("no data")])
    assert [one.outcome for one in found] == ["open", "open"]
    assert found[0].confirming == pytest.approx(0.08)
    assert found[1].confirming is None


def test_what_is_sure_but_small_is_rejected_unless_small_is_what_was_claimed():
    assert decisions([fixed(0.001, 0.001)])[0].outcome == "rejected"
    assert decisions([fixed(0.001, 0.001, equivalence_confirms=True)])[0].outcome == "confirmed"


def test_one_arm_better_than_another_is_confirmed_rejected_or_open(claiming):
    claims = {
        "true": {"better": ["ms", "direct"]},
        "false": {"better": ["direct", "ms"]},
        "too small": {"better": ["sm", "direct"], "by": 2.0},
        "a winner may": {"better": ["winner 1", "direct"]},
        "absent": {"better": ["cm", "direct"]},
        "the same": {"better": ["winner 1", "m"]},
    }
    found = judged(claiming(claims, {"direct": 0.0, "ms": 5.0, "sm": 0.5, "winner 1": 3.0, "m": 3.0}))
    assert {row["name"]: row["outcome"] for row in found["claims"]} == {
        "true": "confirmed",
        "false": "rejected",
        "too small": "rejected",
        "a winner may": "confirmed",
        "absent": "open",
        "the same": "open",
    }
    true = claim(found, "true")
    assert true["low"] < true["mean"] < true["high"]
    assert true["seeds"] == [11, 12, 13, 14, 15]
    assert "99.17\u00a0% interval" in true["sentence"]
    assert "finals have no arm 'cm'" in claim(found, "absent")["sentence"]
    assert "one and the same plan" in claim(found, "the same")["sentence"]
    assert found["sentence"] == (
        "Of 6 registered hypotheses: 2 confirmed (true, a winner may), 2 rejected (false, too small), "
        "2 open (absent, the same)."
    )
    assert hypotheses_text(found).splitlines()[1].startswith("  true: confirmed: ms, less direct: +")


def test_with_one_seed_everything_is_open(claiming):
    claims = {"arms": {"better": ["ms", "sm"]}, "order": {"before": [["mnli"], ["squad1"]]}}
    claims |= {"mixed": {"mixture_beats_orders": ["mnli", "squad1"]}}
    found = judged(claiming(claims, {"direct": 0.0, "ms": 5.0, "sm": 0.5, "m+s": 9.0}, seeds=(11,)))
    assert [row["outcome"] for row in found["claims"]] == ["open"] * 3
    assert "share 1 completely scored seeds" in claim(found, "arms")["sentence"]
    assert "one seed each" in claim(found, "order")["sentence"]
    assert "share 1 scored seeds" in claim(found, "mixed")["sentence"]


def test_order_claims_are_answered_by_written_arms(claiming):
    claims = {
        "mnli first": {"before": [["mnli"], ["squad1", "ccg"]]},
        "large first": {"first": "large"},
        "small first": {"first": "small"},
    }
    gains = {order: 3.0 - 1.5 * order.index("m") for order in ORDERS}
    found = judged(claiming(claims, {"direct": 0.0, **gains}))
    assert [row["outcome"] for row in found["claims"]] == ["confirmed", "confirmed", "rejected"]
    assert claim(found, "mnli first")["data"] == "6 orders"


def test_winners_are_no_evidence_about_order(claiming, plan_of):
    writer = claiming({"mnli first": {"before": [["mnli"], ["squad1"]]}}, {"direct": 0.0}, seeds=(11, 12))
    for number, order in enumerate(("ms", "sm"), start=1):
        writer.add_final(f"winner {number}", as_json(plan_of(order)), 5.0 / number)
    row = claim(judged(writer), "mnli first")
    assert row["outcome"] == "open"
    assert "winners do not count" in row["sentence"]


def test_a_mixture_must_beat_every_order_and_all_must_have_been_tried(claiming):
    claims = {"mixed": {"mixture_beats_orders": ["mnli", "squad1"]}}
    above = judged(claiming(claims, {"ms": 0.0, "sm": 2.0, "m+s": 6.0}))
    assert claim(above, "mixed")["outcome"] == "confirmed"
    assert claim(above, "mixed")["mean"] == pytest.approx(4.3, abs=0.4)  # to the better of the two
    below = judged(claiming(claims, {"ms": 0.0, "sm": 9.0, "m+s": 6.0}))
    assert claim(below, "mixed")["outcome"] == "rejected"
    partly = judged(claiming(claims, {"ms": 0.0, "m+s": 6.0}))
    assert claim(partly, "mixed")["outcome"] == "open"
    assert "Not all of its orders were tried" in claim(partly, "mixed")["sentence"]


def test_a_mixture_is_compared_with_orders_that_train_as_long(claiming, plan_of):
    writer = claiming({"mixed": {"mixture_beats_orders": ["mnli", "squad1"]}}, {"ms": 0.0, "sm": 2.0})
    writer.add_final("long", as_json(plan_of("m+s", steps=600)), 9.0)
    row = claim(judged(writer), "mixed")
    assert row["outcome"] == "open"
    assert "with the same learning rate, steps in all and targets" in row["sentence"]


@pytest.mark.parametrize(
    ("elsewhere", "retrieval", "outcome"),
    [(0.0, 20.0, "confirmed"), (0.4, 20.0, "confirmed"), (4.0, 20.0, "rejected"), (0.0, 0.0, "open")],
    ids=["all retrieval", "sure elsewhere, but small", "elsewhere too", "no gain"],
)
def test_the_gain_is_all_retrieval(claiming, elsewhere, retrieval, outcome):
    writer = claiming({"retrieval": {"gain_from": "retrieval", "arm": "ms"}}, {"direct": 0.0, "ms": 0.0})
    for row in writer.scores:
        if row["arm"] == "ms":
            row["value"] += retrieval if row["task"] == "tatoeba" else elsewhere
    row = claim(judged(writer), "retrieval")
    assert row["outcome"] == outcome
    assert "3 of 4 targets" in row["sentence"]


def searched(writer, plan_of, *, stopped=False):
    writer.resolved["search"] = {"searcher": "permutations"}
    for number, order in enumerate(ORDERS * 3):
        ended = {"rungs": 1, "status": "stopped"} if stopped and number == 0 else {}
        writer.add_trial(number, as_json(plan_of(order)), 4.0 if order.index("m") < order.index("s") else 0.0, **ended)
    for number, event in enumerate(event for event in writer.trials if event["event"] == "proposed"):
        event["seed"] = number // len(ORDERS)
    return writer


def test_a_search_that_may_speak_answers_what_the_finals_cannot(claiming, plan_of):
    claims = {"mnli first": {"before": [["mnli"], ["squad1"]]}}
    row = claim(judged(searched(claiming(claims, {"direct": 0.0}), plan_of)), "mnli first")
    assert (row["outcome"], row["source"], row["seeds"]) == ("confirmed", "search", [0, 1, 2])


def test_a_search_that_stopped_trials_may_not(claiming, plan_of):
    claims = {"mnli first": {"before": [["mnli"], ["squad1"]]}}
    row = claim(judged(searched(claiming(claims, {"direct": 0.0}), plan_of, stopped=True)), "mnli first")
    assert row["outcome"] == "open"
    assert "stopped 1 of 18 trials early" in row["sentence"]


LATE = {
    "a trial is older": ({"time": 1767607205.5}, "6 of 18 trials are older than the claims (t0000, t0001, t0002, ...)"),
    "no time": ({"time": None}, "does not say when"),
    "other claims": ({"sha256": "0" * 64}, "are not those whose hash was noted"),
}


@pytest.mark.parametrize(("changes", "told"), LATE.values(), ids=LATE)
def test_claims_that_came_after_the_data_are_exploratory(claiming, plan_of, changes, told):
    claims = {"mnli first": {"before": [["mnli"], ["squad1"]]}, "absent": {"better": ["cm", "direct"]}}
    found = judged(searched(claiming(claims, {"direct": 0.0}, **changes), plan_of))
    assert found["registered"]["beforehand"] is False
    assert [row["outcome"] for row in found["claims"]] == ["exploratory", "open"]
    assert "exploratory, not registered beforehand" in found["sentence"]
    assert told in found["sentence"]
    assert "Benjamini-Hochberg" in claim(found, "mnli first")["sentence"]


def test_a_claim_written_before_the_first_trial_is_registered(claiming, plan_of):
    found = judged(searched(claiming({"mnli first": {"before": [["mnli"], ["squad1"]]}}, {"direct": 0.0}), plan_of))
    assert found["registered"]["beforehand"] is True
    assert found["registered"]["when"] == "1970-01-01 00:00:01 UTC"
