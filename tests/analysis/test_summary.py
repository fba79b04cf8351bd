import json

import pytest

from analysis.load import load
from analysis.summary import summarise

RNG = {"abs": 1e-9}


def of(writer):
    summary = summarise(load(writer.write()))
    json.dumps(summary, allow_nan=False)
    return summary


def arm(summary, name):
    return next(row for row in summary["arms"] if row["arm"] == name)


def test_without_noise_every_gain_is_the_planted_one(full_run):
    summary = of(full_run(noise=0, dev_bonus=0.5))
    direct, winner = arm(summary, "direct"), arm(summary, "winner 1")
    # pawsx, xquad and tatoeba: mean over places 0, 1, 2 of 70 - 6 * place = 64; panx: 0..3 = 61
    assert direct["test"]["mean"] == pytest.approx((64 * 3 + 61) / 4, **RNG)
    # 2.0 * mean(1 + 0.5 * place) / 1.5 = 2.0 on three languages, 2.0 * 1.75 / 1.5 on four
    assert winner["gain"]["headline"]["mean"] == pytest.approx((2.0 * 3 + 2.0 * 1.75 / 1.5) / 4, **RNG)
    assert winner["gain"]["tasks"]["xquad"]["mean"] == pytest.approx(2.0, **RNG)
    assert direct["gain"]["headline"] is None


def test_the_source_language_and_the_others_are_told_apart(full_run):
    summary = of(full_run(noise=0))
    direct = arm(summary, "direct")
    assert direct["source"]["mean"] == pytest.approx(64.0, **RNG)  # en is second in pawsx, panx and xquad
    # de and ja of pawsx 70, 58; de, sw, yo of panx 70, 58, 52; de, th of xquad 70, 58; de, ja, sw of tatoeba
    assert direct["zero_shot"]["mean"] == pytest.approx((64 + 60 + 64 + 64) / 4, **RNG)


def test_pivots_that_chose_the_winner_are_left_out_of_the_headline(full_run):
    summary = of(full_run(noise=0, selector="pivot-dev"))
    assert summary["excluded_languages"] == ["de"]
    assert all("de" not in languages for languages in summary["headline"].values())
    assert arm(summary, "direct")["test"]["mean"] == pytest.approx((61 + 58 + 61 + 61) / 4, **RNG)
    german = next(row for row in summary["languages"] if row["language"] == "de")
    assert german["role"] == "pivot, not in the headline"


def test_selection_by_english_leaves_pivots_in(full_run):
    summary = of(full_run(noise=0))
    assert summary["excluded_languages"] == []
    assert "de" in summary["headline"]["pawsx"]


def test_dev_that_promises_more_than_test_gives_is_found_out(full_run):
    optimism = of(full_run(noise=0, dev_bonus=0.5))["optimism"]
    assert optimism["winner"] == "winner 1"
    assert optimism["shortfall"]["mean"] == pytest.approx(0.5, **RNG)
    assert optimism["promised"]["en-dev"] == pytest.approx(2.0, **RNG)
    assert optimism["promised"]["oracle"] == pytest.approx(2.0, **RNG)


def test_the_best_single_task_is_chosen_on_dev_and_not_on_test(full_run):
    writer = full_run(noise=0)
    for score in writer.scores:
        if score["arm"] == "squad1 alone" and score["split"] == "dev":
            score["value"] += 5
    assert of(writer)["best_single"] == "squad1 alone"


def test_gains_by_language_are_sorted_and_say_how_many_tasks_they_rest_on(full_run):
    languages = of(full_run(noise=0))["languages"]
    assert languages[0]["language"] == "yo"
    assert {row["language"]: len(row["tasks"]) for row in languages} == dict(yo=1, th=1, sw=2, ja=2, en=3, de=4)
    assert next(row["role"] for row in languages if row["language"] == "en") == "source"


def test_what_the_search_spent_is_counted_from_the_journal(full_run):
    writer = full_run()
    reports = sum(event["event"] == "report" for event in writer.trials)
    stopped = sum(event.get("status") == "stopped" for event in writer.trials)
    spent = of(writer)["search"]
    assert (spent["trials"], spent["controls"], spent["stopped"]) == (24, 5, stopped)
    assert spent["stopped_share"] == stopped / 24
    assert spent["search_stages_trained"] == 2 * reports
    assert spent["search_examples"] == 4800 * reports
    assert [(row["most"], row["fewest"], row["went"]) for row in spent["stages"]] == [
        (160, 80, 110),
        (97, 50, 68),
        (7, 7, 7),
        (90, 43, 61),
    ]
    assert spent["quarantined"] == {"3f2a.9c": "the digest of model.safetensors is not the recorded one"}


