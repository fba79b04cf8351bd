import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest

from evaluators.errors import CairnError
from experiments.finals.plan import winners
from experiments.record import read_rows
from experiments.search.ledger import Ledger

Opener = Callable[..., Ledger]


def payload(value: float) -> dict[str, Any]:
    score = {"task": "udpos", "language": "en", "split": "dev", "metric": "f1", "value": value, "examples": 3}
    return {
        "selectors": {"en-dev": value, "oracle": value},
        "scores": [score],
        "trained": 2,
        "found": 0,
        "examples": 10,
        "seconds": 0.5,
    }


def value_of(number: int, rung: int) -> float:
    """Any fixed function of the trial: what training would give."""
    return (number * 37 % 11) + rung


def run_to_end(ledger: Ledger, *, reports: int | None = None) -> None:
    """One trial after another; `reports`: the driver is killed after so many."""
    while (proposal := ledger.next()) is not None:
        for rung in range(len(ledger.rungs)):
            if reports is not None:
                if reports == 0:
                    return
                reports -= 1
            ledger.report(proposal.number, rung, payload(value_of(proposal.number, rung)))
            if proposal.number in ledger.ended:
                break


def outcome(ledger: Ledger) -> list[Any]:
    return [
        (ledger.proposals[n].decisions, ledger.ended[n].status, len(ledger.reports[n])) for n in sorted(ledger.ended)
    ]


def test_controls_come_first_and_are_never_stopped(open_ledger: Opener) -> None:
    ledger = open_ledger()
    run_to_end(ledger)
    controls = [proposal for proposal in ledger.proposals.values() if proposal.control]
    assert [c.control for c in controls] == [
        "direct",
        "target longer",
        "mnli alone",
        "qqp alone",
        "ccg alone",
        "all mixed",
    ]
    assert [c.number for c in controls] == [1, 2, 3, 4, 5, 6]
    assert all(ledger.ended[control.number].status == "completed" for control in controls)
    assert "stopped" in {ledger.ended[number].status for number in range(7, 13)}
    assert ledger.is_finished


def test_a_search_killed_after_any_report_ends_as_an_undisturbed_one(open_ledger: Opener, tmp_path: Path) -> None:
    undisturbed = open_ledger()
    run_to_end(undisturbed)
    wanted, reports = outcome(undisturbed), sum(len(r) for r in undisturbed.reports.values())
    for killed_after in range(0, reports, 5):
        for file in (tmp_path / "run").iterdir():
            file.unlink()
        run_to_end(open_ledger(), reports=killed_after)
        continued = open_ledger()
        run_to_end(continued)
        assert outcome(continued) == wanted
        rows = read_rows(tmp_path / "run" / "scores.jsonl")
        assert len(rows) == reports == len({(row["trial"], row["rung"]) for row in rows})


def test_an_unfinished_trial_is_proposed_again_before_anything_new(open_ledger: Opener) -> None:
    before = open_ledger()
    run_to_end(before, reports=20)
    unfinished = [n for n in before.proposals if n not in before.ended]
    again = open_ledger().next()
    assert again is not None
    assert again == before.proposals[unfinished[0]]


def test_scores_whose_report_was_lost_are_written_once(open_ledger: Opener, tmp_path: Path) -> None:
    run_to_end(open_ledger(), reports=4)
    trials = tmp_path / "run" / "trials.jsonl"
    lines = trials.read_text().splitlines(keepends=True)
    last = max(place for place, line in enumerate(lines) if '"report"' in line)
    trials.write_text("".join(lines[:last]) + lines[last][:20])
    run_to_end(open_ledger())
    rows = read_rows(tmp_path / "run" / "scores.jsonl")
    assert len(rows) == len({(row["trial"], row["rung"]) for row in rows})


def test_a_failed_trial_is_recorded_with_its_reason_and_the_search_goes_on(open_ledger: Opener) -> None:
    ledger = open_ledger()
    first = ledger.next()
    assert first is not None
    ledger.fail(first.number, "training diverged")
    run_to_end(ledger)
    assert ledger.is_finished
    again = open_ledger()
    assert again.is_finished
    assert again.next() is None
    assert (again.ended[1].status, again.ended[1].reason) == ("failed", "training diverged")


def test_more_trials_continue_a_finished_search(open_ledger: Opener) -> None:
    run_to_end(open_ledger(trials=4))
    longer = open_ledger(trials=6)
    assert not longer.is_finished
    run_to_end(longer)
    assert len(longer.ended) == 12


def test_fewer_trials_leave_a_finished_search_finished(open_ledger: Opener) -> None:
    run_to_end(open_ledger(trials=6))
    shorter = open_ledger(trials=2)
    assert shorter.is_finished
    assert shorter.next() is None


def test_a_space_that_is_used_up_ends_a_random_search(open_ledger: Opener) -> None:
    ledger = open_ledger(trials=400)
    run_to_end(ledger)
    plans = [p.plan for p in ledger.proposals.values() if not p.control]
    # 3 single tasks at 3 rates, of which 3 repeat controls, and 6 ordered pairs at 9 pairs of rates
    assert ledger.exhausted
    assert len(plans) == len(set(plans)) == 3 * 3 - 3 + 6 * 9
    assert ledger.is_finished


