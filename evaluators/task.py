"""A task is a declaration: where its rows are, how one row is read, and how predictions are judged.

`Table` says which hub files hold one split; `Task` joins tables, a reader of single rows and metrics. Languages are
rows in `Table.configs`, not branches. What a task is trained on is the name of a training task (`trained_as`), because
several targets share one: XQuAD and MLQA are both answered by the model trained on SQuAD.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from evaluators.examples import Example, Passage, Prediction, Query
from evaluators.source import DataSource
from evaluators.table import Row, Table

Split: TypeAlias = Literal["train", "dev", "test", "whole"]
"""`whole` is the official test data entire and in their own order, both halves of a set that is cut in two: what a
submission answers. It is as sealed as `test`."""


class Kind(StrEnum):
    """The form of the question, which decides the head."""

    PAIR = "pair"
    TAGS = "tags"
    SPAN = "span"
    CHOICE = "choice"
    BITEXT = "bitext"
    TEXT = "text"
    RANKING = "ranking"


class Dropped(Exception):
    """Raised by a reader for a row that the data set's own rules leave out; the reason is counted, not hidden."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A named function of gold examples and predictions, in percent.

    `compute(gold, predicted, language)` takes equally long sequences and raises ValueError otherwise.
    """

    name: str
    compute: Callable[[Sequence[Any], Sequence[Any], str], float]
    signature: str
    """What a reader must know to reproduce the value, e.g. `span-f1|seqeval:legacy`."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The passages among which a ranking task looks, the same for every language and split."""

    passages: Callable[[DataSource], Iterator[Passage]]
    """All of them, in their order, one by one: there may be a million."""
    joined: Callable[[Query, DataSource], Query]
    """A query with its right passages. Raises `Dropped` where there is none."""
    tables: Sequence[Table]
    """The files behind them."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One data set as a question: what is read, what is answered, how it is scored."""

    name: str
    kind: Kind
    title: str
    read: Callable[[Row], Example | Sequence[Example]]
    """One raw row -> one example, or all that it holds (a document's mentions). Raises `Dropped(reason)` or ValueError
    (a broken row)."""
    tables: Mapping[Split, Sequence[Table]]
    labels: Sequence[str] = ()
    """PAIR: labels; TAGS: tags. The order fixes label ids."""
    metrics: Sequence[Metric] = ()
    scored_by: Sequence[str] = ()
    """Names of the metrics whose mean is the task's score."""
    trained_as: str | None = None
    """Training task whose head answers this one; None: no training (retrieval)."""
    pool: Pool | None = None
    """Of a ranking task."""
    parallel: bool = False
    """The same id is the same item in every language of a split: languages are then no independent evidence."""

    def tables_of(self, split: Split) -> tuple[Table, ...]:
        """Where the split is; nothing where it does not exist. The whole is the test data without their cut."""
        if split == "whole":
            return tuple(replace(table, half=None) for table in self.tables.get("test", ()))
        return tuple(self.tables.get(split, ()))

    def languages(self, split: Split) -> tuple[str, ...]:
        """Languages that have this split, in the order of the declaration; empty where the split does not exist."""
        return tuple(dict.fromkeys(code for table in self.tables_of(split) for code in table.configs))


def score(task: Task, gold: Sequence[Example], predicted: Sequence[Prediction], language: str) -> dict[str, float]:
    """Every metric of the task for one language, in percent.

    Raises:
        ValueError: lengths differ, there is nothing to score, or gold is missing.
    """
    return {metric.name: metric.compute(gold, predicted, language) for metric in task.metrics}