def test_selectors_that_say_the_same_agree_perfectly_and_every_rung_has_its_n(full_run):
    writer = full_run(noise=0)
    rows = of(writer)["selectors"]
    assert {(row["selector"], row["rung"]) for row in rows} == {
        (selector, rung) for selector in ("en-dev", "pivot-dev", "oracle", "zero-shot-dev") for rung in (0, 1, 2)
    }
    first = next(row for row in rows if row["selector"] == "en-dev" and row["rung"] == 0)
    assert first["with_oracle"] == {"rho": pytest.approx(1.0), "n": 24}
    assert first["with_test"] == {"rho": pytest.approx(1.0), "n": 7}
    last = sum(event["event"] == "report" and event["rung"] == 2 for event in writer.trials)
    assert first["with_last_rung"]["n"] == last
    assert next(row for row in rows if row["selector"] == "en-dev" and row["rung"] == 2)["with_last_rung"] is None
    assert all(row["with_oracle"] is None for row in rows if row["selector"] == "oracle")


def test_a_final_that_failed_is_left_out_of_its_means_and_named(full_run):
    writer = full_run()
    failed = ("winner 1", 12, "xquad")
    writer.scores = [row for row in writer.scores if (row["arm"], row["seed"], row["task"]) != failed]
    writer.add_failure("winner 1", 12, "xquad", "disk is full")
    summary = of(writer)
    assert summary["failures"] == [{"where": "finals, winner 1, seed 12", "what": "xquad", "reason": "disk is full"}]
    assert any("winner 1, seed 12: no test score of xquad (3 languages)" in line for line in summary["incomplete"])
    winner = arm(summary, "winner 1")
    assert list(winner["test"]["by_seed"]) == ["11", "13"]
    assert winner["gain"]["headline"]["n"] == 2
    assert winner["gain"]["tasks"]["panx"]["n"] == 3


def test_an_arm_that_failed_altogether_still_has_its_row(full_run):
    writer = full_run()
    writer.add_failure("ccg alone", 11, "panx", "NaN", the_plan=writer.scores[0]["plan"])
    summary = of(writer)
    assert arm(summary, "ccg alone")["test"] is None
    assert "ccg alone, seed 11: no complete task on test" in summary["incomplete"]


def test_a_failed_trial_and_one_that_never_ended_are_told(full_run):
    writer = full_run()
    writer.add_trial(30, {"trunk": [], "targets": []}, 0, rungs=1, status="failed", reason="loss is NaN at step 3")
    writer.add_trial(31, {"trunk": [], "targets": []}, 0, rungs=1, status=None)
    summary = of(writer)
    assert summary["failures"][0]["reason"] == "loss is NaN at step 3"
    assert "1 trial of the search did not end: t0031" in summary["incomplete"]
    assert summary["trials"][-1]["trial"] == "t0030"


def test_a_target_that_no_arm_was_scored_on_is_told(full_run):
    writer = full_run()
    writer.scores = [row for row in writer.scores if row["task"] != "tatoeba"]
    summary = of(writer)
    assert list(summary["headline"]) == ["pawsx", "panx", "xquad"]
    assert any("tatoeba; the headline is over the other tasks" in line for line in summary["incomplete"])


def test_a_seed_of_the_spec_without_scores_is_told(full_run):
    writer = full_run()
    writer.resolved["seeds"].append(14)
    assert "direct, seed 14: no complete task on test" in of(writer)["incomplete"]


def test_a_control_of_the_spec_without_scores_is_told(full_run):
    writer = full_run()
    writer.scores = [row for row in writer.scores if row["arm"] != "all mixed"]
    assert "the control all mixed has no final score yet" in of(writer)["incomplete"]


def test_an_arm_is_traced_to_the_trial_that_made_it_a_winner(full_run):
    writer = full_run()
    plan = next(row["plan"] for row in writer.scores if row["arm"] == "winner 1")
    writer.add_trial(40, plan, 0.0)
    writer.add_trial(41, plan, 9.0)
    writer.add_trial(42, plan, 99.0, rungs=2, status="stopped")
    summary = of(writer)
    assert arm(summary, "winner 1")["trial"] == "t0041"
    assert arm(summary, "direct")["trial"] == "t0000"


def test_a_search_without_finals_is_summarised(full_run):
    writer = full_run()
    writer.scores = []
    summary = of(writer)
    assert summary["arms"] == []
    assert "finals have no score yet" in summary["incomplete"][0]
    assert len(summary["trials"]) == 24


def test_a_study_that_has_only_begun_is_summarised(empty_run):
    summary = of(empty_run())
    assert summary["trials"] == []
    assert summary["search"]["stopped_share"] is None
