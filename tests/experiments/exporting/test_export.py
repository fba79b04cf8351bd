"""A finished run exported: what is written, that it answers without Cairn, what the card says, what is refused."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from huggingface_hub import ModelCard

from evaluators.errors import CairnError, UnknownName
from evaluators.licences import Licence, Terms
from evaluators.reading import read
from evaluators.suites import BABEL
from experiments.exporting.card_metadata import licence_fields
from experiments.exporting.export import Exported, export_run
from experiments.judging.examinees import finalist
from experiments.record import RunFolder, read_json, read_rows, write_json
from experiments.run import run_spec
from experiments.spec import load_spec
from experiments.study import open_study
from trainables.store import FolderStore

KINDS = """\
name: kinds
suite: open
encoder: {encoder}
data: {data}
targets: [xcopa, panx, lareqa, xquad, mlqa]
languages: [en, de, et]
space:
  tasks: [mnli]
  lengths: [0]
  learning_rates: [1.0e-3]
  steps: [2]
  target: {{learning_rates: [2.0e-3], steps: 2}}
training: {{batch_size: 4, max_length_tokens: 64}}
search: {{trials: 1, searcher: random, selector: en-dev}}
finals: {{winners: 1, seeds: [101], target_steps: 2, controls: [direct]}}
evaluation: {{dev_examples: 3, final_examples: 3}}
inference: {{retrieval: {{layer: 1}}}}
runs: {runs}
"""
CLEAN_ROOM = Path(__file__).parents[2] / "clean_room.py"


def quietly(run: Path, folder: Path, **options: Any) -> Exported:
    return export_run(run, **{"arm": None, "seed": None, "data": None, **options}, folder=folder, say=lambda text: None)


class Done(NamedTuple):
    """A run and its export."""

    run: Path
    exported: Exported

    @property
    def folder(self) -> Path:
        return self.exported.folder


@pytest.fixture(scope="module")
def done(finished: Any, tmp_path_factory: pytest.TempPathFactory) -> Done:
    run = open_study(load_spec(finished.spec)).folder.path
    return Done(run, quietly(run, tmp_path_factory.mktemp("export") / "winner"))


@pytest.fixture
def own(done: Done, tmp_path: Path) -> Path:
    """A copy of the run with a store of its own, to be broken."""
    run, store = tmp_path / "runs" / done.run.name, tmp_path / "store"
    shutil.copytree(done.run, run, ignore=shutil.ignore_patterns("tune"))
    resolved = read_json(RunFolder(run).resolved)
    shutil.copytree(resolved["store"], store)
    write_json(RunFolder(run).resolved, {**resolved, "store": str(store)})
    return run


def test_an_encoder_and_every_tuned_model_are_written(done: Done) -> None:
    names = {path.name for path in done.folder.iterdir()}
    assert names == {"README.md", "spec.yaml", "encoder", "udpos", "pawsx"}
    assert {part.name: part.architecture for part in done.exported.parts} == {
        "encoder": "XLMRobertaModel",
        "udpos": "XLMRobertaForTokenClassification",
        "pawsx": "XLMRobertaForSequenceClassification",
    }
    assert done.exported.left == ()
    assert "pawsx      XLMRobertaForSequenceClassification, logits" in done.exported.text
    assert [path.name for path in done.folder.parent.iterdir()] == ["winner"]
    assert all(path.stat().st_mode & 0o400 for path in done.folder.rglob("*"))
    assert (done.folder / "spec.yaml").read_bytes() == (done.run / "spec.yaml").read_bytes()


def ours(run: Path, target: str, texts: int) -> tuple[list[Any], list[Any]]:
    """Real dev examples that were not cut, and the logits of the run's own model."""
    import torch

    from trainables.answering import batches_by_length
    from trainables.features import asked_features

    found = finalist(run)
    stage = next(stage for stage, targets in found.units if target in targets)
    assert stage is not None
    training = found.study.spec.training
    model = found.workshop.stored([(training, stage)]).cpu()
    task = found.study.suite.target(target)
    examples = read(task, "dev", "qda", found.workshop.data).examples[:texts]
    features = asked_features(examples, task, model.loaded, training.of(stage.tasks[0]), None)
    assert features.counts["shortened"] == 0
    assert len(features) == len(examples)
    logits: list[Any] = [None] * len(examples)
    with torch.inference_mode():
        for places, batch in batches_by_length(
            model, stage.tasks[0], task.kind, features, "qda", found.study.spec.inference
        ):
            for place, row, mask in zip(places, model(batch), batch.mask, strict=True):
                logits[place] = row[mask.bool()] if row.ndim == 2 else row
    return list(examples), logits


