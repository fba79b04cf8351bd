"""What every item adds to a task's score: counts whose sums give the score, so that items can be resampled.

    labels, choices, translations   right, 1
    questions                       exact match, F1, 1
    tags                            spans in common, predicted, in gold (legacy; a span never leaves its sentence)
    mined pairs                     pairs in common, predicted, in gold
    rankings                        value, 1

Shape suffixes: N items, K counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluators.errors import CairnError
from evaluators.examples import Example, Prediction
from evaluators.gold import gold_of
from evaluators.metrics import BUCC_F1
from evaluators.metrics.tagging import check_tags, flattened, span_ends
from evaluators.task import Kind, Task

Counts: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class ItemCounts:
    """Counts (N, K) of items, and their ids."""

    ids: tuple[str, ...]
    counts: Counts


def item_counts(task: Task, gold: Sequence[Example], predicted: Sequence[Prediction], language: str) -> ItemCounts:
    """The counts of every example in one language.

    Raises:
        CairnError: gold is missing, or lengths differ.
    """
    if len(gold) != len(predicted):
        raise CairnError(f"there are {len(predicted)} predictions for {len(gold)} examples; give one for each")
    counts_NK = _counter(task)(task, gold, predicted, language)
    return ItemCounts(tuple(example.id for example in gold), counts_NK)


def score_of_counts(task: Task, totals: Counts) -> Counts:
    """The task's score in percent from summed counts (..., K); what has nothing to divide by is 0."""
    if _counter(task) in (_tags, _pairs):
        hits, found, right = np.moveaxis(totals, -1, 0)
        both = found + right
        f1: Counts = np.divide(200.0 * hits, both, out=np.zeros_like(both), where=both > 0)
        return f1
    values, items = totals[..., :-1].mean(axis=-1), totals[..., -1]
    score: Counts = np.divide(100.0 * values, items, out=np.zeros_like(items), where=items > 0)
    return score


_Counter: TypeAlias = Callable[[Task, Sequence[Any], Sequence[Any], str], Counts]


def _counter(task: Task) -> _Counter:
    if task.kind is Kind.TAGS:
        return _tags
    if any(metric.signature == BUCC_F1.signature for metric in task.metrics):
        return _pairs
    return _one_by_one


def _one_by_one(task: Task, gold: Sequence[Any], predicted: Sequence[Any], language: str) -> Counts:
    """The task's own metrics, asked of one item at a time."""
    if task.kind is Kind.BITEXT:
        return np.array([[float(answer == place), 1.0] for place, answer in enumerate(predicted)])
    metrics = [metric for metric in task.metrics if metric.name in task.scored_by]
    rows = [
        [*(metric.compute([example], [answer], language) / 100 for metric in metrics), 1.0]
        for example, answer in zip(gold, predicted, strict=True)
    ]
    return np.array(rows)


def _tags(task: Task, gold: Sequence[Any], predicted: Sequence[Any], language: str) -> Counts:
    right = [gold_of(example) for example in gold]
    if None in right:
        raise CairnError(f"a sentence of {task.name} in {language!r} has no gold tags; choose a split that has")
    sentences: list[tuple[str, ...]] = [tuple(tags) for tags in right]  # type: ignore[arg-type]
    check_tags(sentences, predicted)
    ends = span_ends(flattened(sentences), flattened(predicted), "legacy")
    lengths = [len(tags) + 1 for tags in sentences]
    sentence_P = np.repeat(np.arange(len(lengths)), lengths)
    return np.stack(
        [np.bincount(sentence_P[np.flatnonzero(flags) - 1], minlength=len(lengths)) for flags in ends], axis=1
    ).astype(np.float64)


def _pairs(task: Task, gold: Sequence[Any], predicted: Sequence[Any], language: str) -> Counts:
    return np.array([[float(answer == place), float(answer >= 0), 1.0] for place, answer in enumerate(predicted)])
