"""What arrives in MLflow's store and in TensorBoard's files is what the record says."""

import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from tensorboardX.proto.event_pb2 import Event

from evaluators.errors import CairnError
from experiments.planning.forecast import forecast_of
from experiments.record import RunFolder, read_json, read_rows
from experiments.run import run_spec
from experiments.running import mlflow_runs
from experiments.running.curves import MLflow, Spending
from experiments.running.mlflow_runs import Experiment
from experiments.spec import load_spec
from experiments.spec.settings import Tracking
from experiments.study import open_study

WriteSpec = Callable[..., Path]

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader")  # in MLflow's own store


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory, write_spec: WriteSpec, ray_room: int) -> Path:
    """The small study, told to MLflow."""
    folder = tmp_path_factory.mktemp("tracked")
    spec = write_spec(
        folder,
        ("name: tiny", f"name: tiny\n{tracking(folder)}ladder: {{scales: [0.5, 1.0]}}"),
        ("lengths: [1, 2]", "lengths: [1]"),
        ("[udpos, pawsx, tatoeba]", "[udpos, pawsx]"),
    )
    assert run_spec(spec) == 0
    return spec


def tracking(folder: Path) -> str:
    return f"tracking: {{mlflow: 'sqlite:///{folder}/mlflow.db'}}\n"


def folder_of(spec: Path) -> RunFolder:
    return RunFolder(spec.parent / "runs" / "tiny")


def runs_of(spec: Path) -> tuple[MlflowClient, dict[str, Run]]:
    client = MlflowClient(f"sqlite:///{spec.parent}/mlflow.db")
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    by_name = {run.info.run_name: run for run in runs}
    assert len(by_name) == len(runs), "a trial has two runs"
    return client, by_name


def reports_of(spec: Path) -> list[dict[str, Any]]:
    return [row for row in read_rows(folder_of(spec).trials) if row["event"] == "report"]


def test_tracking_is_in_no_name_of_a_stage_and_may_change(tracked: Path) -> None:
    text = tracked.read_text()
    try:
        tracked.write_text(text.replace(tracking(tracked.parent), ""))
        known = forecast_of(open_study(load_spec(tracked)))
        assert known.most.to_train == 0
        assert run_spec(tracked) == 0
    finally:
        tracked.write_text(text)


def test_every_rung_of_every_trial_is_in_mlflow_under_the_names_of_the_record(tracked: Path) -> None:
    client, runs = runs_of(tracked)
    for row in reports_of(tracked):
        run = runs[row["trial"]]
        wanted = {**row["selectors"], "examples": row["examples"], "trained": row["trained"], "found": row["found"]}
        for name, value in wanted.items():
            points = {point.step: point.value for point in client.get_metric_history(run.info.run_id, name)}
            assert points[row["rung"]] == pytest.approx(value), (row["trial"], name)
    assert set(runs["t0001"].data.metrics) == {
        *reports_of(tracked)[0]["selectors"],
        *("examples", "seconds", "trained", "found"),
    }


def test_trials_say_what_they_tried_and_how_they_ended(tracked: Path) -> None:
    _, runs = runs_of(tracked)
    rows = read_rows(folder_of(tracked).trials)
    decisions = {row["trial"]: row["decisions"] for row in rows if row["event"] == "proposed" and not row["control"]}
    assert decisions
    for trial, chosen in decisions.items():
        assert {name: str(value) for name, value in chosen.items()}.items() <= runs[trial].data.params.items()
    assert runs["t0001"].data.params["plan"] == "(direct)"
    assert runs["t0001"].data.params["control"] == "direct"
    ended = {row["trial"]: row["status"] for row in rows if row["event"] == "ended"}
    shown = {trial: (runs[trial].data.tags["cairn.status"], runs[trial].info.status) for trial in ended}
    statuses = {"completed": "FINISHED", "stopped": "KILLED"}
    assert shown == {trial: (status, statuses[status]) for trial, status in ended.items()}


def test_the_finals_are_there_and_a_second_start_doubles_nothing(tracked: Path) -> None:
    before = set(runs_of(tracked)[1])
    assert run_spec(tracked) == 0
    _, runs = runs_of(tracked)
    assert set(runs) == before
    for arm in read_json(folder_of(tracked).path / "summary.json")["arms"]:
        metrics = runs[f"finals: {arm['arm']}"].data.metrics
        assert metrics["test"] == arm["test"]["mean"]
        assert metrics["test/pawsx"] == arm["tasks"]["pawsx"]["mean"]
        assert ("gain" in metrics) == (arm["arm"] != "direct")


def test_tensorboard_has_one_folder_a_trial_with_a_point_a_rung(tracked: Path) -> None:
    shown: dict[tuple[str, int], dict[str, float]] = {}
    for file in folder_of(tracked).tune.rglob("events.out.tfevents.*"):
        for event in events(file):
            for value in event.summary.value:
                if value.tag.startswith("ray/tune/"):
                    shown.setdefault((file.parent.name, event.step), {})[value.tag] = value.simple_value
    reports = {(row["trial"], row["rung"]): row for row in reports_of(tracked)}
    assert set(shown) == set(reports)
    for place, row in reports.items():
        assert shown[place]["ray/tune/pivot-dev"] == pytest.approx(row["selectors"]["pivot-dev"], rel=1e-6)
        assert shown[place]["ray/tune/examples"] == row["examples"]


