"""Probes of a small study: counted before, made once, the same after a kill; nothing of them without the block."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.planning.forecast import forecast_of
from experiments.record import RunFolder, read_json, read_rows, write_text
from experiments.run import run_spec
from experiments.spec import SpecError, load_spec, read_spec
from experiments.study import open_study

WriteSpec = Callable[..., Path]
FINALS = "finals: {winners: 1, seeds: [101], target_steps: 4, controls: [direct]}"
PATH = "[{mixture: {ccg: 1}, learning_rate: 1.0e-3, steps: 5}, {mixture: {mlm: 1}, learning_rate: 1.0e-3, steps: 5}]"
PROBED = f"""\
finals:
  winners: 0
  seeds: [101]
  target_steps: 4
  controls: [direct, mnli alone]
  arms: {{two: {{trunk: {PATH}}}}}
probes: {{steps: 3}}
"""


def write_probed(write_spec: WriteSpec, folder: Path) -> Path:
    return write_spec(
        folder,
        (FINALS, PROBED),
        ("trials: 4", "trials: 0"),
        ("[udpos, pawsx, tatoeba]", "[udpos, tatoeba]"),
        ("tasks: [mnli, ccg]", "tasks: [mnli]"),
        ("lengths: [1, 2]", "lengths: [1]"),
    )


def folder_of(spec: Path) -> RunFolder:
    return RunFolder(spec.parent / "runs" / "tiny")


def scores_of(spec: Path) -> dict[str, Any]:
    rows = [row for row in read_rows(folder_of(spec).probes) if row["unit"] is not None]
    assert len({row["unit"] for row in rows}) == len(rows), "a probe was made twice"
    return {row["unit"]: row["scores"] for row in rows}


def test_probes_are_counted_by_hand(write_spec: WriteSpec, tmp_path: Path) -> None:
    forecast = forecast_of(open_study(load_spec(write_probed(write_spec, tmp_path))))
    most, fewest = forecast.phases["probes"]
    # prefixes: none; mnli; ccg; ccg, mlm. From each udpos, and what was learnt and has scores: mnli; ccg; ccg
    assert most == fewest
    assert most.shared == 3 + 4 + 3
    # nothing trained twice, but retrieval goes through each prefix alone, too
    assert most.naive == (1 + 0) + (2 + 2 + 1) + (2 + 2 + 1) + (3 + 3 + 2)
    assert forecast.most.shared == sum(forecast.phases[name][0].shared for name in ("controls", "finals")) + 4 + 3


@pytest.mark.usefixtures("ray_room")
def test_a_killed_study_ends_with_the_probes_of_an_undisturbed_one(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_probed(write_spec, tmp_path)
    planned = forecast_of(open_study(load_spec(spec))).as_json()
    assert run_spec(spec) == 0
    folder, wanted = folder_of(spec), scores_of(spec)
    trained = [row["key"] for row in read_rows(folder.stages)]
    assert len(trained) == len(set(trained)) == planned["stages"]["to_train"]
    assert {(one["role"], one["task"]) for scores in wanted.values() for one in scores} == {
        *(("target", "udpos"), ("target", "tatoeba"), ("learnt", "mnli"), ("learnt", "ccg"))
    }
    assert {one["split"] for scores in wanted.values() for one in scores} == {"dev"}
    summary = read_json(folder.path / "summary.json")["trajectories"]
    assert [path["arms"] for path in summary["paths"]] == [["mnli alone"], ["two"]]
    assert summary["unscored"] == ["mlm"]
    assert set(wanted) == {name for name in wanted if json.loads(name)[1] == 101}

    lines = folder.probes.read_text().splitlines(keepends=True)
    write_text(folder.probes, "".join(lines[:3]) + lines[3][:40])  # killed while it wrote the fourth
    assert run_spec(spec) == 0
    assert scores_of(spec) == wanted
    assert len(read_rows(folder.stages)) == len(trained)

    spec.write_text(spec.read_text().replace("probes: {steps: 3}", ""))
    assert run_spec(spec) == 0
    assert read_json(folder.path / "summary.json")["trajectories"] is None


def test_without_the_block_nothing_is_planned_or_probed(write_spec: WriteSpec, tmp_path: Path) -> None:
    forecast = forecast_of(open_study(load_spec(write_spec(tmp_path))))
    assert list(forecast.phases) == ["controls", "proposals", "finals"]


@pytest.mark.parametrize(("block", "said"), [("{steps: 0}", "give 1 or more"), ("{steps: 3, of: all}", "of")])
def test_a_wrong_block_is_told(write_spec: WriteSpec, tmp_path: Path, block: str, said: str) -> None:
    text = write_spec(tmp_path).read_text() + f"probes: {block}\n"
    with pytest.raises(SpecError, match=rf"probes.*{said}"):
        read_spec(text)
