"""A model judged on a bounded, fixed part of a split: read, picked, answered, scored.

The examples are picked by a hash of their ids, so that every trial, every rung and every language sees the same items.
What was read is kept for the life of the process, as a worker judges many models on the same examples.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluators.examples import Example
from evaluators.reading import read
from evaluators.sampling import pick
from evaluators.selection import Score, score_rows
from evaluators.source import DataSource
from evaluators.task import Split, Task
from trainables.model import MultiHeadModel
from trainables.predict import chosen_on_dev, predict
from trainables.settings import Inference, Training

_KEPT_READINGS = 512

_readings: OrderedDict[tuple[Any, ...], tuple[Example, ...]] = OrderedDict()


def evaluate(
    model: MultiHeadModel,
    task: Task,
    split: Split,
    languages: Sequence[str],
    *,
    data: DataSource,
    training: Training,
    inference: Inference,
    limit: int | None,
    cache: Path | None,
) -> list[Score]:
    """Score rows of one task, language after language.

    Raises:
        SealedSplit: the split is "test" and the source is sealed.
        BadData: the data are missing or break the task's rules.
    """
    scores = []
    for language in languages:
        examples = _examples(task, split, language, data, limit)
        if not examples:
            continue
        known = _examples(task, "dev", language, data, None) if split != "dev" and chosen_on_dev(task) else None
        predicted = predict(model, task, examples, language, training, inference, cache, known)
        scores += score_rows(task, language, split, examples, predicted)
    return scores


def _examples(task: Task, split: Split, language: str, data: DataSource, limit: int | None) -> tuple[Example, ...]:
    source = (str(data.root), tuple(sorted(data.revisions.items())), data.sealed)
    key = (task.name, split, language, source, limit)
    if key not in _readings:
        _readings[key] = pick(read(task, split, language, data).examples, limit)
        while len(_readings) > _KEPT_READINGS:
            _readings.popitem(last=False)
    return _readings[key]
