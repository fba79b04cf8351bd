"""Features: tokenised once for each (data, tokenizer, lengths, task, split, language), shared by all trials on a node.

Tables lie in a cache folder as `datasets` saves them, and are memory-mapped when they are read. A table is written to a
temporary folder and renamed, so it is complete or absent; two writers of one table write the same and the second
throws its copy away. A table that cannot be read is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Example
from evaluators.reading import fingerprint, read
from evaluators.sampling import pick
from evaluators.source import DataSource
from evaluators.task import Kind, Task
from trainables.columns import Features, Rows
from trainables.encode_match import encode_matches
from trainables.encode_spans import SpanLengths, encode_asked_spans, encode_training_spans
from trainables.encode_tags import encode_tags
from trainables.encode_text import encode_choices, encode_pairs, encode_sentences, encode_texts
from trainables.encoder import Encoder
from trainables.settings import Training

_FORMAT = 1


def training_features(
    task: Task, language: str, data: DataSource, encoder: Encoder, training: Training, cache: Path
) -> Features:
    """The training split of one language. Data are parsed only when the table is not there yet.

    Raises:
        BadData: the data are missing or break their task's rules, or there is no example.
    """
    own = training.of(task.name)
    key = {
        "data": fingerprint(task, "train", (language,), data),
        "split": "train",
        "language": language,
        "examples": own.max_examples,
        **_encoding_key(task, encoder, own),
    }

    def build() -> Rows:
        examples = read(task, "train", language, data).examples
        chosen = examples if own.max_examples is None else pick(examples, own.max_examples)
        return encode_for_training(chosen, task, encoder, own)

    return cached(cache, key, build)


def encode_for_training(examples: Sequence[Any], task: Task, encoder: Encoder, own: Training) -> Rows:
    """Examples with gold as rows; `own` are the task's own settings (`Training.of`).

    Raises:
        CairnError: there is no example, or inputs are longer than the encoder can read.
    """
    if not examples:
        raise CairnError(f"the task {task.name} has no training example; check its data, or leave the task out")
    tokenizer, length = encoder.tokenizer, input_length(encoder, own)
    if task.kind is Kind.PAIR:
        return encode_pairs(examples, task.labels, tokenizer, length)
    if task.kind is Kind.TAGS:
        return encode_tags(examples, task.labels, tokenizer, length)
    if task.kind is Kind.SPAN:
        return encode_training_spans(examples, tokenizer, span_lengths(encoder, own))
    if task.kind is Kind.CHOICE:
        return encode_choices(examples, tokenizer, length)
    if task.kind is Kind.TEXT:
        return encode_texts(examples, tokenizer, length)
    if task.kind is Kind.RANKING:
        return encode_matches(examples, tokenizer, own.max_question_tokens, length)
    raise CairnError(f"{task.name} is a retrieval task; it is answered without training, so leave it out of stages")


def asked_features(
    examples: Sequence[Any], task: Task, encoder: Encoder, own: Training, cache: Path | None
) -> Features:
    """Examples to be answered as rows, without gold. A cache keeps the table under a digest of the examples."""
    tokenizer, length = encoder.tokenizer, input_length(encoder, own)

    def build() -> Rows:
        if task.kind is Kind.PAIR:
            return encode_pairs(examples, (), tokenizer, length)
        if task.kind is Kind.TAGS:
            return encode_tags(examples, (), tokenizer, length)
        if task.kind is Kind.SPAN:
            return encode_asked_spans(examples, tokenizer, span_lengths(encoder, own))
        assert task.kind is Kind.CHOICE, task.kind
        return encode_choices(examples, tokenizer, length)

    if cache is None:
        return finished(build())
    key = {"asked": digest(examples), **_encoding_key(task, encoder, own)}
    return cached(cache, key, build)


def sentence_features(sentences: Sequence[str], encoder: Encoder, length: int, cache: Path | None) -> Features:
    """Sentences whose vectors are wanted as rows."""

    def build() -> Rows:
        return encode_sentences(sentences, encoder.tokenizer, length)

    if cache is None:
        return finished(build())
    text = hashlib.sha256("\0".join(sentences).encode()).hexdigest()
    return cached(cache, {"sentences": text, "length": length, "tokenizer": encoder.tokenizer.fingerprint}, build)


def input_length(encoder: Encoder, own: Training) -> int:
    """Tokens of an input, at most.

    Raises:
        CairnError: the setting asks for more than the encoder can read.
    """
    if own.max_length_tokens > encoder.usable_length:
        raise CairnError(
            f"max_length_tokens is {own.max_length_tokens}, but {encoder.source.name} reads at most "
            f"{encoder.usable_length} tokens; set it to that or less"
        )
    return own.max_length_tokens


def span_lengths(encoder: Encoder, own: Training) -> SpanLengths:
    """The limits of question answering."""
    return SpanLengths(input=input_length(encoder, own), question=own.max_question_tokens, stride=own.stride_tokens)


def finished(rows: Rows) -> Features:
    """Features that live in memory only."""
    return Features(rows.table(), rows.counts)


def cached(cache: Path, key: Mapping[str, Any], build: Callable[[], Rows]) -> Features:
    """The table of this key, built if it is absent."""
    text = json.dumps({"format": _FORMAT, "cairn": version("cairn-search"), **key}, sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()
    folder = cache / "features" / name[:2] / name
    if folder.is_dir():
        try:
            return _load(folder)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            shutil.rmtree(folder, ignore_errors=True)
    rows = build()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{name[:8]}-", dir=folder.parent))
    try:
        _save(rows, temporary)
        try:
            temporary.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
        return _load(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def digest(examples: Sequence[Example]) -> str:
    """A digest of the examples' text, ids and gold."""
    sha = hashlib.sha256()
    for example in examples:
        sha.update(repr(example).encode())
    return sha.hexdigest()


def sides(examples: Sequence[Bitext]) -> tuple[list[str], list[str]]:
    """Foreign and English sentences."""
    return [example.foreign for example in examples], [example.english for example in examples]


def _encoding_key(task: Task, encoder: Encoder, own: Training) -> dict[str, Any]:
    key: dict[str, Any] = {
        "task": task.name,
        "kind": str(task.kind),
        "labels": list(task.labels),
        "tokenizer": encoder.tokenizer.fingerprint,
        "length": own.max_length_tokens,
    }
    if task.kind in (Kind.SPAN, Kind.RANKING):
        key |= {"question": own.max_question_tokens, "stride": own.stride_tokens}
    return key


def _save(rows: Rows, folder: Path) -> None:
    bars = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        datasets.Dataset(rows.table()).save_to_disk(str(folder))
    finally:
        if bars:
            datasets.enable_progress_bars()
    (folder / "counts.json").write_text(json.dumps(rows.counts))


def _load(folder: Path) -> Features:
    table = datasets.load_from_disk(str(folder)).data.table
    return Features(table, json.loads((folder / "counts.json").read_text()))
