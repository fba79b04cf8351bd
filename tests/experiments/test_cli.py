import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.hypotheses.registration import fingerprint
from experiments.cli import app

WriteSpec = Callable[..., Path]


def cairn(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from experiments.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_help_is_quick_and_names_every_command() -> None:
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = cairn("--help")
        seconds.append(time.perf_counter() - began)
    assert done.returncode == 0
    commands = "run submit job plan report score evaluate submission tasks suites babel encoder store --version"
    assert all(name in done.stdout for name in commands.split())
    assert min(seconds) < 0.5


def test_the_version_is_printed() -> None:
    assert cairn("--version").stdout.startswith("cairn 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "no_such.yaml"),
        ("run", "no_such.yaml"),
        ("submit", "no_such.yaml"),
        ("job", "ls", "--address", "http://127.0.0.1:1"),
        ("report", "no_such_run"),
        ("tasks", "--suite", "xtrem"),
        ("encoder", "build", "no_such.yaml", "out"),
    ],
    ids=" ".join,
)
def test_a_users_mistake_is_one_paragraph_and_status_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = cairn(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("cairn: ")
    assert "Traceback" not in done.stderr
    assert "\n\n" not in done.stderr.strip()


def test_a_spec_with_mistakes_lists_them_and_ends_with_2(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path, ("eta: 2", "eta: 1"), ("trials: 4", "trails: 4"))
    done = cairn("run", str(spec))
    assert done.returncode == 2
    assert done.stderr.startswith("cairn: tiny.yaml has 2 mistakes:\n")


@pytest.mark.parametrize("command", ["tasks", "suites"])
def test_listings_name_every_suite(command: str) -> None:
    shown = CliRunner().invoke(app, [command])
    assert shown.exit_code == 0
    assert all(f"{name}: " in shown.output for name in ("babel", "xtreme", "open"))


def test_tasks_of_one_suite_say_what_each_is_for() -> None:
    shown = CliRunner().invoke(app, ["tasks", "--suite", "babel"]).output
    assert "xtreme:" not in shown
    line = next(line for line in shown.splitlines() if line.split()[:1] == ["udpos"])
    assert "target and training" in line


def test_plan_prints_one_json_object(write_spec: WriteSpec, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["plan", str(write_spec(tmp_path)), "--json"])
    assert json.loads(shown.output)["trials"] == 9


def test_an_encoder_is_built_from_a_spec_of_its_own(tmp_path: Path, world: Path) -> None:
    spec = tmp_path / "encoder.yaml"
    spec.write_text(
        f"data: {world}\n"
        "recipe: {layers: 1, hidden: 8, heads: 2, feed_forward: 8, vocabulary: 300, steps: 1, learning_rate: 1.0e-3}\n"
        "texts: [{task: mlm, languages: [en, qda], examples: 20}, {task: udpos, split: dev, examples: 5}]\n"
    )
    shown = CliRunner().invoke(app, ["encoder", "build", str(spec), str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / "out" / "config.json").is_file()
    spec.write_text(spec.read_text().replace("layers", "layer").replace("task: mlm", "task: mlmm"))
    mistakes = CliRunner().invoke(app, ["encoder", "build", str(spec), str(tmp_path / "more")])
    assert "encoder.yaml has 3 mistakes" in str(mistakes.exception)


def test_the_report_prints_verdicts_on_hypotheses_and_last_the_page(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    analysis = {"equivalence_band": 1.0, "hypotheses": {"large first": {"first": "large"}}}
    resolved = {
        **{"name": "run", "suite": "babel", "encoder": {"name": "babel-xlmr"}, "selector": "en-dev", "pivots": []},
        **{"source_language": "en", "targets": ["tatoeba"], "seeds": [1], "rungs": [{}], "analysis": analysis},
        **{"revisions": {"data": {}, "encoder": None}, "registered": {"sha256": fingerprint(analysis), "time": 1.0}},
    }
    (run / "resolved.json").write_text(json.dumps(resolved))
    shown = CliRunner().invoke(app, ["report", str(run)])
    assert shown.exit_code == 0
    first, second, last = shown.output.splitlines()
    assert first == "Of 1 registered hypothesis: 1 open (large first)."
    assert second.startswith("  large first: open, as the finals hold no arms that differ in order alone")
    assert last == str(run / "report.html")
