"""The study on real data, cut to seconds: the same spec, readers, encoder build and finals on a mirror in miniature."""

from pathlib import Path

import pytest
import yaml

from experiments.record import read_json, read_rows
from experiments.run import run_spec

SPEC = Path(__file__).parents[2] / "experiments" / "specs" / "real_small.yaml"

pytestmark = pytest.mark.usefixtures("ray_room")


def cut(folder: Path) -> Path:
    """The shipped spec with fewer of everything, and nothing else changed."""
    spec = yaml.safe_load(SPEC.read_text())
    spec["encoder"]["build"]["recipe"] |= {"layers": 1, "hidden": 16, "heads": 2, "feed_forward": 16}
    spec["encoder"]["build"]["recipe"] |= {"vocabulary": 300, "steps": 3}
    spec["languages"] = ["en", "de", "fi", "ko"]
    spec["space"] |= {"steps": [4], "target": {"learning_rates": [1.0e-3], "steps": 4}}
    spec["search"] |= {"trials": 2, "startup_trials": 1}
    spec["inference"] = {"retrieval": {"layer": 1}}
    spec["evaluation"] = {"dev_examples": 3, "final_examples": 3}
    spec["finals"] |= {"winners": 1, "controls": ["direct"], "seeds": [101], "target_steps": 2}
    spec["runs"] = str(folder / "runs")
    (folder / "real_small.yaml").write_text(yaml.safe_dump(spec))
    return folder / "real_small.yaml"


def test_the_study_on_real_data_goes_from_text_to_report_and_a_second_run_trains_nothing(
    tmp_path: Path, mirror: Path
) -> None:
    spec = cut(tmp_path)
    assert run_spec(spec, mirror) == 0
    run = tmp_path / "runs" / "real_small"
    finals = [row for row in read_rows(run / "scores.jsonl") if row["phase"] == "final" and row["split"] == "test"]
    assert {row["task"] for row in finals} == {"pawsx", "xnli-extension", "panx", "udpos", "xquad", "tatoeba"}
    assert {row["arm"] for row in finals} == {"winner 1", "direct"}
    assert all(0 <= row["value"] <= 100 for row in finals)
    assert not (run / "failures.jsonl").exists() or not read_rows(run / "failures.jsonl")
    assert set(read_json(run / "environment.json")["seconds"]) == {"encoder", "search", "finals"}
    before = (read_json(run / "environment.json")["stages"], (run / "scores.jsonl").read_bytes())
    assert run_spec(spec, mirror) == 0
    assert (read_json(run / "environment.json")["stages"], (run / "scores.jsonl").read_bytes()) == before
