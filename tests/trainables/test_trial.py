import json
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import ray
import torch

from evaluators.babel.suite import BABEL
from evaluators.errors import SealedSplit
from evaluators.source import DataSource
from search_spaces.ladder import Ladder
from search_spaces.plan import Plan, Stage, as_json
from trainables import trial
from trainables.build import build_encoder
from trainables.encoder_source import EncoderSource
from trainables.recipe import Recipe
from trainables.settings import Inference, Training
from trainables.store import FolderStore, StoreError
from trainables.trial import TrialSettings, final_scores, run_trial, train_trunk

TRUNK = Stage(mixture=(("mnli", 1.0),), learning_rate=1e-3, steps=9)
JOINT = Stage(mixture=(("pawsx", 0.5), ("udpos", 0.5)), learning_rate=2e-3, steps=9)
PLAN = Plan(trunk=(TRUNK,), targets=(JOINT,))
LANGUAGES = {"dev": ("en", "qro"), "test": ("en", "qro")}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> TrialSettings:
    from evaluators.reading import read
    from trainables.texts import texts_of

    folder = tmp_path_factory.mktemp("trial")
    assert BABEL.mirror is not None
    data = DataSource(root=BABEL.mirror(folder))
    recipe = Recipe(layers=1, hidden=16, heads=2, feed_forward=16, vocabulary=400, steps=2, learning_rate=4e-3)
    texts = texts_of(read(BABEL.training_task("mlm"), "train", "en", data).examples[:200])
    encoder = build_encoder(recipe, texts, folder / "encoder")
    return TrialSettings(
        suite="babel",
        targets=("pawsx", "udpos", "tatoeba"),
        languages={"pawsx": LANGUAGES, "udpos": LANGUAGES, "tatoeba": {"dev": ("qro",), "test": ("qro",)}},
        data=data,
        encoder=EncoderSource(name=str(encoder)),
        training=Training(batch_size=8, max_examples=64, max_length_tokens=64),
        inference=Inference(),
        rungs=Ladder().rungs,
        dev_examples=8,
        final_examples=8,
        store=str(folder / "store"),
        cache=folder / "cache",
        threads=1,
    )


Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the cluster that other tests of this process may have started: nobody keeps leases for these stores."""
    monkeypatch.setattr(ray, "is_initialized", lambda: False)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a turn; what it reported, with the payloads read."""

    def ran(
        settings: TrialSettings, plan: Plan = PLAN, stop_after: int | None = None, rung: int = 0
    ) -> list[dict[str, Any]]:
        reports: list[dict[str, Any]] = []

        def report(result: dict[str, Any]) -> None:
            reports.append({**result, "payload": json.loads(result["payload"])})
            if len(reports) == stop_after:
                raise SystemExit  # as Ray does to a function that it stops

        monkeypatch.setattr(trial.tune, "report", report)
        config = {"trial": "t0001", "rung": rung, "seed": 0, "plan": json.dumps(as_json(plan))}
        try:
            run_trial(config, settings=settings)
        except SystemExit:
            assert stop_after is not None
        return reports

    return ran