def events(file: Path) -> Iterator[Event]:
    """TensorBoard's records: length, its checksum, the event, its checksum."""
    data, place = file.read_bytes(), 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        event = Event()
        event.ParseFromString(data[place + 12 : place + 12 + length])
        yield event
        place += 16 + length


@pytest.mark.parametrize(
    "uri",
    [
        "http://ada:secret@server:5000",
        "https://secret@server",
        "postgresql://ada:se/secret@server/mlflow",
        "ada:secret@server:5000",
        "http://server/?access_token=secret",
        "http://server/#access_token=secret",
    ],
)
def test_credentials_in_the_uri_are_refused_and_not_repeated(uri: str, write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path, ("name: tiny", f"name: tiny\ntracking: {{mlflow: '{uri}'}}"))
    with pytest.raises(CairnError, match="MLFLOW_TRACKING_PASSWORD") as refused:
        run_spec(spec)
    assert "secret" not in str(refused.value)
    assert not (tmp_path / "runs").exists()


def test_uris_without_credentials_pass_and_what_is_no_uri_does_not() -> None:
    for uri in (
        "http://server:5000",
        "sqlite:////shared/at@home/mlflow.db",
        "file:///shared/mlruns",
        "databricks://me",
        "databricks",
    ):
        assert Tracking(mlflow=uri).mlflow == uri
    with pytest.raises(ValueError, match="which is no URI; write"):
        Tracking(mlflow="server:5000")


def told(rung: int, seconds: float, *, is_score: bool) -> dict[str, Any]:
    """A report as Tune passes it on."""
    counts = {"examples": 1, "seconds": seconds, "trained": 1, "found": 0}
    payload = {**counts, "selectors": {"en-dev": 50.0}} if is_score else {**counts, "stored": "key", "rung": rung}
    return {"payload": json.dumps(payload), **({"rung": rung} if is_score else {})}


def test_a_turn_that_is_begun_again_draws_no_rung_twice_and_charges_none_with_anothers_cost() -> None:
    spending = Spending()
    assert spending.curves("t0001", told(0, 1.0, is_score=False)) is None
    assert spending.curves("t0001", told(0, 2.0, is_score=True)) == {
        "en-dev": 50.0,
        "examples": 2,
        "seconds": 3.0,
        "trained": 2,
        "found": 0,
    }
    spending.curves("t0001", told(1, 10.0, is_score=False))  # then its worker is lost
    assert spending.curves("t0001", told(0, 0.1, is_score=True)) is None
    second = spending.curves("t0001", told(1, 20.0, is_score=True))
    assert second is not None and second["seconds"] == 30.0
    assert spending.curves("t0001", {"payload": json.dumps({"busy": "key"})}) is None


def test_another_winner_of_the_same_name_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "0")
    experiment = Experiment(uri=f"sqlite:///{tmp_path}/mlflow.db", name="tiny", started="today").checked()
    curves = MLflow(experiment)
    curves.setup()
    assert curves.mlflow_util.experiment_id == experiment.identity() != "0"
    mean = {"mean": 50.0}
    arm = {"arm": "winner 1", "plan": "mnli", "test": mean, "dev": mean, "gain": {"headline": None}, "tasks": {}}
    for plan, test in (("mnli", 50.0), ("mnli", 51.0), ("ccg", 60.0)):
        experiment.record_outcome([], [{**arm, "plan": plan, "test": {"mean": test}}])
    runs = experiment._found()
    assert {run.data.params["plan"]: run.data.metrics["test"] for run in runs} == {"mnli": 51.0, "ccg": 60.0}
    assert len(runs) == 2


def test_a_missing_package_and_a_silent_server_are_told_with_their_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    nobody = Experiment(uri="http://127.0.0.1:9", name="tiny", started="today")
    with pytest.raises(CairnError, match=r"MLflow does not answer at http://127\.0\.0\.1:9"):
        nobody.checked()
    monkeypatch.setattr(mlflow_runs, "find_spec", lambda name: None)
    with pytest.raises(CairnError, match=re.escape("pip install 'cairn-search[mlflow]'")):
        nobody.checked()


def test_a_server_that_goes_away_ends_the_telling_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    curves = MLflow(Experiment(uri=f"sqlite:///{tmp_path}/mlflow.db", name="tiny", started="today"))
    curves.setup()

    def gone(**_: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(curves.mlflow_util, "start_run", gone)
    trial: Any = SimpleNamespace(config={"trial": "t0001"})
    curves.log_trial_start(trial)
    curves.log_trial_result(1, trial, {})
    curves.log_trial_end(trial)
    assert curves.is_lost
    assert caplog.text.count("MLflow takes nothing more (gone)") == 1
