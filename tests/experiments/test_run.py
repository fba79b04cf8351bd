"""Whole studies in seconds: run, continue, disturb, and compare."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from analysis.hypotheses.registration import fingerprint
from evaluators.babel.suite import BABEL
from evaluators.errors import CairnError, UnknownName
from evaluators.item_files import arms_with_items, read_items
from evaluators.items import score_of_counts
from evaluators.submission.partial import score_what_is_there
from evaluators.suites import find_suite
from experiments.judging.evaluating import Request, evaluate_model
from experiments.judging.submitting import submit
from experiments.planning.forecast import forecast_of
from experiments.record import Journal, RunFolder, read_json, read_rows
from experiments.run import run_spec
from experiments.running import under_tune
from experiments.spec import load_spec
from experiments.study import open_study, resolved

pytestmark = pytest.mark.usefixtures("ray_room")

WriteSpec = Callable[..., Path]
NumbersOf = Callable[[Path], dict[str, Any]]


class Finished(Protocol):
    """A study that nothing disturbed, and what was planned for it."""

    spec: Path
    planned: dict[str, Any]
    numbers: dict[str, Any]


def folder_of(spec: Path) -> RunFolder:
    return RunFolder(spec.parent / "runs" / "tiny")


def test_a_study_leaves_its_whole_record(finished: Finished) -> None:
    folder = folder_of(finished.spec)
    statuses = [status for status, _ in finished.numbers["ended"].values()]
    assert len(statuses) == 5 + 4  # direct, target longer, two single tasks, all mixed; four proposals
    assert "stopped" in statuses
    assert set(statuses) == {"stopped", "completed"}
    finals = [row for row in read_rows(folder.scores) if row["phase"] == "final"]
    assert {row["arm"] for row in finals} == {"winner 1", "direct"}
    assert {(row["task"], row["split"]) for row in finals} == {
        (task, split) for task in ("udpos", "pawsx", "tatoeba") for split in ("dev", "test")
    }
    assert not [row for row in read_rows(folder.scores) if row["phase"] == "search" and row["split"] == "test"]
    assert (folder.path / "report.html").is_file()
    assert list(folder.tune.rglob("events.out.tfevents.*"))


def test_the_finals_leave_counts_of_every_item_that_give_their_scores(finished: Finished) -> None:
    folder, suite = folder_of(finished.spec), find_suite("babel")
    found = arms_with_items(folder.path)
    assert {arm: sorted(seeds) for arm, seeds in found.items()} == {"winner 1": [101], "direct": [101]}
    rows = [row for row in read_rows(folder.scores) if row["phase"] == "final" and row["split"] == "test"]
    for row in rows:
        task = suite.target(row["task"])
        if row["metric"] in task.scored_by and len(task.scored_by) == 1:
            counted = read_items(found[row["arm"]][101][row["task"]])[row["language"]]
            assert len(counted.ids) == row["examples"]
            assert score_of_counts(task, counted.counts.sum(axis=0)) == pytest.approx(row["value"], abs=1e-9)
    assert read_json(folder.path / "summary.json")["items"]


def test_what_a_winner_would_hand_in_is_written_checked_and_made_of_the_finals_models(finished: Finished) -> None:
    run, said = folder_of(finished.spec).path, []
    checked = submit(run, suite=None, arm=None, seed=None, data=None, folder=None, say=said.append)
    assert checked.folder == run / "submissions" / "winner-1-101" / "predictions"
    assert {problem.split(":")[0] for problem in checked.problems} == {
        str(checked.folder / task / f"test-{code}.{'json' if task == 'xquad' else 'tsv'}")
        for task in ("xnli", "panx", "xquad")
        for code in BABEL.target(task).languages("test")
    }
    stages = len(list((run.parent / "store").glob("??/*/record.json")))
    before = dict.fromkeys(checked.folder.rglob("*.tsv"))
    again = submit(run, suite=None, arm="winner 1", seed=101, data=None, folder=None, say=said.append)
    assert (again, dict.fromkeys(checked.folder.rglob("*.tsv"))) == (checked, before)
    assert len(list((run.parent / "store").glob("??/*/record.json"))) == stages
    scores = score_what_is_there(checked.folder, checked.folder.parent / "labels", BABEL)
    assert set(scores.tasks) == {"udpos", "pawsx", "tatoeba"}
    assert scores.overall is None
    with pytest.raises(UnknownName, match="direct"):
        submit(run, suite=None, arm="drect", seed=None, data=None, folder=None, say=said.append)
    with pytest.raises(CairnError, match="not trained with seed 7"):
        submit(run, suite=None, arm=None, seed=7, data=None, folder=None, say=said.append)


def test_the_trunk_of_a_winner_is_evaluated_by_the_suites_own_protocol(finished: Finished, tmp_path: Path) -> None:
    run = folder_of(finished.spec).path
    request = Request(model=str(run), suite="babel", tasks=("tatoeba",), runs=tmp_path, folder=tmp_path / "out")
    found = json.loads(evaluate_model(request, as_json=True, say=lambda text: None))
    assert list(found["tasks"]) == ["tatoeba"]
    handed_in = run / "submissions" / "winner-1-101" / "predictions" / "tatoeba" / "test-qda.tsv"
    assert (tmp_path / "out" / "predictions" / "tatoeba" / "test-qda.tsv").read_text() == handed_in.read_text()
    with pytest.raises(CairnError, match="--suite babel"):
        evaluate_model(Request(model=str(run), suite="open", data=tmp_path, tasks=("pawsx",)), as_json=True, say=print)


def test_what_was_planned_is_what_was_executed(finished: Finished) -> None:
    stages = read_json(folder_of(finished.spec).environment)["stages"]
    assert finished.planned["fewest"]["stages"]["to_train"] <= stages["trained"]
    assert stages["trained"] <= finished.planned["stages"]["to_train"]
    known = forecast_of(open_study(load_spec(finished.spec)))  # now that the record says which trials were stopped
    assert known.most == known.fewest
    assert known.most.to_train == 0
    assert known.most.shared == stages["trained"]
    assert stages["known"] == {"naive": known.most.naive, "shared": known.most.shared}
    trained = [row["key"] for row in read_rows(folder_of(finished.spec).stages)]
    assert len(trained) == len(set(trained)) == stages["trained"]


def test_a_second_run_trains_nothing_and_gives_the_same_numbers(finished: Finished) -> None:
    folder = folder_of(finished.spec)
    before = {path: path.read_bytes() for path in (folder.trials, folder.scores, folder.finals)}
    assert run_spec(finished.spec) == 0
    assert {path: path.read_bytes() for path in before} == before


def test_another_study_on_the_same_store_finds_the_stages(finished: Finished, write_spec: WriteSpec) -> None:
    text = finished.spec.read_text().replace("name: tiny", "name: twin")
    twin = finished.spec.with_name("twin.yaml")
    twin.write_text(text)
    assert run_spec(twin) == 0
    stages = read_json(finished.spec.parent / "runs" / "twin" / "environment.json")["stages"]
    assert stages["trained"] == 0
    assert stages["planned"]["most"]["to_train"] <= finished.planned["stages"]["to_train"]


def test_killed_processes_and_a_breakdown_of_tunes_own_loop_leave_the_numbers_as_they_are(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers_of: NumbersOf
) -> None:
    undisturbed = under_tune._Rungs.on_trial_result
    killed: list[int] = []
    reports: list[str] = []

    def disturbed(self: Any, controller: Any, trial: Any, result: Mapping[str, Any]) -> str:
        reports.append(trial.config["trial"])
        if len(reports) in (4, 14):  # the trial's next rung is under way by then
            killed.append(result["pid"])
            threading.Timer(0.1, os.kill, (result["pid"], signal.SIGKILL)).start()
        if len(reports) == 9:
            raise RuntimeError("Caught unexpected exception")
        return str(undisturbed(self, controller, trial, result))

    monkeypatch.setattr(under_tune._Rungs, "on_trial_result", disturbed)
    spec = write_spec(tmp_path)
    assert run_spec(spec) == 0
    assert len(killed) == 2
    assert sorted(path.name for path in folder_of(spec).tune.iterdir() if path.is_dir()) == ["1", "2"]
    assert numbers_of(spec) == finished.numbers


def test_trials_that_diverge_or_keep_losing_their_worker_fail_with_the_reason_and_the_search_goes_on(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = under_tune._Rungs.on_trial_result

    def killing(self: Any, controller: Any, trial: Any, result: Mapping[str, Any]) -> str:
        if trial.config["trial"] == "t0003":
            os.kill(result["pid"], signal.SIGKILL)
        return str(undisturbed(self, controller, trial, result))

    monkeypatch.setattr(under_tune._Rungs, "on_trial_result", killing)
    monkeypatch.setattr(under_tune, "MAX_FAILURES", 1)
    # decay of 2000 times the rate multiplies weights by 1 - 2000 x rate: harmless at 1e-6, exploding at 0.9
    spec = write_spec(
        tmp_path,
        ("max_length_tokens: 64", "max_length_tokens: 64, weight_decay: 2000.0"),
        ("learning_rates: [1.0e-3, 5.0e-4]", "learning_rates: [1.0e-6, 0.9]"),
        ("learning_rates: [2.0e-3]", "learning_rates: [1.0e-6]"),
        ("steps: [9]", "steps: [60]"),
    )
    assert run_spec(spec) == 0
    ended = {row["trial"]: row for row in read_rows(folder_of(spec).trials) if row["event"] == "ended"}
    assert len(ended) == 9
    assert (ended["t0003"]["status"], ended["t0003"]["reason"]) == ("failed", "its worker died 2 times")
    diverged = [r for t, r in ended.items() if r["status"] == "failed" and t != "t0003"]
    assert 0 < len(diverged) < 8
    assert all("training diverged: the loss of" in row["reason"] for row in diverged)
    page = (folder_of(spec).path / "report.html").read_text()
    assert "training diverged" in page
    assert "its worker died 2 times" in page


def test_a_full_disk_under_the_record_is_told_and_nothing_is_lost(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers_of: NumbersOf
) -> None:
    undisturbed = Journal.append
    spec = write_spec(tmp_path)
    for event, trial in (("proposed", "t0004"), ("report", "t0006")):
        with monkeypatch.context() as patched:

            def full(self: Journal, rows: Any, event: str = event, trial: str = trial) -> None:
                if any(row.get("event") == event and row["trial"] == trial for row in rows):
                    raise OSError(errno.ENOSPC, "No space left on device")
                undisturbed(self, rows)

            patched.setattr(Journal, "append", full)
            with pytest.raises(CairnError, match="is full; what was finished is kept"):
                run_spec(spec)
    assert run_spec(spec) == 0
    assert numbers_of(spec) == finished.numbers


def test_an_interrupted_and_a_killed_driver_are_continued_to_the_same_numbers(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec = write_spec(tmp_path)
    for number, reports, expected in ((signal.SIGTERM, 4, 130), (signal.SIGKILL, 8, -signal.SIGKILL)):
        command = [sys.executable, "-m", "experiments.run", str(spec)]
        driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while _reports(spec) < reports:
            assert driver.poll() is None, "the driver ended before it was disturbed"
            time.sleep(0.05)
        driver.send_signal(number)
        said = driver.communicate(timeout=60)[0]
        assert driver.returncode == expected
        if number == signal.SIGTERM:
            assert "what was finished is kept" in said
    assert run_spec(spec) == 0
    assert numbers_of(spec) == finished.numbers


def test_the_search_reads_no_test_data_and_broken_test_data_end_the_finals_with_one_sentence(
    write_spec: WriteSpec, tmp_path: Path, world: Path
) -> None:
    broken = tmp_path / "world"
    for file in world.rglob("*.parquet"):
        copy = broken / file.relative_to(world)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.stem == "test":
            copy.write_bytes(b"not to be read")
        else:
            copy.symlink_to(file)
    spec = write_spec(tmp_path, (f"data: {world}", f"data: {broken}"), ("[udpos, pawsx, tatoeba]", "[udpos, pawsx]"))
    with pytest.raises(CairnError, match=r"test\.parquet"):
        run_spec(spec)
    ended = [row for row in read_rows(folder_of(spec).trials) if row["event"] == "ended"]
    assert {row["status"] for row in ended} == {"completed", "stopped"}
    assert len(ended) == 9


def test_another_search_under_the_same_name_is_refused(finished: Finished, tmp_path: Path) -> None:
    changed = tmp_path / "tiny.yaml"
    changed.write_text(finished.spec.read_text().replace("lengths: [1, 2]", "lengths: [2]"))
    with pytest.raises(CairnError, match="holds a run with another space"):
        run_spec(changed)


def test_the_band_of_equivalence_cannot_be_chosen_after_the_scores_are_known(
    finished: Finished, tmp_path: Path
) -> None:
    assert read_json(folder_of(finished.spec).resolved)["analysis"] == {"equivalence_band": 1.0}
    changed = tmp_path / "tiny.yaml"
    changed.write_text(finished.spec.read_text() + "analysis: {equivalence_band: 3.0}\n")
    with pytest.raises(CairnError, match="holds a run with another analysis"):
        run_spec(changed)


def test_claims_cannot_be_written_down_after_the_scores_are_known(finished: Finished, tmp_path: Path) -> None:
    changed = tmp_path / "tiny.yaml"
    changed.write_text(finished.spec.read_text() + "analysis: {hypotheses: {late: {first: large}}}\n")
    with pytest.raises(CairnError, match=r"holds a run with another analysis\.hypotheses; give"):
        run_spec(changed)


def test_claims_are_on_record_with_their_hash_before_the_first_trial_and_keep_their_time(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write_spec(tmp_path)
    spec.write_text(spec.read_text() + "analysis: {hypotheses: {early: {better: [winner 1, direct], by: 1}}}\n")
    monkeypatch.setattr("experiments.run._search_and_finals", lambda *_: None)
    assert run_spec(spec) == 0
    first = read_json(folder_of(spec).resolved)
    assert first["analysis"]["hypotheses"] == {"early": {"better": ["winner 1", "direct"], "by": 1.0}}
    assert first["registered"]["sha256"] == fingerprint(first["analysis"])
    assert run_spec(spec) == 0
    assert read_json(folder_of(spec).resolved)["registered"] == first["registered"]
    spec.write_text(spec.read_text().replace("by: 1", "by: 2"))
    assert run_spec(spec) == 0
    assert read_json(folder_of(spec).resolved)["registered"]["sha256"] != first["registered"]["sha256"]


def test_the_plan_of_an_arm_that_a_claim_names_is_part_of_the_claim(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    arm = "{trunk: [{mixture: {mnli: 1}, learning_rate: 1.0e-3, steps: STEPS}]}"
    text = spec.read_text().replace("finals: {", f"finals: {{arms: {{mine: {arm}}}, ")
    text += "analysis: {hypotheses: {early: {better: [mine, direct]}}}\n"
    found = []
    for steps in ("8", "9"):
        spec.write_text(text.replace("STEPS", steps))
        found.append(resolved(open_study(load_spec(spec)))["analysis"])
    assert found[0]["arms"]["mine"]["trunk"][0]["steps"] == 8
    assert fingerprint(found[0]) != fingerprint(found[1])


def test_more_seeds_continue_a_finished_study(finished: Finished) -> None:
    longer = finished.spec.with_name("longer.yaml")
    longer.write_text(finished.spec.read_text().replace("seeds: [101]", "seeds: [101, 102]"))
    before = read_rows(folder_of(finished.spec).scores)
    try:
        assert run_spec(longer) == 0
        after = read_rows(folder_of(finished.spec).scores)
        assert after[: len(before)] == before
        assert {row["seed"] for row in after[len(before) :]} == {102}
    finally:
        assert run_spec(finished.spec) == 0  # what is compared no more is dropped


def _reports(spec: Path) -> int:
    trials = folder_of(spec).trials
    return sum(row["event"] == "report" for row in read_rows(trials)) if trials.exists() else 0