def climbed(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reports from rungs."""
    return [report for report in reports if "selectors" in report["payload"]]


def told(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was told of trained stages."""
    return [report["payload"] for report in reports if "stored" in report["payload"]]


def test_a_trial_trains_its_whole_plan_at_growing_scale_and_reports_at_every_rung(
    settings: TrialSettings, run: Run, tmp_path: Path
) -> None:
    everything = run(replace(settings, store=str(tmp_path)))
    reports, stages = climbed(everything), told(everything)
    assert [report["rung"] for report in reports] == [0, 1, 2]
    assert [stage["rung"] for stage in stages] == [0, 0, 1, 1, 2, 2]
    assert sorted(stage["stored"] for stage in stages) == list(FolderStore(tmp_path).entries())
    assert all((stage["trained"], stage["found"]) == (1, 0) for stage in stages)
    # the trunk is continued: 1, 2 and 6 steps; the target starts anew each time: 1, 3 and 9
    assert [stage["examples"] for stage in stages] == [8, 8, 16, 24, 48, 72]
    for report in reports:
        assert set(report["payload"]["selectors"]) == {"en-dev", "pivot-dev", "oracle", "zero-shot-dev"}
        assert all(0 <= value <= 100 for value in report["payload"]["selectors"].values())
        assert (report["payload"]["trained"], report["payload"]["found"]) == (0, 0), "told already"
        rows = report["payload"]["scores"]
        assert {(row["task"], row["language"]) for row in rows} == {
            *(("pawsx", "en"), ("pawsx", "qro"), ("udpos", "en"), ("udpos", "qro"), ("tatoeba", "qro"))
        }
        assert {row["split"] for row in rows} == {"dev"}


def test_a_trial_run_again_finds_its_stages_and_reports_the_same(
    settings: TrialSettings, run: Run, tmp_path: Path
) -> None:
    once, again = (run(replace(settings, store=str(tmp_path))) for _ in range(2))
    assert told(again) == []
    assert [report["payload"]["found"] for report in again] == [2, 2, 2]
    assert [r["payload"]["scores"] for r in again] == [r["payload"]["scores"] for r in climbed(once)]


def test_a_later_turn_begins_at_its_rung(settings: TrialSettings, run: Run, tmp_path: Path) -> None:
    once = run(replace(settings, store=str(tmp_path)))
    (last,) = run(replace(settings, store=str(tmp_path)), rung=2)
    assert last["rung"] == 2
    assert last["payload"]["scores"] == climbed(once)[2]["payload"]["scores"]


def test_a_turn_ends_where_somebody_else_trains_the_next_stage(
    settings: TrialSettings, run: Run, tmp_path: Path
) -> None:
    first, second = told(run(replace(settings, store=str(tmp_path)), stop_after=2))
    store = FolderStore(tmp_path)
    store.remove(second["stored"])
    holding = """
import sys, time
from pathlib import Path
from trainables.claims import FileClaims
with FileClaims(Path(sys.argv[1])).claimed(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", holding, str(tmp_path / "locks"), second["stored"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        (busy,) = run(replace(settings, store=str(tmp_path)))
        assert busy["payload"] == {"busy": second["stored"]}
        outcome = train_trunk((TRUNK,), 0, replace(settings, store=str(tmp_path)), {"busy": first["stored"]})
        assert outcome == {"busy": first["stored"]}, "what comes after waits as well"
        holder.communicate()
    assert told(run(replace(settings, store=str(tmp_path)), stop_after=1))[0]["stored"] == second["stored"]


FRESH = """
import json, pickle, sys
from pathlib import Path
from trainables import trial
settings, config = pickle.loads(Path(sys.argv[1]).read_bytes())
trial.tune.report = lambda result: None
trial.run_trial(config, settings=settings)
"""


def test_a_used_worker_trains_the_same_bytes_as_a_fresh_one(settings: TrialSettings, run: Run, tmp_path: Path) -> None:
    used = replace(settings, store=str(tmp_path / "used"))
    tags = Stage(mixture=(("ccg", 1.0),), learning_rate=5e-3, steps=9)
    run(used, Plan(trunk=(tags, TRUNK), targets=(replace(JOINT, learning_rate=1e-4),)))
    torch.manual_seed(7)
    np.random.seed(7)
    random.seed(7)
    torch.rand(1000)
    run(used)
    fresh = replace(settings, store=str(tmp_path / "fresh"), cache=tmp_path / "cache")
    config = {"trial": "t0001", "rung": 0, "seed": 0, "plan": json.dumps(as_json(PLAN))}
    (tmp_path / "work").write_bytes(pickle.dumps((fresh, config)))
    subprocess.run([sys.executable, "-c", FRESH, str(tmp_path / "work")], check=True, timeout=120)
    ours, theirs = FolderStore(tmp_path / "used"), FolderStore(tmp_path / "fresh")
    keys = list(theirs.entries())
    assert len(keys) == 6
    for key in keys:
        one, other = ours.record(key), theirs.record(key)
        assert one is not None and other is not None
        assert one["files"] == other["files"]
        assert set(one["files"]) == {"model.safetensors", "optimizer.safetensors"}


def test_a_stage_that_hangs_ends_its_worker(settings: TrialSettings, tmp_path: Path) -> None:
    hanging = """
import time
from trainables.claims import TimeLimit
with TimeLimit(0.2).claimed("ab"):
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", hanging], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "Timeout" in done.stderr and "line 5 in <module>" in done.stderr


def test_what_a_stopped_trial_finished_is_left_to_others(settings: TrialSettings, run: Run, tmp_path: Path) -> None:
    assert len(run(replace(settings, store=str(tmp_path)), stop_after=1)) == 1
    other = Plan(trunk=(TRUNK,), targets=(replace(JOINT, learning_rate=1e-3),))
    (first,) = told(run(replace(settings, store=str(tmp_path)), other, stop_after=1))
    assert (first["trained"], first["found"]) == (1, 1)


def test_a_loss_that_is_no_number_fails_the_trial_but_is_not_fatal(
    settings: TrialSettings, run: Run, tmp_path: Path
) -> None:
    exploding = replace(settings, store=str(tmp_path), training=replace(settings.training, weight_decay=1e30))
    report = run(exploding)[-1]
    assert report["payload"]["failed"].startswith("training diverged: the loss of ")
    assert report["payload"]["fatal"] is False


def test_missing_data_are_fatal_and_named(settings: TrialSettings, run: Run, tmp_path: Path) -> None:
    (report,) = run(replace(settings, store=str(tmp_path), data=replace(settings.data, root=tmp_path)))
    assert report["payload"]["fatal"] is True
    assert "mnli" in report["payload"]["failed"]


def test_a_full_disk_is_fatal_and_told(
    settings: TrialSettings, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StoreError("the disk of the stage store is full; make room")

    monkeypatch.setattr(FolderStore, "publish", full)
    (report,) = run(replace(settings, store=str(tmp_path)))
    assert report["payload"] == {"failed": "the disk of the stage store is full; make room", "fatal": True}


def test_our_own_mistake_fails_the_trial_with_its_place(
    settings: TrialSettings, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("oh")

    monkeypatch.setattr(FolderStore, "publish", broken)
    (report,) = run(replace(settings, store=str(tmp_path)))
    assert report["payload"]["failed"].startswith("KeyError: 'oh' (test_trial.py, line ")
    assert report["payload"]["fatal"] is False


def test_test_gold_is_out_of_reach_while_sealed(settings: TrialSettings, tmp_path: Path) -> None:
    outcome = final_scores((), None, ("tatoeba",), 0, replace(settings, store=str(tmp_path)), None)
    assert outcome["fatal"] is True
    assert "sealed" in outcome["failed"]
    with pytest.raises(SealedSplit):
        raise SealedSplit(outcome["failed"])


def test_finals_train_one_target_and_judge_dev_and_test(settings: TrialSettings, tmp_path: Path) -> None:
    opened = replace(settings, store=str(tmp_path), data=settings.data.unsealed())
    trunk = train_trunk((TRUNK,), 7, opened, None)
    assert (trunk["trained"], trunk["found"]) == (1, 0)
    own = Stage(mixture=(("udpos", 1.0),), learning_rate=2e-3, steps=4)
    outcome = final_scores((TRUNK,), own, ("udpos",), 7, opened, trunk)
    assert (outcome["trained"], outcome["found"]) == (1, 1)
    assert {(row["task"], row["split"], row["language"]) for row in outcome["scores"]} == {
        ("udpos", split, language) for split in ("dev", "test") for language in ("en", "qro")
    }


def test_a_failed_trunk_fails_what_starts_from_it(settings: TrialSettings) -> None:
    failure = {"failed": "training diverged", "fatal": False}
    assert final_scores((TRUNK,), None, ("tatoeba",), 0, settings, failure) == failure
