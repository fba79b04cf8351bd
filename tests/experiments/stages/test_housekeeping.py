"""Looking after a store of small made-up stages."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from evaluators.errors import CairnError
from experiments.stages.housekeeping import (
    explain_text,
    list_text,
    pin,
    prune_text,
    stored_stages,
    unneeded,
    unpin,
    verify_text,
)
from experiments.stages.needs import KIND, Note, forget
from trainables.keys import digest
from trainables.store import FolderStore

Make = Callable[..., str]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def stage(store: FolderStore) -> Make:
    """Stores a stage after another; its key."""

    def made(task: str, start: str = "sha256:encoder", rate: float = 1e-3, stop: int = 10, **training: Any) -> str:
        content = {
            "format": 1,
            "start": start,
            "stage": {"mixture": {task: 1.0}, "learning_rate": rate},
            "stop": stop,
            "training": {"batch_size": 8, "masking": {"selected": 0.15}, **training},
            "data": {task: "abc"},
            "seed": 0,
        }

        def write(folder: Path) -> None:
            (folder / "model").write_bytes(bytes(1000))

        key = digest(content)
        store.publish(key, write, {"content": content})
        return key

    return made


def note(store: FolderStore, folder: Path, keys: Sequence[str], winners: Sequence[str] = (), **changes: Any) -> None:
    values = {"is_finished": True, "time": 0.0, "node": os.uname().nodename, **changes}
    made = Note(name=folder.name, folder=str(folder), keys=tuple(keys), winners=tuple(winners), **values)
    name = f"{folder.name}-{digest({'folder': str(folder), 'node': made.node})[:12]}.json"
    store.write_note(KIND, name, json.dumps(asdict(made)))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def test_a_tree_shows_every_stage_below_its_start(store: FolderStore, stage: Make, run: Path) -> None:
    first = stage("mnli")
    second, third = stage("ccg", first), stage("qqp", first)
    note(store, run, [first, second], winners=[second])
    pin(store, third[:8], "for the paper")
    lines = list_text(store, tree=True, as_json=False).splitlines()
    assert lines[0].startswith("sha256:encod")
    assert lines[1] == f"└─ {first[:12]}  mnli 0.001, 10 steps, seed 0 (study)"
    assert lines[2] == f"   ├─ {second[:12]}  ccg 0.001, 10 steps, seed 0 (study) [winner]"
    assert lines[3] == f"   └─ {third[:12]}  qqp 0.001, 10 steps, seed 0 (no study) [pinned: for the paper]"
    assert lines[4].startswith("3 stages, ")
    assert {row["key"] for row in json.loads(list_text(store, tree=False, as_json=True))} == {first, second, third}


def test_the_first_difference_is_explained_back_to_where_the_paths_part(store: FolderStore, stage: Make) -> None:
    one, other = stage("mnli"), stage("mnli", rate=5e-4)
    text = explain_text(store, one[:10], other[:10])
    assert text.splitlines()[2] == "stage.learning_rate: A 0.001, B 0.0005"
    deep, deeper = stage("ccg", one), stage("ccg", other, stop=20)
    lines = explain_text(store, deep, deeper).splitlines()
    assert lines[2] == "stop: A 10, B 20"
    assert lines[3] == f"they start from different stages: A {one[:12]}, B {other[:12]}"
    assert lines[4] == "stage.learning_rate: A 0.001, B 0.0005"
    nested = stage("mnli", masking={"selected": 0.3})
    assert "training.masking.selected: A 0.15, B 0.3" in explain_text(store, one, nested)
    assert explain_text(store, one, one) == f"both are {one}"
    foreign = stage("ccg", "sha256:another")
    assert "is an encoder, or a stage that is gone" in explain_text(store, deep, foreign)


def test_a_name_must_be_of_one_stage(store: FolderStore, stage: Make) -> None:
    for task in ("mnli", "ccg"):
        stage(task)
    with pytest.raises(CairnError, match="holds no stage whose name begins with 'xyz'"):
        explain_text(store, "xyz", "xyz")
    with pytest.raises(CairnError, match="2 stages begin with ''"):
        pin(store, "", "")


def test_damage_is_found_named_and_put_aside(store: FolderStore, stage: Make) -> None:
    good, bad = stage("mnli"), stage("ccg")
    (store.path(bad) / "model").write_bytes(bytes(999))
    text, is_well = verify_text(store)
    assert not is_well
    assert f"damaged, and in quarantine now: {bad}" in text
    assert "model has 999 bytes, its record says 1000" in text
    assert text.endswith("1 of 2 stages are as they were stored")
    assert verify_text(store) == ("1 of 1 stages are as they were stored", True)
    assert list(store.entries()) == [good]
    assert "in quarantine: " in list_text(store, tree=False, as_json=False)


def test_only_what_no_study_reaches_is_pruned(store: FolderStore, stage: Make, run: Path) -> None:
    start, needed, nobody, held = stage("mnli"), stage("ccg"), stage("qqp"), stage("csqa")
    on_pin = stage("race", start)
    note(store, run, [needed])
    pin(store, on_pin, "kept")
    assert set(unneeded(store).keys) == {nobody, held}, "what a pinned stage starts from stays"
    pin(store, held, "kept")
    assert "1 stages (" in prune_text(store, really=False)
    assert store.has(nobody)
    assert prune_text(store, really=True).startswith("removed 1 stages")
    assert not store.has(nobody)
    assert {stage.key for stage in stored_stages(store)} == {start, needed, held, on_pin}
    unpin(store, held)
    assert unneeded(store).keys == (held,)


def test_winners_stay_when_their_run_folder_is_gone_until_they_are_forgotten(
    store: FolderStore, stage: Make, run: Path
) -> None:
    trunk = stage("mnli")
    winner, loser = stage("ccg", trunk), stage("qqp", trunk)
    note(store, run, [trunk, winner, loser], winners=[winner])
    assert unneeded(store).keys == ()
    run.rmdir()
    assert unneeded(store).keys == (loser,)
    assert "--forget study" in prune_text(store, really=False)
    assert forget(store, "study") == 1
    assert len(unneeded(store).keys) == 3


def test_a_run_of_another_machine_counts_as_there(store: FolderStore, stage: Make, run: Path) -> None:
    key = stage("mnli")
    run.rmdir()
    note(store, run, [key], node="another")
    assert unneeded(store).keys == ()


def test_what_an_unfinished_study_may_have_proposed_meanwhile_stays(store: FolderStore, stage: Make, run: Path) -> None:
    old, new = stage("mnli"), stage("ccg")
    for key, moment in ((old, 100.0), (new, 9000.0)):
        os.utime(store.path(key) / "record.json", (moment, moment))
    note(store, run, [], is_finished=False, time=10_000.0)
    assert unneeded(store).keys == (old,)
    store.write_note(KIND, "torn.json", "{")
    assert unneeded(store).keys == (), "a note that cannot be read keeps everything"
    assert forget(store, "torn.json") == 1
