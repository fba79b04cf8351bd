"""Tiny encoders of every family, twelve examples of each kind of task, and stages to train."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from tokenizers import processors
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    MT5Config,
    MT5EncoderModel,
    NllbMoeConfig,
    RemBertConfig,
    SwitchTransformersConfig,
    SwitchTransformersForConditionalGeneration,
    XLMRobertaConfig,
    XLMRobertaXLConfig,
    XmodConfig,
)

from evaluators.examples import Answer, Bitext, Choice, Example, Pair, Question, Tagged, Text
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.table import Row, Table
from evaluators.task import Kind, Task
from trainables.encoder import Encoder, library_quiet, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.pieces import learn_tokenizer
from trainables.settings import Training
from trainables.stages import StageRunner
from trainables.store import FolderStore

COLOURS = ("red", "blue", "green", "brown")
ANIMALS = ("dog", "cat", "horse", "bird", "mouse", "fish")
WORDS = (*COLOURS, *ANIMALS, "the", "is", "a", "what", "colour", "has", "and", "who", "sees", "not", "yes", "no")

SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.1,
    "pad_token_id": 1,
}
T5_SMALL = {
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 32,
    "num_layers": 2,
    "num_heads": 2,
    "dropout_rate": 0.0,
    "pad_token_id": 1,
    "decoder_start_token_id": 1,
}
ROBERTA_POSITIONS = {"max_position_embeddings": 66, "type_vocab_size": 1}

FAMILIES: dict[str, Callable[[int], Any]] = {
    "bert": lambda size: AutoModel.from_config(
        BertConfig(vocab_size=size, max_position_embeddings=64, type_vocab_size=2, **SMALL)
    ),
    "xlm-roberta": lambda size: AutoModel.from_config(XLMRobertaConfig(vocab_size=size, **ROBERTA_POSITIONS, **SMALL)),
    "xlm-roberta-xl": lambda size: AutoModel.from_config(
        XLMRobertaXLConfig(vocab_size=size, **ROBERTA_POSITIONS, **SMALL)
    ),
    "deberta-v2": lambda size: AutoModel.from_config(
        DebertaV2Config(
            vocab_size=size, max_position_embeddings=64, type_vocab_size=0, relative_attention=True, **SMALL
        )
    ),
    "rembert": lambda size: AutoModel.from_config(
        RemBertConfig(
            vocab_size=size, max_position_embeddings=64, input_embedding_size=8, output_embedding_size=24, **SMALL
        )
    ),
    "xmod": lambda size: AutoModel.from_config(
        XmodConfig(vocab_size=size, languages=["en_XX", "sw_KE"], default_language=None, **ROBERTA_POSITIONS, **SMALL)
    ),
    "mt5": lambda size: MT5EncoderModel(copy.deepcopy(MT5Config(vocab_size=size, **T5_SMALL))),
    "switch": lambda size: SwitchTransformersForConditionalGeneration(
        SwitchTransformersConfig(
            vocab_size=size, num_experts=4, num_sparse_encoder_layers=1, num_decoder_layers=1, **T5_SMALL
        )
    ),
    "nllb-moe": lambda size: AutoModel.from_config(
        NllbMoeConfig(
            vocab_size=size,
            d_model=16,
            encoder_layers=2,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            encoder_sparse_step=2,
            num_experts=4,
            dropout=0.0,
            attention_dropout=0.0,
            activation_dropout=0.0,
            moe_token_dropout=0.0,
            encoder_layerdrop=0.0,
            decoder_layerdrop=0.0,
            max_position_embeddings=64,
            pad_token_id=1,
            init_std=0.1,
        )
    ),
}


def save_encoder(family: str, folder: Path) -> Path:
    """A tiny random encoder of the family, as a Hugging Face folder."""
    tokenizer = learn_tokenizer([" ".join(WORDS)] * 4, "bpe-metaspace", 120, 64)
    if family == "bert":
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>",
            pair="<s>:0 $A:0 </s>:0 $B:1 </s>:1",
            special_tokens=[("<s>", 0), ("</s>", 2)],
        )
        tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    if family in ("mt5", "switch"):
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 2)]
        )
        tokenizer.cls_token = tokenizer.sep_token = tokenizer.bos_token = None
    with library_quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        FAMILIES[family](len(tokenizer)).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(family: str) -> Path:
        if family not in made:
            made[family] = save_encoder(family, tmp_path_factory.mktemp(family))
        return made[family]

    return folder


@pytest.fixture(scope="session")
def tiny(encoder_folder: Callable[[str], Path]) -> Callable[[str], Encoder]:
    """A freshly loaded tiny encoder of a family."""
    return lambda family: load_encoder(EncoderSource(name=str(encoder_folder(family))))


@pytest.fixture
def training() -> Training:
    return Training(batch_size=12, max_length_tokens=32)


def _unread(row: Any) -> Example:
    raise AssertionError("these tests hand examples over themselves")


def make_task(kind: Kind, labels: tuple[str, ...] = (), **fields: Any) -> Task:
    return Task(
        name=fields.pop("name", str(kind)), kind=kind, title="", read=_unread, tables={}, labels=labels, **fields
    )


@pytest.fixture(scope="session")
def tasks() -> dict[Kind, Task]:
    """A training task of each kind."""
    return TASKS


@pytest.fixture(scope="session")
def twelve() -> Callable[[Kind], list[Example]]:
    """Twelve examples of a kind that a small model can learn."""
    return lambda kind: [_example(kind, number) for number in range(12)]


@pytest.fixture(scope="session")
def new_task() -> Callable[..., Task]:
    """A task over examples that are handed over."""
    return make_task


TASKS = {
    Kind.PAIR: make_task(Kind.PAIR, ("yes", "no")),
    Kind.TAGS: make_task(Kind.TAGS, ("OTHER", "ANIMAL", "COLOUR")),
    Kind.SPAN: make_task(Kind.SPAN),
    Kind.CHOICE: make_task(Kind.CHOICE),
    Kind.TEXT: make_task(Kind.TEXT, name="mlm"),
    Kind.BITEXT: make_task(Kind.BITEXT),
}


def _example(kind: Kind, number: int) -> Example:
    animal, other = ANIMALS[number % 6], ANIMALS[(number + 1 + number // 6) % 6]
    colour = COLOURS[number % 4]
    if kind is Kind.PAIR:
        same = number % 2 == 0
        return Pair(
            id=str(number),
            first=f"the {animal} is {colour}",
            second=f"the {animal if same else other} is {colour}",
            label="yes" if same else "no",
        )
    if kind is Kind.TAGS:
        words = ("the", colour, animal, "sees", "a", other)
        return Tagged(id=str(number), words=words, tags=("OTHER", "COLOUR", "ANIMAL", "OTHER", "OTHER", "ANIMAL"))
    if kind is Kind.SPAN:
        context = f"the {animal} is {colour} and the {other} is not {colour}"
        return Question(
            id=str(number),
            question="who is not" if number % 2 else "what colour has the " + animal,
            context=context,
            answers=(
                Answer(text=other, start=context.index(other))
                if number % 2
                else Answer(text=colour, start=context.index(colour)),
            ),
        )
    if kind is Kind.CHOICE:
        choices = [f"a {COLOURS[(number + shift) % 4]} one" for shift in range(2 + number % 2)]
        label = number % len(choices)
        choices[label] = f"a {animal}"
        return Choice(id=str(number), prompt=f"who is a {animal}", choices=tuple(choices), label=label)
    if kind is Kind.TEXT:
        return Text(
            id=str(number), text=f"the {animal} is {colour}", parallel=f"{colour} {animal}" if number % 3 else ""
        )
    return Bitext(id=str(number), foreign=f"{colour} {animal} {other}", english=f"the {colour} {animal} {other}")


# Stages over two toy tasks


def _read_pair(row: Row) -> Pair:
    return Pair(id=str(row["id"]), first=row["first"], second=row["second"], label=row["label"])


def _pair_task(name: str) -> Task:
    tables = {"train": (Table(dataset=f"toy/{name}", configs={"en": ("main",)}, split="train"),)}
    return Task(name=name, kind=Kind.PAIR, title=name, read=_read_pair, tables=tables, labels=("yes", "no"))  # type: ignore[arg-type]


TOY_SUITE = Suite(
    name="toy",
    title="Two tasks over the same colours",
    targets={},
    training={name: _pair_task(name) for name in ("same", "other")},
    pivots=(),
    groups={},
)


@pytest.fixture(scope="session")
def toy_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mirror")
    for name, colours in {"same": ("red", "blue"), "other": ("green", "brown")}.items():
        rows = [
            {
                "id": number,
                "first": f"the dog is {colours[number % 2]}",
                "second": f"the dog is {colours[number // 2 % 2]}",
                "label": "yes" if number % 2 == number // 2 % 2 else "no",
            }
            for number in range(40)
        ]
        file = root / "toy" / name / "main" / "train.parquet"
        file.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), file)
    return root


@pytest.fixture
def stage_runner(tmp_path: Path, toy_mirror: Path, encoder_folder: Callable[[str], Path]) -> Callable[..., StageRunner]:
    """Runners over one store; arguments replace fields."""

    def make(**fields: Any) -> StageRunner:
        defaults: dict[str, Any] = {
            "store": FolderStore(tmp_path / "store"),
            "suite": TOY_SUITE,
            "data": DataSource(root=toy_mirror),
            "encoder": EncoderSource(name=str(encoder_folder("xlm-roberta"))),
            "training": Training(batch_size=8, max_length_tokens=32),
            "seed": 0,
            "cache": tmp_path / "cache",
        }
        return StageRunner(**{**defaults, **fields})

    return make
