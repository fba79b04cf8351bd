"""Scores of tasks for a spec and for a finished run, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.load import load
from analysis.transfer import text_scores
from evaluators.babel.suite import BABEL
from evaluators.errors import CairnError, UnknownName
from evaluators.reading import read
from evaluators.sampling import pick
from evaluators.source import DataSource
from experiments.cli import app
from experiments.lessons.transfer import Request, transfer_report
from experiments.spec import load_spec
from experiments.study import open_study

WriteSpec = Callable[..., Path]


def scored(source: Path, **asked: Any) -> dict[str, Any]:
    request = Request(source=source, **{"examples": 40, **asked})
    found: dict[str, Any] = json.loads(transfer_report(request, as_json=True, say=lambda text: None))
    return found


def trained(spec: Path) -> int:
    return len(list(open_study(load_spec(spec)).store.entries()))


def test_a_spec_is_scored_by_its_texts_and_nothing_is_trained(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    found = scored(spec)
    assert [one["task"] for one in found["tasks"]] == ["mnli", "ccg"]
    assert all(-1 <= one["text"] <= 1 for one in found["tasks"])
    assert found["quality"] == {}
    assert trained(spec) == 0
    assert scored(spec) == found


def test_logme_trains_each_task_alone_once_and_says_which_targets_it_leaves_out(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    spec = write_spec(tmp_path)
    found = scored(spec, by="logme")
    assert trained(spec) == 2
    assert found["left_out_of_logme"] == {"tatoeba": "is not trained for"}
    assert len({one["logme"] for one in found["tasks"]}) == 2
    assert all(set(gains) == {"udpos", "pawsx"} for gains in found["logme_by_target"].values())
    assert scored(spec, by="logme") == found
    assert trained(spec) == 2


def test_a_finished_run_shows_what_it_measured_beside_the_scores(finished: Any) -> None:
    run = open_study(load_spec(finished.spec)).folder.path
    before = trained(finished.spec)
    found = scored(run)
    assert trained(finished.spec) == before
    trials = {trial.control: trial for trial in load(run).trials if trial.control}
    score = {name: trial.last.selectors["zero-shot-dev"] for name, trial in trials.items() if trial.last}
    for one in found["tasks"]:
        assert one["search"]["score"] == score[f"{one['task']} alone"]
        assert one["search"]["gain"] == pytest.approx(score[f"{one['task']} alone"] - score["direct"])
        assert {"text", "logme", "examples"} <= set(one)
    assert list(found["quality"]) == ["search"]  # its finals have no task alone
    assert set(found["quality"]["search"]) == {"text", "logme", "largest data set", "random"}
    said = CliRunner().invoke(app, ["transfer", str(run), "--examples", "40"]).stdout
    assert "search, gain" in said
    assert "not asked by logme: tatoeba (is not trained for)" in said
    assert said.count("prior: {mnli: ") == 2


def test_a_task_is_most_like_its_own_kin(world: Path) -> None:
    """With the shipped encoder: natural language inference beside question pairs, tags, choices and passages."""
    from trainables.encoder import load_encoder
    from trainables.encoder_source import EncoderSource
    from trainables.model import MultiHeadModel
    from trainables.texts import texts_of
    from trainables.transferability import text_vectors

    model = MultiHeadModel(load_encoder(EncoderSource(name="babel-xlmr")), [], 0)
    vectors = {}
    for name in ("xnli", "mnli", "qqp", "ccg", "csqa", "squad1"):
        examples = pick(read(BABEL.training_task(name), "train", "en", DataSource(root=world)).examples, 60)
        texts = [text.text for text in texts_of(examples)]
        vectors[name] = text_vectors(model, texts, "en", max_length_tokens=64).mean(axis=0)
    scores = text_scores(vectors, ["xnli"])
    del scores["xnli"]
    assert max(scores, key=scores.__getitem__) == "mnli"


def test_an_unknown_score_and_an_empty_space_are_refused(write_spec: WriteSpec, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean text"):
        Request(source=tmp_path, by="texts")
    with pytest.raises(CairnError, match="holds no run"):
        scored(tmp_path)
    with pytest.raises(CairnError, match="there is no spec"):
        scored(tmp_path / "nothing.yaml")
    direct = write_spec(tmp_path / "direct", ("lengths: [1, 2]", "lengths: [0]"))
    with pytest.raises(CairnError, match="no task to train on alone"):
        scored(direct)


def test_targets_without_labels_or_training_are_refused_by_the_score_that_needs_them(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    retrieval = write_spec(tmp_path / "retrieval", ("[udpos, pawsx, tatoeba]", "[tatoeba]"))
    with pytest.raises(CairnError, match="no target of this study is trained for"):
        scored(retrieval)
    spans = write_spec(tmp_path / "spans", ("[udpos, pawsx, tatoeba]", "[xquad]"))
    with pytest.raises(CairnError, match="use --by text"):
        scored(spans, by="logme")
