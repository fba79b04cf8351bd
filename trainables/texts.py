"""Where plain text comes from: text files, JSON lines, Parquet columns, and the examples of any task."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evaluators.errors import BadData, CairnError
from evaluators.examples import Bitext, Choice, Example, Pair, Query, Question, Tagged, Text


def read_texts(path: Path, column: str = "text") -> Iterator[Text]:
    """The documents of a file, blank ones left out: a line of `.txt`, a row's `column` of `.jsonl` or `.parquet`.

    Raises:
        BadData: the file is missing, unreadable, or lacks the column.
        CairnError: the file is of another kind.
    """
    readers = {".txt": _lines, ".jsonl": _json_lines, ".parquet": _parquet}
    if path.suffix not in readers:
        raise CairnError(f"{path} is no source of text; give a file that ends in {', '.join(readers)}")
    try:
        for number, text in enumerate(readers[path.suffix](path, column), start=1):
            if text.strip():
                yield Text(id=f"{path.name}:{number}", text=text.strip())
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise BadData(f"{path} cannot be read: {error}") from error


def texts_of(examples: Iterable[Example]) -> Iterator[Text]:
    """Everything that can be read in the examples of a task; a pair of translations stays side by side."""
    for example in examples:
        if isinstance(example, Text):
            yield example
        elif isinstance(example, Bitext):
            yield Text(id=example.id, text=example.foreign, parallel=example.english)
        else:
            for number, text in enumerate(_passages(example)):
                if text.strip():
                    yield Text(id=f"{example.id}:{number}", text=text.strip())


def by_language(texts: Iterable[Text]) -> dict[str, list[Text]]:
    """Texts by the language they say; a translation beside a text is one more text of its own."""
    found: dict[str, list[Text]] = defaultdict(list)
    for one in texts:
        found[one.language].append(replace(one, parallel="", parallel_language=""))
        if one.parallel:
            found[one.parallel_language].append(
                Text(id=f"{one.id}:parallel", text=one.parallel, language=one.parallel_language)
            )
    return dict(found)


def _passages(example: Pair | Tagged | Question | Choice | Query) -> tuple[str, ...]:
    if isinstance(example, Query):
        return (example.text,)
    if isinstance(example, Pair):
        return (example.first, example.second)
    if isinstance(example, Tagged):
        return (" ".join(example.words),)
    if isinstance(example, Question):
        return (example.context, example.question)
    return tuple(f"{example.prompt} {choice}" for choice in example.choices)


def _lines(path: Path, column: str) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file


def _json_lines(path: Path, column: str) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                text = json.loads(line)[column]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise BadData(f"{path}, line {number}: not a JSON object with a field {column!r}") from error
            if not isinstance(text, str):
                raise BadData(f"{path}, line {number}: {column!r} is no text")
            yield text


def _parquet(path: Path, column: str) -> Iterator[str]:
    file = pq.ParquetFile(path)
    if column not in file.schema_arrow.names:
        raise BadData(f"{path} has no column {column!r}, only {', '.join(file.schema_arrow.names)}; name one of them")
    for batch in file.iter_batches(columns=[column]):
        for text in batch.column(0).to_pylist():
            if not isinstance(text, str):
                raise BadData(f"{path}: the column {column!r} holds {text!r}, which is no text")
            yield text
