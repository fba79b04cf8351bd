"""Raw rows to examples, checked: the one way into any task's data.

A row either becomes an example that keeps its task's rules, or is left out for a reason that the data set's own rules
give (counted in `dropped`), or is an error that names file and row. What hub.md says is broken is repaired and counted
in `repaired`; nothing else is. Gold is never filled in: train and dev must have it, a test split has it for every row
or for none.

Two borders are drawn here. A sealed source opens no test split. And for data sets published in one piece, `Table.half`
keeps the items whose id falls into that half, so that reading "dev" can never show an item of the report.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluators.checking import check, settled
from evaluators.errors import BadData, SealedSplit, UnknownName
from evaluators.examples import Example, Query, Question, Tagged
from evaluators.gold import gold_of
from evaluators.raw_rows import RawRow, raw_rows
from evaluators.sampling import in_search_half
from evaluators.source import DataSource, count, digest, is_present, load, missing, place
from evaluators.table import Table
from evaluators.task import Dropped, Kind, Split, Task


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One language of one split, and what happened on the way."""

    examples: tuple[Example, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason -> rows left out."""
    repaired: Mapping[str, int] = field(default_factory=dict)
    """Repair -> examples changed."""
    absent: tuple[str, ...] = ()
    """Files of the declaration that a mirror does not have, where others of the language are there (treebanks)."""
    fingerprint: str


def read(task: Task, split: Split, language: str, data: DataSource) -> Reading:
    """All examples of one language in one split, in the files' order.

    Raises:
        SealedSplit: the split is "test" or "whole" and the source is sealed.
        UnknownName: the task has no such language in that split.
        BadData: a file is missing or broken, or a row breaks the task's rules.
    """
    if split in ("test", "whole") and data.sealed:
        raise SealedSplit(
            f"the test split of {task.name} is sealed while the search is on; select on dev, and read test in finals"
        )
    return _read(task, split, language, data)


def fingerprint(task: Task, split: Split, languages: Iterable[str], data: DataSource) -> str:
    """A digest of the bytes that `read` would read, without parsing them. Reveals nothing, so test splits have one."""
    lines = []
    for language in languages:
        for table, config in _files(task, split, language, data):
            lines.append(
                f"{language} {table.dataset} {config} {table.split} {table.half} {digest(table, config, data)}"
            )
    if task.pool is not None and split != "train":
        for table in task.pool.tables:
            for language, configs in table.configs.items():
                there = [config for config in configs if is_present(table, config, data)]
                lines += [f"pool {language} {config} {digest(table, config, data)}" for config in there]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def rows(task: Task, split: Split, language: str, data: DataSource) -> int | None:
    """How many rows there are, cheaply; None where only the hub knows. Rows that a reader would drop are counted.

    On a mirror, a half, and one language of a file that mixes languages, are read and counted.
    """
    files = _files(task, split, language, data)
    if data.root is not None and any(table.half or table.keep for table, _ in files):
        return len(_read(task, split, language, data).examples)
    counts = [count(table, config, data) for table, config in files]
    return None if None in counts else sum(number for number in counts if number is not None)


def is_available(task: Task, split: Split, language: str, data: DataSource) -> bool:
    """Can `read` answer? On a mirror the files must be there, and a file that mixes languages must hold this one."""
    tables = _tables(task, split, language)
    if data.root is None or not tables:
        return bool(tables)
    return all(_has_rows(table, language, data) for table in tables)


def available_languages(task: Task, split: Split, data: DataSource) -> tuple[str, ...]:
    """The languages that `read` can answer for, in the order of the declaration."""
    return tuple(language for language in task.languages(split) if is_available(task, split, language, data))


def labels_of(task: Task, data: DataSource) -> tuple[str, ...]:
    """The labels in the order of their ids.

    A task with tags that declares none (CCG: the list is as little free as the data) has those of its training split,
    the most frequent first.
    """
    if task.labels or task.kind is not Kind.TAGS:
        return tuple(task.labels)
    counts: Counter[str] = Counter()
    for language in available_languages(task, "train", data):
        for example in read(task, "train", language, data).examples:
            assert isinstance(example, Tagged)
            counts.update(example.tags or ())
    return tuple(sorted(counts, key=lambda tag: (-counts[tag], tag)))


def _read(task: Task, split: Split, language: str, data: DataSource) -> Reading:
    files = _files(task, split, language, data)
    declared = [(table, config) for table in _tables(task, split, language) for config in table.configs[language]]
    collected = _Collected(task, data)
    for table, config in files:
        loaded = load(table, config, data)
        prefix = f"{table.dataset}/{config}/" if len(declared) > 1 else ""
        for index, row in enumerate(raw_rows(loaded, table.classes, prefix)):
            collected.add(row, table, language, f"{loaded.place}, row {index}")
    _check_gold(task, split, language, collected.examples)
    return Reading(
        examples=tuple(collected.examples),
        dropped=dict(collected.dropped),
        repaired=dict(collected.repaired),
        absent=tuple(place(table, config, data) for table, config in declared if (table, config) not in files),
        fingerprint=fingerprint(task, split, [language], data),
    )


class _Collected:
    """What has been read so far."""

    def __init__(self, task: Task, data: DataSource) -> None:
        self.task, self.data = task, data
        self.examples: list[Example] = []
        self.dropped: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()

    def add(self, row: RawRow, table: Table, language: str, row_place: str) -> None:
        try:
            if table.keep is not None and not table.keep(row, language):
                return
            found = self.task.read(row)
            for example in found if isinstance(found, Sequence) else (found,):
                self._add_one(example, table)
        except Dropped as reason:
            self.dropped[str(reason)] += 1
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise BadData(f"{row_place}: {error}; mend the file, or fetch it again") from error

    def _add_one(self, example: Example, table: Table) -> None:
        if table.half is not None and in_search_half(example.id) != (table.half == "search"):
            return
        if isinstance(example, Query) and example.right is None and self.task.pool is not None:
            example = self.task.pool.joined(example, self.data)
        check(example, self.task)
        if isinstance(example, Question):
            example = self._settled(example, table)
        self.examples.append(example)

    def _settled(self, question: Question, table: Table) -> Question:
        mended = settled(question, stripped=table.stripped)
        if mended is not question:
            self.repaired["answer offset moved with its stripped context"] += 1
        return mended


def _check_gold(task: Task, split: Split, language: str, examples: list[Example]) -> None:
    """Train and dev have gold; a test split has it everywhere or nowhere."""
    if task.kind is Kind.TEXT:
        return
    without = [example.id for place, example in enumerate(examples) if gold_of(example, place) is None]
    if without and (split not in ("test", "whole") or len(without) < len(examples)):
        raise BadData(
            f"{task.name} {split} in {language!r}: {len(without)} of {len(examples)} examples have no gold, the first "
            f"is {without[0]!r}; use the published file"
        )


def _tables(task: Task, split: Split, language: str) -> list[Table]:
    return [table for table in task.tables_of(split) if language in table.configs]


def _files(task: Task, split: Split, language: str, data: DataSource) -> list[tuple[Table, str]]:
    """The tables and configs to read. Of each table, a mirror must have one config of the language, or more."""
    tables = _tables(task, split, language)
    if not tables:
        if not task.tables_of(split):
            raise UnknownName(f"{task.name} split", split, task.tables)
        raise UnknownName(f"{task.name} {split} language", language, task.languages(split))
    files = []
    for table in tables:
        there = [config for config in table.configs[language] if is_present(table, config, data)]
        if not there:
            raise missing(table, table.configs[language][0], data)
        files += [(table, config) for config in there]
    return files


def _has_rows(table: Table, language: str, data: DataSource) -> bool:
    there = [config for config in table.configs[language] if is_present(table, config, data)]
    if table.keep is None:
        return bool(there)
    rows_there = (row for config in there for row in raw_rows(load(table, config, data), table.classes, ""))
    return any(table.keep(row, language) for row in rows_there)
