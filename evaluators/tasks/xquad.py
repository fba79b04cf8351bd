"""XQuAD: SQuAD questions with their paragraphs, translated by people into ten languages, and the English originals.

Artetxe et al. (2020), "On the Cross-lingual Transferability of Monolingual Representations". CC BY-SA 4.0. It was
published in one piece: one half of the questions, the same in all languages, is for the search, the other for the
report. Contexts on the hub were stripped while offsets stayed: up to 100 answers a language are off their place.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from evaluators.metrics import EXACT_MATCH, QA_F1
from evaluators.table import Table
from evaluators.task import Kind, Split, Task
from evaluators.tasks.layouts import answered_question

LANGUAGES = ("en", "es", "de", "el", "ru", "tr", "ar", "vi", "th", "zh", "hi")


def _tables(languages: Sequence[str]) -> dict[Split, Sequence[Table]]:
    return {"dev": [_half("search", languages)], "test": [_half("report", languages)]}


def _half(half: Literal["search", "report"], languages: Sequence[str]) -> Table:
    return Table(
        dataset="google/xquad",
        configs={code: (f"xquad.{code}",) for code in languages},
        split="validation",
        half=half,
        stripped=True,
    )


XQUAD = Task(
    name="xquad",
    kind=Kind.SPAN,
    title="XQuAD: extractive question answering",
    read=answered_question,
    tables=_tables(LANGUAGES),
    metrics=(EXACT_MATCH, QA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad1",
    parallel=True,
)

XQUAD_R = replace(XQUAD, tables=_tables((*LANGUAGES, "ro")))
"""XTREME-R's, which adds Romanian."""
