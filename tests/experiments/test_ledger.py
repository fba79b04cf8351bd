from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna

from experiments.ledger import Ledger
from experiments.record import read_rows

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
        (ledger.proposals[n].decisions, ledger.ended[n]["status"], sorted(ledger.reports[n]))
        for n in sorted(ledger.ended)
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
    assert all(ledger.ended[control.number]["status"] == "completed" for control in controls)
    assert "stopped" in {ledger.ended[number]["status"] for number in range(7, 13)}
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
    assert (again.ended[1]["status"], again.ended[1]["reason"]) == ("failed", "training diverged")


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
        assert trial.state.name == names[ledger.ended[number]["status"]]
        assert trial.value == ledger.value(number)
        assert trial.params == ledger.proposals[number].decisions
        assert sorted(trial.intermediate_values) == sorted(ledger.reports[number])


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
