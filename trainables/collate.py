"""Rows of features to one batch of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from evaluators.errors import BadData
from evaluators.task import Kind, Task
from trainables.batches import IGNORED, Batch, padded, real_tokens
from trainables.columns import Features, Numbers
from trainables.encode_text import NO_LABEL
from trainables.tokenizing import TextTokenizer


def collate(task: Task, rows: Sequence[tuple[str, Features, int]], tokenizer: TextTokenizer) -> Batch:
    """A training batch of rows, given as (language, features, row).

    Raises:
        BadData: a row has no gold.
    """
    batch = unlabelled(task.name, task.kind, rows, tokenizer)
    gold = {}
    if task.kind in (Kind.PAIR, Kind.CHOICE):
        gold["labels"] = _column(rows, "label")
        if (gold["labels"] == NO_LABEL).any():
            raise BadData(f"the task {task.name} holds examples without gold; nothing can be learned from them")
    elif task.kind is Kind.TAGS:
        if any("labels" not in features.names for _, features, _ in rows):
            raise BadData(f"the task {task.name} holds sentences without tags; nothing can be learned from them")
        gold["labels"] = padded([features.lists("labels")[row] for _, features, row in rows], IGNORED)
    elif task.kind is Kind.SPAN:
        gold = {"start": _column(rows, "start"), "end": _column(rows, "end")}
    return replace(batch, gold=gold)


def unlabelled(head: str, kind: Kind, rows: Sequence[tuple[str, Features, int]], tokenizer: TextTokenizer) -> Batch:
    """The inputs of rows, for a head; choices become one input each."""
    inputs = [features.lists("input_ids")[row] for _, features, row in rows]
    types = [features.lists("types")[row] for _, features, row in rows if "types" in features.names]
    languages = [language for language, _, _ in rows]
    choices: tuple[int, ...] = ()
    if kind in (Kind.CHOICE, Kind.RANKING):
        parts = [features.lists("parts")[row] for _, features, row in rows]
        inputs, types = _split(inputs, parts), _split(types, parts) if types else []
        choices = tuple(len(one) for one in parts)
        languages = [language for language, count in zip(languages, choices, strict=True) for _ in range(count)]
    return Batch(
        head=head,
        kind=kind,
        input_ids=padded(inputs, tokenizer.pad_id),
        mask=real_tokens(inputs),
        types=padded(types, 0) if types else None,
        languages=tuple(languages),
        choices=choices,
    )


def _split(lists: Sequence[Numbers], parts: Sequence[Numbers]) -> list[Numbers]:
    return [
        piece for one, lengths in zip(lists, parts, strict=True) for piece in np.split(one, np.cumsum(lengths)[:-1])
    ]


def _column(rows: Sequence[tuple[str, Features, int]], name: str) -> torch.Tensor:
    return torch.tensor([int(features.numbers(name)[row]) for _, features, row in rows])