def test_the_study_tells_full_stopped_and_failed_trials_apart(open_ledger: Opener, tmp_path: Path) -> None:
    ledger = open_ledger(stored=True)
    run_to_end(ledger)
    ledger.write_study()
    open_ledger(stored=True).write_study()  # a restart draws the same picture
    study = optuna.load_study(study_name="tiny", storage=f"sqlite:///{tmp_path / 'run' / 'study.db'}")
    proposals = [number for number, proposal in ledger.proposals.items() if not proposal.control]
    assert len(study.trials) == len(proposals) == 6
    for trial, number in zip(study.trials, proposals, strict=True):
        names = {"completed": "COMPLETE", "stopped": "PRUNED", "failed": "FAIL"}
        assert trial.state.name == names[ledger.ended[number].status]
        assert trial.value == ledger.value(number)
        assert trial.params == ledger.proposals[number].decisions
        assert sorted(trial.intermediate_values) == list(range(len(ledger.reports[number])))


def test_tpe_proposes_the_same_after_a_restart(open_ledger: Opener) -> None:
    settings = {"searcher": "tpe", "startup_trials": 4, "trials": 9}
    undisturbed = open_ledger(**settings)
    run_to_end(undisturbed)
    for place in (undisturbed._journal._path, undisturbed._scores._path):
        place.unlink()
    run_to_end(open_ledger(**settings), reports=30)
    continued = open_ledger(**settings)
    run_to_end(continued)
    assert outcome(continued) == outcome(undisturbed)


@pytest.mark.parametrize("searcher", ["order-model", "beam"])
def test_a_searcher_that_learns_proposes_the_same_after_a_restart(
    open_ledger: Opener, tmp_path: Path, searcher: str
) -> None:
    settings = {"searcher": searcher, "trials": 14}
    undisturbed = open_ledger(**settings)
    run_to_end(undisturbed)
    for killed_after in (20, 33):
        for file in (tmp_path / "run").iterdir():
            file.unlink()
        run_to_end(open_ledger(**settings), reports=killed_after)
        continued = open_ledger(**settings)
        run_to_end(continued)
        assert outcome(continued) == outcome(undisturbed)
        assert continued.ranked() == undisturbed.ranked()


def test_the_order_model_finds_the_planted_winner_that_few_random_trials_find(open_ledger: Opener) -> None:
    def score(ledger: Ledger, number: int) -> float:
        trunk = ledger.proposals[number].plan.trunk
        return sum(3.0 for stage in trunk if stage.learning_rate == 5e-4) + 5.0 * (
            [stage.tasks for stage in trunk] == [("qqp",), ("ccg",)]
        )

    ledger = open_ledger(searcher="order-model", trials=24)
    while (proposal := ledger.next()) is not None:
        for rung in range(len(ledger.rungs)):
            ledger.report(proposal.number, rung, payload(score(ledger, proposal.number)))
            if proposal.number in ledger.ended:
                break
    best = winners(ledger, 1)[0]
    assert [(stage.tasks, stage.learning_rate) for stage in best.trunk] == [(("qqp",), 5e-4), (("ccg",), 5e-4)]


def test_winners_of_the_order_model_are_ranked_by_belief_and_reached_the_last_rung(open_ledger: Opener) -> None:
    ledger = open_ledger(searcher="order-model", trials=12)
    run_to_end(ledger)
    ranked = ledger.ranked()
    assert ranked is not None
    chosen = winners(ledger, 3)
    assert chosen == [plan for plan in ranked if plan in chosen]
    completed = {ledger.proposals[n].plan for n, end in ledger.ended.items() if end.status == "completed"}
    assert set(chosen) <= completed


def test_a_hopeless_trial_is_stopped_and_says_why(open_ledger: Opener) -> None:
    ledger = open_ledger(searcher="order-model", trials=40, value_to_go=True)
    while (proposal := ledger.next()) is not None:
        for rung in range(len(ledger.rungs)):
            bad = any("mnli" in stage.tasks for stage in proposal.plan.trunk)
            ledger.report(proposal.number, rung, payload(rung - 50.0 * bad + proposal.number % 3 / 10))
            if proposal.number in ledger.ended:
                break
    reasons = {end.reason for end in ledger.ended.values()}
    assert ledger.is_finished
    assert "value to go" in reasons
    stopped = [ledger.proposals[n].plan for n, end in ledger.ended.items() if end.reason == "value to go"]
    assert all(any("mnli" in stage.tasks for stage in plan.trunk) for plan in stopped)


def test_a_design_is_proposed_as_it_is_listed(open_ledger: Opener) -> None:
    ledger = open_ledger(searcher="permutations", trials=None)
    run_to_end(ledger)
    designed = [p.plan for p in ledger.proposals.values() if p.control is None]
    assert len(designed) == 6
    assert {len(plan.trunk) for plan in designed} == {2}


def test_a_design_that_the_space_does_not_allow_is_refused_with_its_mend(open_ledger: Opener) -> None:
    with pytest.raises(CairnError, match="set grouping: any"):
        open_ledger(searcher="pairs", trials=None)


def test_a_trial_that_has_ended_costs_little_memory(open_ledger: Opener) -> None:
    ledger, seen = open_ledger(trials=50), {}
    tracemalloc.start()
    try:
        while (proposal := ledger.next()) is not None:
            for rung in range(len(ledger.rungs)):
                ledger.report(proposal.number, rung, payload(value_of(proposal.number, rung)))
                if proposal.number in ledger.ended:
                    break
            if len(ledger.ended) in (16, 56):
                gc.collect()
                seen[len(ledger.ended)] = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert (seen[56] - seen[16]) / 40 < 3000