def test_folders_answer_as_the_run_did_in_a_process_without_cairn(done: Done) -> None:
    import torch

    pairs, pair_logits = ours(done.run, "pawsx", 20)
    sentences, tag_logits = ours(done.run, "udpos", 20)
    jobs = [
        {
            "folder": str(done.folder / "pawsx"),
            "auto": "AutoModelForSequenceClassification",
            "texts": [{"first": one.first, "second": one.second} for one in pairs],
        },
        {
            "folder": str(done.folder / "udpos"),
            "auto": "AutoModelForTokenClassification",
            "texts": [{"words": one.words} for one in sentences],
        },
        {"folder": str(done.folder / "encoder"), "auto": "AutoModel", "texts": [{"first": pairs[0].first}]},
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    finished = subprocess.run(
        [sys.executable, "-I", str(CLEAN_ROOM)],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env={**environment, "HF_HUB_OFFLINE": "1"},
    )
    pawsx, udpos, encoder = json.loads(finished.stdout)
    for found, expected in ((pawsx, pair_logits), (udpos, tag_logits)):
        assert found["missing"] == []
        for answer, logits in zip(found["answers"], expected, strict=True):
            torch.testing.assert_close(torch.tensor(answer["values"]), logits, atol=1e-5, rtol=0)
    assert pawsx["labels"] == {"0": "0", "1": "1"}
    assert udpos["labels"] == {str(number): label for number, label in enumerate(BABEL.target("udpos").labels)}
    assert encoder["class"] == "XLMRobertaModel"
    assert all(name.startswith("pooler.") for name in encoder["missing"])


def test_the_card_has_the_scores_of_the_record_in_the_hubs_form(done: Done) -> None:
    card = ModelCard.load(done.folder / "README.md")
    assert card.data.license == "apache-2.0"
    assert card.data.library_name == "transformers"
    assert card.data.language == ["en", "qda", "qin", "qro", "qse", "qsl"]
    assert card.data.get("datasets") is None, "these are on no hub"
    assert card.data.get("base_model") is None, "nor is this encoder"
    rows = [
        row
        for row in read_rows(RunFolder(done.run).scores)
        if row["phase"] == "final" and row["arm"] == "winner 1" and row["seed"] == 101
    ]
    results = card.data.eval_results
    assert results is not None
    assert len(results) == len(rows) > 0
    named = {(one.dataset_name, one.metric_name): one for one in results}
    assert len(named) == len(rows)
    for row in rows:
        one = next(
            result
            for (dataset, name), result in named.items()
            if f"[{row['task']}]" in dataset and name.startswith(f"{row['metric']} ({row['language']}, {row['split']}")
        )
        assert one.metric_value == pytest.approx(row["value"], abs=1e-4)
        assert one.metric_args["signature"] == row["signature"]


def test_the_card_says_the_path_the_choice_and_how_to_do_it_again(done: Done) -> None:
    text = (done.folder / "README.md").read_text()
    found = finalist(done.run)
    for number, stage in enumerate(found.workshop.trunk, start=1):
        assert f"| trunk {number} | " in text
        assert f"| {stage.learning_rate:g} | {stage.steps} |" in text
    assert "by the selector `pivot-dev`" in text
    assert "gain on test over direct fine-tuning of the same encoder: " in text
    assert "one seed, so no interval" in text
    assert "The languages of babel are invented" in text
    assert "--arm 'winner 1' --seed 101 --to winner" in text
    assert "In pawsx the dense layer is the unit matrix" in text
    assert "Labelled training data are in en;" in text


def test_a_control_with_an_empty_trunk_is_exported_too(done: Done, tmp_path: Path) -> None:
    exported = quietly(done.run, tmp_path / "direct", arm="direct", seed=101)
    assert [part.name for part in exported.parts] == ["encoder", "pawsx", "udpos"]
    text = (tmp_path / "direct" / "README.md").read_text()
    assert "nothing: direct fine-tuning" in text
    assert "It was not chosen by a search" in text


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"arm": "winner 7"}, UnknownName, "winner 1"),
        ({"seed": 5}, CairnError, "only with 101"),
    ],
)
def test_an_arm_or_seed_that_was_not_trained_is_refused(
    done: Done, tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        quietly(done.run, tmp_path / "out", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused_and_an_empty_one_is_not(done: Done, own: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (done.folder, tmp_path / "file"):
        with pytest.raises(CairnError, match="is not empty"):
            quietly(own, folder)
    (tmp_path / "out").mkdir()
    assert quietly(own, tmp_path / "out").folder == tmp_path / "out"


def test_what_is_no_finished_run_is_refused(own: Path, tmp_path: Path) -> None:
    with pytest.raises(CairnError, match="is no run folder"):
        quietly(tmp_path, tmp_path / "out")
    finals = RunFolder(own).finals
    whole = finals.read_text()
    finals.write_text("".join(line for line in whole.splitlines(keepends=True) if '"winner 1"' not in line))
    with pytest.raises(CairnError, match="have no 'winner 1', only direct; finish them"):
        quietly(own, tmp_path / "out")
    lines = [line for line in whole.splitlines(keepends=True) if '"task": "pawsx"' not in line]
    finals.write_text("".join(lines))
    with pytest.raises(CairnError, match="not finished: pawsx are missing"):
        quietly(own, tmp_path / "out")
    finals.write_text("")
    with pytest.raises(CairnError, match="has no finals yet"):
        quietly(own, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _break_every_final_stage(store: FolderStore, harm: Callable[[Path], None]) -> None:
    for key in list(store.entries()):
        if (store.record(key) or {})["content"]["stage"]["mixture"] == {"pawsx": 1.0}:
            harm(store.path(key))


def test_a_pruned_stage_is_told_and_nothing_is_left_behind(own: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    _break_every_final_stage(store, shutil.rmtree)
    with pytest.raises(CairnError, match=r"pawsx, 4 steps, seed 101\) is not in the store .* pruned or damaged"):
        quietly(own, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs", "store"]


def test_truncated_weights_are_told_and_go_to_quarantine(own: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")

    def truncate(entry: Path) -> None:
        os.truncate(entry / "model.safetensors", 1000)

    _break_every_final_stage(store, truncate)
    with pytest.raises(CairnError, match="pruned or damaged"):
        quietly(own, tmp_path / "out")
    assert any("has 1000 bytes" in reason for reason in store.quarantined().values())
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_told_and_nothing_is_left_behind(
    done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(CairnError, match=r"cannot be written .*No space left on device.*make room"):
        quietly(done.run, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_head_that_would_answer_otherwise_is_left_out_and_named(
    done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainables import library_form

    monkeypatch.setattr(library_form, "_SHRINK", 0.5)  # so that the tanh bends what goes through it
    exported = quietly(done.run, tmp_path / "out")
    assert [left.name for left in exported.left] == ["pawsx"]
    assert "left out: as XLMRobertaForSequenceClassification it answers otherwise" in exported.text
    assert not (tmp_path / "out" / "pawsx").exists()
    card = ModelCard.load(tmp_path / "out" / "README.md")
    assert "- `pawsx`: as XLMRobertaForSequenceClassification it answers otherwise" in card.text
    assert not any("[pawsx]" in result.dataset_name for result in card.data.eval_results or [])


def test_a_target_whose_training_failed_is_left_out_with_its_reason(own: Path, tmp_path: Path) -> None:
    row = {"phase": "final", "arm": "winner 1", "seed": 101, "plan": {}, "task": "udpos", "error": "the loss was nan"}
    with RunFolder(own).failures.open("a") as file:
        file.write(json.dumps(row) + "\n")
    exported = quietly(own, tmp_path / "out")
    assert [(left.name, left.reason) for left in exported.left] == [("udpos", "its training failed: the loss was nan")]


def test_the_licence_is_the_strictest_known_and_says_that_others_are_not() -> None:
    free = Licence("mit", "MIT", Terms.FREE)
    bound = Licence("cc-by-nc-4.0", "CC BY-NC 4.0", Terms.NON_COMMERCIAL)
    unclear = Licence("unknown", "none stated", Terms.UNCLEAR)
    closed = Licence("other", "for holders", Terms.CLOSED)
    older = Licence("cc-by-nc-3.0", "CC BY-NC 3.0", Terms.NON_COMMERCIAL)
    terms = Licence("other", "a site's own terms", Terms.NON_COMMERCIAL)
    assert licence_fields([free, bound]) == {"license": "cc-by-nc-4.0"}
    assert licence_fields([bound, older]) == {"license": "cc-by-nc-4.0"}
    assert licence_fields([bound, terms])["license_name"] == "CC BY-NC 4.0; a site's own terms"
    assert licence_fields([free, bound, unclear])["license_name"] == "CC BY-NC 4.0; unclear for some of the data"
    assert licence_fields([unclear])["license_name"] == "unclear for some of the data"
    assert licence_fields([closed, bound])["license_name"] == "for holders"
    assert {licence_fields(one)["license"] for one in ([bound, terms], [unclear], [closed, bound])} == {"other"}


def test_every_kind_of_target_on_the_hubs_data_sets(
    tmp_path: Path, mirror: Path, tiny_encoder: Path, ray_room: int
) -> None:
    spec = tmp_path / "kinds.yaml"
    spec.write_text(KINDS.format(encoder=tiny_encoder, data=mirror, runs=tmp_path / "runs"))
    assert run_spec(spec) == 0
    exported = quietly(tmp_path / "runs" / "kinds", tmp_path / "out", arm="direct")
    assert {part.name: part.architecture for part in exported.parts} == {
        "encoder": "XLMRobertaModel",
        "xcopa": "XLMRobertaForMultipleChoice",
        "panx": "XLMRobertaForTokenClassification",
        "lareqa": "XLMRobertaModel",
        "xquad+mlqa": "XLMRobertaForQuestionAnswering",
    }
    assert exported.left == ()
    card = ModelCard.load(tmp_path / "out" / "README.md")
    assert card.data.license == "other"
    assert card.data.license_name == "CC BY-SA 4.0; unclear for some of the data"
    assert "unimelb-nlp/wikiann" in card.data.datasets
    assert "text CC BY-SA 3.0, none stated for the annotation" in card.text
    assert "lareqa: no head" in card.text
    assert {result.dataset_type for result in card.data.eval_results or []} >= {"cambridgeltl/xcopa", "facebook/mlqa"}
