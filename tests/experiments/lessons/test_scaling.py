"""`cairn scaling` on tables and on runs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluators.errors import CairnError
from experiments.cli import app
from experiments.lessons.scaling import scaling_report

ROWS = [
    f"{size:g},{seed},{(5 + 4000 * size**-0.4) * (1 + 0.004 * (seed - 1)):.6f}"
    for size in (1e5, 1e6, 1e7, 1e8)
    for seed in range(3)
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "errors.csv"
    path.write_text("\n".join(["size,seed,error", *ROWS]) + "\n", encoding="utf-8")
    return path


def run_folder(path: Path, encoder: str, *, lacking: float, build: object = None) -> Path:
    path.mkdir()
    resolved = {
        "name": path.name,
        "suite": "xtreme",
        "encoder": {"name": encoder, "revision": None, "build": build},
        "targets": ["xnli"],
        "source_language": "en",
        "training": {"max_examples": None},
    }
    (path / "resolved.json").write_text(json.dumps(resolved), encoding="utf-8")
    rows = [
        {"phase": "final", "arm": "direct", "plan": {"trunk": [], "targets": []}, "seed": seed, "task": "xnli"}
        | {"language": language, "split": "test", "metric": "accuracy", "value": 100 - lacking - 0.1 * seed}
        | {"examples": 10, "signature": "accuracy"}
        for seed in (1, 2, 3)
        for language in ("en", "sw")
    ]
    (path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_table_is_fitted_and_printed(table: Path) -> None:
    answer = CliRunner().invoke(app, ["scaling", str(table)])
    assert answer.exit_code == 0
    assert "follow a power law with one floor" in answer.output
    found = json.loads(scaling_report([table], by="all", arm="direct", as_json=True))
    assert found["law"] and found["sizes"]["size"] == pytest.approx([1e5, 1e6, 1e7, 1e8])


def test_runs_get_the_sizes_of_their_encoders(tmp_path: Path) -> None:
    sizes = {
        "google/mt5-small": 147e6,
        "google/mt5-base": 277e6,
        "google/mt5-large": 564e6,
        "google/mt5-xl": 1670e6,
    }
    runs = [run_folder(tmp_path / f"run-{place}", name, lacking=40 - 5 * place) for place, name in enumerate(sizes)]
    found = json.loads(scaling_report(runs, by="language", arm="direct", as_json=True))
    assert found["sizes"]["size"] == pytest.approx(list(sizes.values()))
    assert {one["group"] for one in found["parameters"]} == {"sw"}
    assert found["notes"] == []


def test_families_are_not_pooled_in_silence(tmp_path: Path) -> None:
    names = ("google/mt5-small", "google/mt5-large", "FacebookAI/xlm-roberta-base", "facebook/xlm-roberta-xl")
    runs = [run_folder(tmp_path / f"{place}", name, lacking=40 - 5 * place) for place, name in enumerate(names)]
    assert "of one family" in scaling_report(runs, by="all", arm="direct", as_json=False)


def test_an_encoder_of_unknown_size_and_a_mixed_call_are_refused(tmp_path: Path, table: Path) -> None:
    strange = run_folder(tmp_path / "strange", "someone/something", lacking=30)
    with pytest.raises(CairnError, match="is not known here"):
        scaling_report([strange], by="all", arm="direct", as_json=False)
    built = run_folder(tmp_path / "built", "built 12ab", lacking=30, build={})
    with pytest.raises(CairnError, match="is not known here"):
        scaling_report([built], by="all", arm="direct", as_json=False)
    with pytest.raises(CairnError, match="cannot be mixed"):
        scaling_report([strange, table], by="all", arm="direct", as_json=False)
