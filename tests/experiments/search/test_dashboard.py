"""A run's Optuna study opens in optuna-dashboard and shows what was tried."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from experiments.record import RunFolder, read_rows
from search_spaces.plan import describe, from_json

FreePort = Callable[[], int]


@pytest.fixture(scope="module")
def run(finished: Any) -> RunFolder:
    return RunFolder(finished.spec.parent / "runs" / "tiny")


@pytest.fixture(scope="module")
def site(run: RunFolder, tmp_path_factory: pytest.TempPathFactory, free_port: FreePort) -> Iterator[str]:
    """The dashboard, started with the command that the docs give."""
    log, port = tmp_path_factory.mktemp("dashboard") / "log", free_port()
    command = [Path(sys.executable).with_name("optuna-dashboard"), f"sqlite:///{run.study}", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        by = time.monotonic() + 60
        while not is_up(f"http://127.0.0.1:{port}/api/meta"):
            assert process.poll() is None and time.monotonic() < by, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def is_up(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def page(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


@pytest.fixture(scope="module")
def study(site: str) -> dict[str, Any]:
    """As the dashboard's own page asks for it."""
    (found,) = json.loads(page(f"{site}/api/studies"))["study_summaries"]
    assert found["study_name"] == "tiny"
    shown: dict[str, Any] = json.loads(page(f"{site}/api/studies/{found['study_id']}"))
    return shown


def test_the_page_opens(site: str, study: dict[str, Any]) -> None:
    assert "<title>Optuna Dashboard</title>" in page(f"{site}/dashboard")


def test_every_proposal_is_shown_with_its_plan_fate_and_scores(run: RunFolder, study: dict[str, Any]) -> None:
    rows = read_rows(run.trials)
    proposed = {row["trial"]: row for row in rows if row["event"] == "proposed" and row["control"] is None}
    ended = {row["trial"]: row["status"] for row in rows if row["event"] == "ended"}
    shown = {attribute(trial, "trial"): trial for trial in study["trials"]}
    assert set(shown) == set(proposed)
    for name, trial in shown.items():
        scores = {r["rung"]: r["selectors"]["pivot-dev"] for r in rows if r["event"] == "report" and r["trial"] == name}
        assert attribute(trial, "plan") == describe(from_json(proposed[name]["plan"]))
        assert trial["state"] == {"completed": "Complete", "stopped": "Pruned"}[ended[name]]
        assert {p["step"]: p["value"] for p in trial["intermediate_values"]} == pytest.approx(scores)
        assert trial["values"] == pytest.approx([scores[max(scores)]])
        decisions = proposed[name]["decisions"]
        assert {p["name"]: p["param_external_value"] for p in trial["params"]} == {
            k: str(v) for k, v in decisions.items()
        }
    assert study["objective_names"] == ["pivot-dev"]


def attribute(trial: dict[str, Any], key: str) -> str:
    (value,) = [attr["value"] for attr in trial["user_attrs"] if attr["key"] == key]
    return str(json.loads(value) if value.startswith('"') else value)
