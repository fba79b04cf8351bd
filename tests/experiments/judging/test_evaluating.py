"""An encoder evaluated on the offline suite: what is written, what is done once, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluators.errors import BadData, CairnError, UnknownName
from evaluators.suites import BABEL
from experiments.judging.evaluating import Request, evaluate_model
from experiments.judging.examination import Answers
from experiments.judging.examinees import Changes
from experiments.judging.scoring import score_text
from experiments.judging.submitting import submit
from experiments.record import Journal, read_json, read_rows


@pytest.fixture(scope="module")
def request_of(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path, world: Path) -> Request:
    runs = tmp_path_factory.mktemp("runs")
    return Request(
        model=str(tiny_encoder),
        suite="babel",
        data=world,
        changes=Changes(epochs=0.02),
        runs=runs,
        folder=runs / "evaluation",
    )


@pytest.fixture(scope="module")
def whole(request_of: Request) -> tuple[Path, dict[str, Any]]:
    """A finished evaluation and its scores."""
    found = json.loads(evaluate_model(request_of, as_json=True, say=lambda text: None))
    assert request_of.folder is not None
    return request_of.folder, found


def quietly(request: Request) -> str:
    return evaluate_model(request, as_json=True, say=lambda text: None)


def test_every_task_and_language_is_answered_scored_and_can_be_handed_in(whole: tuple[Path, dict[str, Any]]) -> None:
    folder, found = whole
    assert found["missing"] == []
    assert found["overall"] is not None
    assert {name: set(task["languages"]) for name, task in found["tasks"].items()} == {
        name: set(task.languages("test")) for name, task in BABEL.targets.items()
    }
    nothing = {"arm": None, "seed": None, "data": None, "folder": None, "say": print}
    assert submit(folder / "predictions", suite="babel", **nothing).problems == ()  # type: ignore[arg-type]


def test_the_scores_are_those_of_the_folders(whole: tuple[Path, dict[str, Any]]) -> None:
    folder, found = whole
    assert json.loads(score_text(folder / "predictions", folder / "labels", "babel", as_json=True)) == found
    assert json.loads((folder / "scores.json").read_text()) == found


def test_the_record_says_how_every_task_was_asked(whole: tuple[Path, dict[str, Any]]) -> None:
    rows = {row["task"]: row for row in read_rows(Answers(whole[0]).journal)}
    assert list(rows) == ["pawsx", "xnli", "panx", "udpos", "tatoeba", "xquad"]
    assert rows["xquad"]["examples"] == 6 * 600
    assert all(row["work"]["real_share"] >= 0.95 for row in rows.values())
    assert rows["tatoeba"]["retrieval"] == {
        "profile": "xtreme-2020",
        "layer": 1,
        "pooling": "mean",
        "centred": False,
        "max_length_tokens": 128,  # what this encoder reads
    }
    assert rows["pawsx"]["model"]["courses"][0]["learning_rate"] == 2e-3
    assert rows["tatoeba"]["model"]["courses"] == []
    assert read_json(Answers(whole[0]).record)["identity"]["suite"] == "babel"


def test_what_is_done_is_not_asked_again_and_what_is_not_is(request_of: Request, whole: tuple[Path, Any]) -> None:
    folder, found = whole
    said: list[str] = []
    assert json.loads(evaluate_model(request_of, as_json=True, say=said.append)) == found
    assert said == [f"submission: {folder / 'predictions'}"]
    journal = Answers(folder).journal
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]) + lines[-1][:20])  # as a crash leaves it
    before = (folder / "predictions" / "xquad" / "test-qda.json").read_bytes()
    (folder / "predictions" / "xquad" / "test-qda.json").unlink()
    assert json.loads(evaluate_model(request_of, as_json=True, say=said.append)) == found
    assert "asking xquad in 6 languages" in said
    assert (folder / "predictions" / "xquad" / "test-qda.json").read_bytes() == before


def test_a_lost_or_spoilt_file_is_asked_again(request_of: Request, whole: tuple[Path, Any]) -> None:
    folder, found = whole
    (folder / "labels" / "xnli" / "test-qda.tsv").unlink()
    (folder / "predictions" / "pawsx" / "test-en.tsv").write_text("0\n")
    said: list[str] = []
    assert json.loads(evaluate_model(request_of, as_json=True, say=said.append)) == found
    assert [line for line in said if line.startswith("asking")] == [
        "asking pawsx in 6 languages",
        "asking xnli in 6 languages",
    ]


def test_answers_of_an_evaluation_that_finished_no_task_are_not_scored_with_those_of_another(
    request_of: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = replace(request_of, tasks=("udpos",), folder=tmp_path / "out")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Journal, "append", interrupted)
        said: list[str] = []
        with pytest.raises(KeyboardInterrupt):
            evaluate_model(first, as_json=True, say=said.append)
        assert said[-1].startswith("interrupted; what was finished is kept")
    assert (tmp_path / "out" / "predictions" / "udpos" / "test-en.tsv").is_file()
    other = json.loads(quietly(replace(first, languages=("qda",), seed=3)))
    assert list(other["tasks"]["udpos"]["languages"]) == ["qda"]


def test_a_damaged_or_foreign_folder_is_refused(request_of: Request, tmp_path: Path) -> None:
    part = replace(request_of, tasks=("tatoeba",), folder=tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").touch()
    with pytest.raises(CairnError, match="is not empty and no evaluation"):
        quietly(part)
    for content in ("{", "[]", '{"identity": 3}'):
        Answers(tmp_path / "out").record.write_text(content)
        with pytest.raises(CairnError, match="is damaged; delete"):
            quietly(part)
    with pytest.raises(CairnError, match="is no folder"):
        quietly(replace(part, folder=tmp_path / "out" / "mine.txt"))


def test_a_folder_of_another_evaluation_is_not_written_into(request_of: Request, whole: tuple[Path, Any]) -> None:
    with pytest.raises(CairnError, match="another seed"):
        quietly(replace(request_of, seed=1))


def test_a_part_has_no_total_and_says_what_is_missing(request_of: Request, tmp_path: Path) -> None:
    part = replace(request_of, tasks=("tatoeba", "udpos"), languages=("qda", "qro"), folder=tmp_path / "part")
    found = json.loads(quietly(part))
    assert found["overall"] is None
    assert found["groups"] == {}
    assert found["missing"] == [
        "pawsx",
        "xnli",
        "panx",
        "udpos in en, qsl, qin, qse",
        "tatoeba in qsl, qin, qse",
        "xquad",
    ]
    assert list(found["tasks"]["udpos"]["languages"]) == ["qda", "qro"]


def test_a_layer_may_be_chosen_on_the_search_half_and_the_sweep_is_kept(request_of: Request, tmp_path: Path) -> None:
    swept = replace(request_of, tasks=("tatoeba",), sweeps=True, folder=tmp_path / "swept")
    quietly(swept)
    row = read_rows(Answers(tmp_path / "swept").journal)[0]
    assert set(row["layers_on_dev"]) == {"0", "1"}
    assert row["retrieval"]["layer"] == max((0, 1), key=lambda layer: row["layers_on_dev"][str(layer)])
    assert 0 <= row["on_report_half"] <= 100


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"suite": "xtrem"}, UnknownName, "xtreme"),
        ({"tasks": ("xnly",)}, UnknownName, "xnli"),
        ({"tasks": ("udpos",), "languages": ("qda", "xx")}, CairnError, "udpos: there is no xx"),
        ({"suite": "open", "tasks": ("pawsx",)}, BadData, "no test data of pawsx"),
        ({"suite": "open"}, CairnError, "no test data of open"),
        ({"tuned": {"xnli": Path("/no/such")}}, CairnError, "no folder /no/such"),
        ({"model": "no/such/model"}, CairnError, "no/such/model"),
    ],
)
def test_mistakes_are_told(
    request_of: Request, tmp_path: Path, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        quietly(replace(request_of, folder=tmp_path / "out", **changes))


def test_what_stands_on_the_command_line_becomes_a_request() -> None:
    found = Request.of(
        "m", "xtreme", tasks="xnli, udpos", languages=None, tuned=["xnli=models/x"], retrieval="jiant-14-mean"
    )
    assert found.tasks == ("xnli", "udpos")
    assert found.tuned == {"xnli": Path("models/x")}
    assert found.inference.retrieval.profile == "jiant-14-mean"
    assert Request.of("m", "xtreme", tasks=None, languages="de", tuned=[], retrieval="swept").sweeps
    with pytest.raises(CairnError, match="write TASK=DIR"):
        Request.of("m", "xtreme", tasks=None, languages=None, tuned=["models/x"], retrieval="swept")
    with pytest.raises(UnknownName, match="jiant-14-mean"):
        Request.of("m", "xtreme", tasks=None, languages=None, tuned=[], retrieval="jiant")
    with pytest.raises(CairnError, match="--epochs is 0"):
        Changes(epochs=0)
