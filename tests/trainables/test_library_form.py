"""What is saved in the library's classes answers as our model does, or is refused with a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, ModernBertConfig

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.answering import batches_by_length
from trainables.collate import unlabelled
from trainables.encoder import Encoder, describe, library_quiet, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.features import asked_features
from trainables.finetuned import load_finetuned
from trainables.library_form import (
    AUTO_CLASSES,
    Compared,
    NoLibraryHead,
    compare_encoders,
    compare_heads,
    save_encoder,
    save_with_head,
)
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.settings import Inference, Training

KINDS = tuple(AUTO_CLASSES)
WITH_ALL_HEADS = ("bert", "xlm-roberta", "xlm-roberta-xl", "deberta-v2", "rembert", "xmod")


@pytest.fixture
def model_of(tiny: Callable[[str], Encoder], tasks: dict[Kind, Task]) -> Callable[[str, Kind], MultiHeadModel]:
    """A random encoder with a random head whose logits are large."""

    def make(family: str, kind: Kind) -> MultiHeadModel:
        model = MultiHeadModel(tiny(family), [tasks[kind]], seed=1)
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(7)
            for parameter in model.heads.parameters():
                parameter.normal_()
        return model.eval()

    return make


@pytest.fixture
def asked(tasks: dict[Kind, Task], twelve: Any, training: Training) -> Callable[[MultiHeadModel, Kind], Any]:
    def batches(model: MultiHeadModel, kind: Kind) -> Any:
        features = asked_features(twelve(kind), tasks[kind], model.loaded, training, None)
        name = tasks[kind].name
        return (batch for _, batch in batches_by_length(model, name, kind, features, "sw", Inference()))

    return batches


@pytest.mark.parametrize("family", WITH_ALL_HEADS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_head_gives_our_logits(
    family: str, kind: Kind, model_of: Any, asked: Any, tasks: dict[Kind, Task], tmp_path: Path
) -> None:
    model = model_of(family, kind)
    name = save_with_head(model, tasks[kind].name, kind, tmp_path)
    assert "For" in name
    found = compare_heads(model, kind, tmp_path, asked(model, kind))
    assert found.inputs == 12
    assert found.largest > 0.5
    assert found.difference < 1e-5
    assert found.agree
    assert found.passes_through_tanh == (kind in (Kind.PAIR, Kind.CHOICE) and family != "deberta-v2")


def test_tags_of_an_encoder_half_are_saved_and_its_other_heads_are_refused(
    model_of: Any, asked: Any, tasks: dict[Kind, Task], tmp_path: Path
) -> None:
    model = model_of("mt5", Kind.TAGS)
    assert save_with_head(model, "tags", Kind.TAGS, tmp_path) == "MT5ForTokenClassification"
    assert compare_heads(model, Kind.TAGS, tmp_path, asked(model, Kind.TAGS)).difference < 1e-5
    for kind, reason in (
        (Kind.PAIR, "mean over a text's tokens"),
        (Kind.SPAN, "does not read with the MT5EncoderModel"),
        (Kind.CHOICE, "knows no class for mt5"),
    ):
        with pytest.raises(NoLibraryHead, match=reason):
            save_with_head(model_of("mt5", kind), tasks[kind].name, kind, tmp_path / kind)


def test_a_head_on_the_mean_of_a_text_is_refused(encoder_folder: Any, tasks: dict[Kind, Task], tmp_path: Path) -> None:
    source = EncoderSource(name=str(encoder_folder("xlm-roberta")), pooling="mean")
    model = MultiHeadModel(load_encoder(source), [tasks[Kind.PAIR]], seed=1)
    with pytest.raises(NoLibraryHead, match="reads the mean over a text's tokens"):
        save_with_head(model, "pair", Kind.PAIR, tmp_path)


def test_classes_that_compute_more_than_a_pooler_are_refused_or_seen_to_differ(
    tiny: Callable[[str], Encoder], tasks: dict[Kind, Task], asked: Any, tmp_path: Path
) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    small = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2}
    modern = AutoModel.from_config(ModernBertConfig(vocab_size=tokenizer.size, **small, **ids)).float()
    encoder = describe(EncoderSource(name="modern"), modern, tokenizer)
    with pytest.raises(NoLibraryHead, match="computes something else"):
        save_with_head(MultiHeadModel(encoder, [tasks[Kind.PAIR]], 1), "pair", Kind.PAIR, tmp_path)
    for kind in (Kind.TAGS, Kind.SPAN):
        model = MultiHeadModel(encoder, [tasks[kind]], seed=1)
        save_with_head(model, tasks[kind].name, kind, tmp_path / kind)
        assert not compare_heads(model, kind, tmp_path / kind, asked(model, kind)).agree


def test_an_exported_head_can_be_asked_as_a_tuned_model(
    model_of: Any, tasks: dict[Kind, Task], twelve: Any, training: Training, tmp_path: Path
) -> None:
    for kind in KINDS:
        model, task = model_of("xlm-roberta", kind), tasks[kind]
        save_with_head(model, task.name, kind, tmp_path / kind)
        again = load_finetuned(tmp_path / kind, task)
        assert predict(again, task, twelve(kind), "en", training) == predict(model, task, twelve(kind), "en", training)


def test_a_family_without_classes_has_its_heads_refused(model_of: Any, tmp_path: Path) -> None:
    with pytest.raises(NoLibraryHead, match="knows no class for switch_transformers"):
        save_with_head(model_of("switch", Kind.TAGS), "tags", Kind.TAGS, tmp_path)


def texts(kind: Kind, example: Any) -> dict[str, Any]:
    """What `clean_room.py` is given of an example."""
    if kind is Kind.PAIR:
        return {"first": example.first, "second": example.second}
    if kind is Kind.SPAN:
        return {"first": example.question, "second": example.context}
    if kind is Kind.CHOICE:
        return {"prompt": example.prompt, "choices": example.choices}
    return {"words": example.words}


def test_texts_give_our_logits_in_a_process_without_cairn(
    model_of: Any, tasks: dict[Kind, Task], twelve: Any, training: Training, tmp_path: Path
) -> None:
    jobs, expected = [], []
    for family in ("bert", "xlm-roberta"):
        for kind in KINDS:
            model, folder = model_of(family, kind), tmp_path / f"{family}-{kind}"
            save_with_head(model, tasks[kind].name, kind, folder)
            examples = [texts(kind, example) for example in twelve(kind)]
            jobs.append({"folder": str(folder), "auto": AUTO_CLASSES[kind].__name__, "texts": examples})
            features = asked_features(twelve(kind), tasks[kind], model.loaded, training, None)
            rows = [
                unlabelled(tasks[kind].name, kind, [("en", features, row)], model.loaded.tokenizer) for row in range(12)
            ]
            with torch.inference_mode():
                expected.append([model(row)[0] for row in rows])
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-I", str(Path(__file__).parents[1] / "clean_room.py")]
    done = subprocess.run(
        command, input=json.dumps(jobs), capture_output=True, text=True, check=True, cwd="/", env=environment
    )
    for job, found, logits in zip(jobs, json.loads(done.stdout), expected, strict=True):
        assert found["missing"] == [], job
        for answer, ours in zip(found["answers"], logits, strict=True):
            torch.testing.assert_close(torch.tensor(answer["values"]), ours, atol=1e-5, rtol=0)


@pytest.mark.parametrize("family", [*WITH_ALL_HEADS, "mt5", "switch"])
def test_a_saved_encoder_gives_our_hidden_states(family: str, model_of: Any, asked: Any, tmp_path: Path) -> None:
    model = model_of(family, Kind.TAGS)
    save_encoder(model, tmp_path)
    found = compare_encoders(model, tmp_path, asked(model, Kind.TAGS))
    assert found.inputs == 12
    assert found.difference < 1e-6


def test_an_encoder_whose_class_has_no_public_name_is_refused(model_of: Any, tmp_path: Path) -> None:
    with pytest.raises(CairnError, match="NllbMoeEncoder"):
        save_encoder(model_of("nllb-moe", Kind.TAGS), tmp_path)


def test_labels_are_those_of_the_head_in_their_order(model_of: Any, tasks: dict[Kind, Task], tmp_path: Path) -> None:
    save_with_head(model_of("bert", Kind.TAGS), "tags", Kind.TAGS, tmp_path)
    with library_quiet():
        config = AUTO_CLASSES[Kind.TAGS].from_pretrained(tmp_path).config
    assert config.id2label == {0: "OTHER", 1: "ANIMAL", 2: "COLOUR"}
    assert config.label2id == {"OTHER": 0, "ANIMAL": 1, "COLOUR": 2}


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_the_saved_tokenizer_makes_our_inputs(family: str, model_of: Any, tmp_path: Path) -> None:
    model = model_of(family, Kind.PAIR)
    save_encoder(model, tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    ours = model.loaded.tokenizer
    pieces = ours.cut(["the red dog", "a blue cat sees"])
    joined = ours.join(pieces[0].ids, pieces[1].ids)
    theirs = tokenizer("the red dog", "a blue cat sees")
    assert theirs["input_ids"] == joined.ids
    assert theirs.get("token_type_ids", []) == joined.types
    long = tokenizer("the red dog " * 50, truncation=True, return_tensors="pt")
    assert long["input_ids"].shape == (1, 64)
    with library_quiet():
        AutoModel.from_pretrained(tmp_path)(**long)


def test_a_tokenizer_gives_no_types_to_an_encoder_that_has_none(encoder_folder: Any, tiny: Any, tmp_path: Path) -> None:
    encoder = tiny("xlm-roberta")
    encoder.tokenizer.library.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    save_encoder(MultiHeadModel(encoder, [], seed=0), tmp_path)
    assert "token_type_ids" not in AutoTokenizer.from_pretrained(tmp_path)("a", "a")


def test_weights_that_were_changed_after_saving_are_noticed(
    model_of: Any, asked: Any, tasks: dict[Kind, Task], tmp_path: Path
) -> None:
    model = model_of("xlm-roberta", Kind.PAIR)
    save_with_head(model, tasks[Kind.PAIR].name, Kind.PAIR, tmp_path)
    with torch.no_grad():
        model.head(tasks[Kind.PAIR].name).linear.bias += 1e-3
    assert not compare_heads(model, Kind.PAIR, tmp_path, asked(model, Kind.PAIR)).agree


def test_nothing_agrees_with_no_number_or_with_nothing() -> None:
    assert not Compared(float("nan"), 1.0, 3).agree
    assert not Compared(0.0, 0.0, 0).agree
    assert Compared(5e-5, 10.0, 3).agree


def test_in_bfloat16_a_passed_through_head_still_answers(
    model_of: Any, asked: Any, tasks: dict[Kind, Task], tmp_path: Path
) -> None:
    model = model_of("xlm-roberta", Kind.PAIR)
    save_with_head(model, tasks[Kind.PAIR].name, Kind.PAIR, tmp_path)
    with library_quiet():
        whole = AUTO_CLASSES[Kind.PAIR].from_pretrained(tmp_path, dtype=torch.bfloat16).eval()
    batch = next(iter(asked(model, Kind.PAIR)))
    with torch.inference_mode():
        theirs = whole(input_ids=batch.input_ids, attention_mask=batch.mask).logits.float()
        torch.testing.assert_close(theirs, model(batch), atol=0.1, rtol=0.1)
