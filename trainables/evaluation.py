"""A model judged on a bounded, fixed part of a split: read, picked, answered, scored.

The examples are picked by a hash of their ids, so that every trial, every rung and every language sees the same items.
What was read is kept for the life of the process, as a worker judges many models on the same examples.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evaluators.examples import Example, Prediction, Query
from evaluators.item_files import Items
from evaluators.items import item_counts
from evaluators.reading import read
from evaluators.sampling import pick
from evaluators.selection import Score, score_rows
from evaluators.source import DataSource
from evaluators.task import Split, Task
from trainables.model import MultiHeadModel
from trainables.predict import chosen_on_dev, predict
from trainables.ranking import ranked
from trainables.settings import Inference, Training
from trainables.work import Work

_KEPT_READINGS = 512

_readings: OrderedDict[tuple[Any, ...], tuple[Example, ...]] = OrderedDict()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One language of one split, as asked and as answered."""

    task: Task
    language: str
    split: Split
    examples: Sequence[Example]
    predictions: Sequence[Prediction]

    def scores(self) -> list[Score]:
        """One row for each metric of the task."""
        return score_rows(self.task, self.language, self.split, self.examples, self.predictions)

    def items(self) -> Items:
        """The counts of every example, for intervals."""
        counted = item_counts(self.task, self.examples, self.predictions, self.language)
        return Items(self.language, counted)


def answered(
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
    work: Work | None = None,
) -> Iterator[Answered]:
    """A model's answers, language after language: the one path of search, finals, evaluations and submissions.

    Languages without an example are left out. `work` counts what it took.

    Raises:
        SealedSplit: the split is "test" or "whole" and the source is sealed.
        BadData: the data are missing or break the task's rules.
    """
    asked = {code: found for code in languages if (found := _examples(task, split, code, data, limit))}
    if task.pool is not None:
        queries = cast(Mapping[str, Sequence[Query]], asked)
        own = training.of(task.trained_as or task.name)
        rankings = ranked(model, task.pool.passages(data), queries, own, inference, work or Work()) if asked else {}
        for language, ids in rankings.items():
            yield Answered(task=task, language=language, split=split, examples=asked[language], predictions=ids)
        return
    for language, examples in asked.items():
        known = _examples(task, "dev", language, data, None) if split != "dev" and chosen_on_dev(task) else None
        predictions = predict(model, task, examples, language, training, inference, cache, known, work)
        yield Answered(task=task, language=language, split=split, examples=examples, predictions=predictions)


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
    """Score rows of one task; arguments and errors are those of `answered`."""
    answers = answered(
        model, task, split, languages, data=data, training=training, inference=inference, limit=limit, cache=cache
    )
    return [score for answer in answers for score in answer.scores()]


def _examples(task: Task, split: Split, language: str, data: DataSource, limit: int | None) -> tuple[Example, ...]:
    source = (str(data.root), tuple(sorted(data.revisions.items())), data.sealed)
    key = (task.name, split, language, source, limit)
    if key not in _readings:
        _readings[key] = pick(read(task, split, language, data).examples, limit)
        while len(_readings) > _KEPT_READINGS:
            _readings.popitem(last=False)
    return _readings[key]
