"""Answers of folders that transformers saved are those of its own classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.encoder import library_quiet
from trainables.finetuned import load_finetuned
from trainables.predict import predict
from trainables.settings import Training

CLASSES = {
    Kind.PAIR: AutoModelForSequenceClassification,
    Kind.TAGS: AutoModelForTokenClassification,
    Kind.SPAN: AutoModelForQuestionAnswering,
    Kind.CHOICE: AutoModelForMultipleChoice,
}


@pytest.fixture
def tuned(encoder_folder: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """`tuned(family, kind, names)` saves a model with a random head."""

    def make(family: str, kind: Kind, names: tuple[str, ...] = ()) -> Path:
        source, folder = encoder_folder(family), tmp_path / f"{family}-{kind}"
        config: Any = AutoConfig.from_pretrained(source)
        if names:
            config.id2label = dict(enumerate(names))
            config.label2id = {name: number for number, name in enumerate(names)}
        with library_quiet(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(5)
            whole = CLASSES[kind].from_config(config)
            for parameter in whole.parameters():
                torch.nn.init.normal_(parameter, std=0.3)
            whole.save_pretrained(folder)
        AutoTokenizer.from_pretrained(source).save_pretrained(folder)
        return folder

    return make


def library_logits(folder: Path, kind: Kind, first: str, second: str) -> torch.Tensor:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with library_quiet():
        whole = CLASSES[kind].from_pretrained(folder).eval()
    inputs = tokenizer(first, second, return_tensors="pt")
    if "token_type_ids" in inputs and whole.config.type_vocab_size < 2:
        del inputs["token_type_ids"]
    if kind is Kind.CHOICE:
        inputs = {name: value[None] for name, value in inputs.items()}
    with torch.inference_mode():
        return whole(**inputs)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_pairs_get_the_label_that_the_library_gives(
    family: str, tuned: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    task = tasks[Kind.PAIR]
    folder = tuned(family, Kind.PAIR, tuple(reversed(task.labels)))
    found = predict(load_finetuned(folder, task), task, twelve(Kind.PAIR), "en", training)
    for example, label in zip(twelve(Kind.PAIR), found, strict=True):
        logits = library_logits(folder, Kind.PAIR, example.first, example.second).logits
        assert label == tuple(reversed(task.labels))[int(logits.argmax())]


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("kind", [Kind.TAGS, Kind.SPAN, Kind.CHOICE])
def test_heads_of_every_kind_answer(
    family: str, kind: Kind, tuned: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    task = tasks[kind]
    folder = tuned(family, kind, tuple(task.labels))
    model = load_finetuned(folder, task)
    assert len(predict(model, task, twelve(kind), "en", training)) == 12


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_choices_get_the_scores_that_the_library_gives(
    family: str, tuned: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    folder = tuned(family, Kind.CHOICE)
    found = predict(load_finetuned(folder, tasks[Kind.CHOICE]), tasks[Kind.CHOICE], twelve(Kind.CHOICE), "en", training)
    for example, choice in zip(twelve(Kind.CHOICE), found, strict=True):
        logits = [float(library_logits(folder, Kind.CHOICE, example.prompt, text).logits) for text in example.choices]
        assert choice == max(range(len(logits)), key=logits.__getitem__)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("kind", [Kind.TAGS, Kind.SPAN])
def test_tokens_get_the_scores_that_the_library_gives(
    family: str, kind: Kind, tuned: Any, tasks: dict[Kind, Task]
) -> None:
    task = tasks[kind]
    folder = tuned(family, kind, tuple(task.labels))
    model = load_finetuned(folder, task)
    first, second = "the red dog", "a blue cat sees"
    tokenizer = model.loaded.tokenizer
    pieces = tokenizer.cut([first, second])
    joined = tokenizer.join(pieces[0].ids, pieces[1].ids)
    ids = torch.tensor([joined.ids])
    types = torch.tensor([joined.types]) if joined.types else None
    with torch.inference_mode():
        ours = model.head(task.name)(model.loaded.run(ids, torch.ones_like(ids), types, ["en"]).last)
    theirs = library_logits(folder, kind, first, second)
    if kind is Kind.TAGS:
        torch.testing.assert_close(ours, theirs.logits)
    else:
        torch.testing.assert_close(ours[..., 0], theirs.start_logits)
        torch.testing.assert_close(ours[..., 1], theirs.end_logits)


def test_labels_are_matched_by_name_whatever_their_case(tuned: Any, tasks: dict[Kind, Task]) -> None:
    task = tasks[Kind.PAIR]
    folder = tuned("bert", Kind.PAIR, tuple(label.upper() for label in task.labels))
    assert load_finetuned(folder, task).labels[task.name] == tuple(task.labels)


def test_labels_of_another_task_are_refused(tuned: Any, tasks: dict[Kind, Task]) -> None:
    folder = tuned("bert", Kind.PAIR, ("good", "bad", "ugly"))
    with pytest.raises(CairnError, match="good, bad, ugly"):
        load_finetuned(folder, tasks[Kind.PAIR])


def test_a_folder_with_another_head_is_refused(tuned: Any, tasks: dict[Kind, Task]) -> None:
    folder = tuned("bert", Kind.SPAN)
    with pytest.raises(CairnError, match=r"BertForQuestionAnswering.*ForSequenceClassification"):
        load_finetuned(folder, tasks[Kind.PAIR])


def test_retrieval_has_no_tuned_model(tuned: Any, tasks: dict[Kind, Task]) -> None:
    with pytest.raises(CairnError, match="without a head"):
        load_finetuned(tuned("bert", Kind.SPAN), tasks[Kind.BITEXT])
