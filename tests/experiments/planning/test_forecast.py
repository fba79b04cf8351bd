import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.planning.forecast import forecast_of
from experiments.planning.text import plan_text
from experiments.spec import load_spec
from experiments.study import open_study

SPECS = sorted((Path(__file__).parents[3] / "experiments" / "specs").glob("*.yaml"))
WriteSpec = Callable[..., Path]


def test_a_plan_is_counted_by_hand(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(
        tmp_path,
        ("tasks: [mnli, ccg]", "tasks: [mnli]"),
        ("lengths: [1, 2]", "lengths: [1]"),
        ("trials: 4", "trials: 1"),
        ("seeds: [101]", "seeds: [101, 102]"),
    )
    planned = forecast_of(open_study(load_spec(spec))).as_json()
    # controls: direct (1 stage a rung), target longer (9 + 9 steps; 1), mnli alone (2); a proposal: mnli at 5e-4 (2)
    assert planned["trials"] == 4
    # a rung: 1 + 1 + 2 + 2 stages, three rungs; finals: 2 seeds x (direct: 2 targets trained; winner: 2 x 2 and the
    # trunk alone for retrieval)
    assert planned["stages"]["naive"] == 3 * 6 + 2 * (2 + 2 * 2 + 1)
    # direct has 1, 3, 9 steps and target longer 2, 6, 18: nothing shared, nor among trunks and targets of the others.
    # Finals share the winner's trunk: 1 + 2 stages a seed instead of 5
    assert planned["stages"]["shared"] == planned["stages"]["to_train"] == 3 * 6 + 2 * (2 + 1 + 2)
    # a longer stage continues the longest shorter one. direct: 1 + 2 + 6 steps; target longer, which continues direct:
    # 2 from 1, 6 from 3, 18 from 9. A trunk: 9 in all; targets after trunks of different length start anew: 1 + 3 + 9
    direct, longer, other = 1 + 2 + 6, 1 + 3 + 9, 9 + 1 + 3 + 9
    assert planned["steps"]["to_train"] == direct + longer + 2 * other + 2 * (2 * 4 + 9 + 2 * 4)
    assert planned["stages"]["in_store"] == 0


def test_json_has_the_promised_keys_and_the_text_the_same_counts(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    planned = json.loads(plan_text(spec, None, as_json=True))
    assert {"trials", "stages", "examples", "disk_bytes", "steps"} <= set(planned)
    assert set(planned["stages"]) == {"naive", "shared", "in_store", "to_train"}
    text = plan_text(spec, None, as_json=False)
    assert f"{planned['stages']['naive']:,}" in text
    assert "control: direct" in text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_shipped_spec_is_planned_without_network_torch_and_ray(path: Path, tmp_path: Path) -> None:
    code = (
        "import os, socket, sys\n"
        "def refuse(*_): raise OSError('no network here')\n"
        "socket.socket.connect = refuse\n"
        "from experiments.cli import app\n"
        f"app(['plan', {str(path)!r}, '--json'], standalone_mode=False)\n"
        "heavy = {'torch', 'ray', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    planned = json.loads(done.stdout)
    assert planned["stages"]["naive"] >= planned["stages"]["shared"] == planned["stages"]["to_train"] > 0
