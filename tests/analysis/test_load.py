import json

import pytest

from analysis.load import load
from evaluators.errors import CairnError


def test_a_finished_study_is_read_whole(full_run):
    run = load(full_run().write())
    assert len(run.trials) == 24
    assert {trial.status for trial in run.trials} == {"completed", "stopped"}
    assert list(run.arm_plans) == [
        "winner 1",
        "winner 2",
        "direct",
        "target longer",
        "mnli alone",
        "squad1 alone",
        "all mixed",
    ]
    assert run.torn == {}


def test_a_torn_last_line_is_left_out_and_counted(full_run):
    path = full_run().write()
    whole = load(path)
    for name in ("trials.jsonl", "scores.jsonl"):
        with (path / name).open("a") as file:
            file.write('{"event": "rep')
    torn = load(path)
    assert torn.torn == {"trials.jsonl": 1, "scores.jsonl": 1}
    assert (torn.trials, torn.finals) == (whole.trials, whole.finals)


def test_a_broken_line_in_the_middle_is_named(full_run):
    path = full_run().write()
    lines = (path / "trials.jsonl").read_text().splitlines()
    (path / "trials.jsonl").write_text("\n".join([lines[0], "{oops", *lines[1:]]) + "\n")
    with pytest.raises(CairnError, match=r"trials\.jsonl, line 2, is not JSON"):
        load(path)


def test_the_last_report_of_a_restarted_trial_counts(empty_run):
    writer = empty_run()
    writer.add_trial(0, {"trunk": [], "targets": []}, 0.0, rungs=2, status=None)
    again = {**writer.trials[1], "selectors": {"en-dev": 12.5, "oracle": None}, "trained": 0, "found": 3}
    writer.trials.append(again)
    (trial,) = load(writer.write()).trials
    assert trial.status == "running"
    assert sorted(trial.reports) == [0, 1]
    assert trial.reports[0].selectors == {"en-dev": 12.5}
    assert (trial.reports[0].trained, trial.reports[0].found) == (0, 3)
    assert trial.last.rung == 1


def test_a_score_written_twice_counts_once_and_the_later_one(full_run):
    writer = full_run()
    writer.scores.append({**writer.scores[0], "value": 1.0})
    finals = load(writer.write()).finals
    assert len(finals) == len(writer.scores) - 1
    assert finals[0].value == 1.0


def test_a_study_that_has_only_begun_can_be_read(empty_run):
    writer = empty_run()
    path = writer.write()
    for name in ("trials.jsonl", "scores.jsonl", "failures.jsonl", "environment.json"):
        (path / name).unlink()
    run = load(path)
    assert (run.trials, run.finals, run.failures, run.environment) == ((), (), (), {})


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(CairnError, match=r"holds no run.*cairn run"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"event": "report", "trial": "t0099"}, "t0099, which was never proposed"),
        ({"event": "proposed", "trial": "t0099"}, "has no 'control'"),
    ],
)
def test_lines_that_make_no_sense_are_refused(full_run, event, message):
    writer = full_run()
    writer.trials.append(event)
    with pytest.raises(CairnError, match=message):
        load(writer.write())


def test_a_damaged_json_file_is_named(full_run):
    path = full_run().write()
    (path / "environment.json").write_text("{")
    with pytest.raises(CairnError, match=r"environment\.json is not JSON"):
        load(path)
    (path / "environment.json").write_text(json.dumps([]))
    with pytest.raises(CairnError, match="no JSON object"):
        load(path)
