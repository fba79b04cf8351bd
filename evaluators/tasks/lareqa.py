"""LAReQA: for a question in any of eleven languages, the sentences that answer it, in all of them at once.

Roy et al. (2020), "LAReQA: Language-Agnostic Answer Retrieval from a Multilingual Pool"; the questions are XQuAD's.
CC BY-SA 4.0. The pool holds every sentence of every paragraph, in all languages that the data have, with the paragraph
around it; what is right for a question are the sentences with its answer, one in each language, its own included. Where
a paragraph says a sentence twice, both are right.

The hub's copy lacks the bounds of the sentences: the split `sentences` comes from LAReQA's own files, a row a
paragraph. One half of the questions, the same in all languages, is for the search, the other for the report; both are
asked of the whole pool. Trained on SQuAD 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from evaluators.examples import Passage, Query
from evaluators.metrics import MAP_20
from evaluators.raw_rows import raw_rows
from evaluators.source import DataSource, digest, is_present, load
from evaluators.table import Row, Table
from evaluators.task import Dropped, Kind, Pool, Task

LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")
_DATASET = "google-research-datasets/xquad_r"
_SENTENCES = Table(dataset=_DATASET, configs={code: (code,) for code in LANGUAGES}, split="sentences")
_QUESTIONS = replace(_SENTENCES, split="validation")


class _Sentences(NamedTuple):
    """All candidates, and those that answer each question."""

    passages: tuple[Passage, ...]
    right: Mapping[str, tuple[str, ...]]


def read(row: Row) -> Query:
    """A question; the pool knows which sentences answer it."""
    return Query(id=row["id"], text=row["question"])


def passages(data: DataSource) -> Iterator[Passage]:
    """The candidates, language after language."""
    return iter(_sentences(data).passages)


def joined(query: Query, data: DataSource) -> Query:
    """The question with its right sentences."""
    right = _sentences(data).right.get(query.id)
    if right is None:
        raise Dropped("the answer is in no sentence")
    return replace(query, right=right)


def _sentences(data: DataSource) -> _Sentences:
    there = [code for code in LANGUAGES if all(is_present(table, code, data) for table in (_SENTENCES, _QUESTIONS))]
    files = tuple((code, digest(_SENTENCES, code, data), digest(_QUESTIONS, code, data)) for code in there)
    return _read_sentences(data.root, tuple(sorted(data.revisions.items())), files)


@lru_cache(maxsize=2)
def _read_sentences(
    root: Path | None, revisions: tuple[tuple[str, str], ...], files: tuple[tuple[str, str, str], ...]
) -> _Sentences:
    """Kept, as every language asks for it; `files` are digests, so that changed files are read again."""
    data = DataSource(root=root, revisions=dict(revisions))
    candidates: list[Passage] = []
    right: dict[str, list[str]] = {}
    for language, *_ in files:
        _add(language, data, candidates, right)
    return _Sentences(tuple(candidates), {name: tuple(ids) for name, ids in right.items()})


def _add(language: str, data: DataSource, candidates: list[Passage], right: dict[str, list[str]]) -> None:
    """The sentences of one language, of every paragraph that has a question whose answer lies in one of them."""
    questions = raw_rows(load(_QUESTIONS, language, data), {}, "")
    starts = {row["id"]: row["answers"]["answer_start"][0] for row in questions}
    for number, row in enumerate(raw_rows(load(_SENTENCES, language, data), {}, ""), start=1):
        bounds = list(zip(row["sentence_start"], row["sentence_end"], strict=True))
        answers = {
            name: place
            for name in row["question_ids"]
            if name in starts and (place := _enclosing(bounds, starts[name])) is not None
        }
        if not answers:
            continue
        ids = [f"{language}_{number}_{place}" for place in range(len(bounds))]
        texts = row["sentences"]
        for name, place in answers.items():
            same = [one for one, text in zip(ids, texts, strict=True) if text == texts[place]]
            right.setdefault(name, []).extend(same)
        candidates += [
            Passage(id=one, text=text, context=row["context"], language=language)
            for one, text in zip(ids, texts, strict=True)
        ]


def _enclosing(bounds: list[tuple[int, int]], start: int) -> int | None:
    return next((place for place, (begin, end) in enumerate(bounds) if begin <= start < end), None)


def _half(half: Literal["search", "report"]) -> Table:
    return replace(_QUESTIONS, half=half)


LAREQA = Task(
    name="lareqa",
    kind=Kind.RANKING,
    title="LAReQA: finding answers in a pool of all languages",
    read=read,
    tables={"dev": [_half("search")], "test": [_half("report")]},
    metrics=(MAP_20,),
    scored_by=("map@20",),
    trained_as="squad1-passages",
    pool=Pool(passages=passages, joined=joined, tables=(_SENTENCES, _QUESTIONS)),
    parallel=True,
)
