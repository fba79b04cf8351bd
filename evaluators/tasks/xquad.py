"""XQuAD: SQuAD questions with their paragraphs, translated by people into ten languages, and the English originals.

Artetxe et al. (2020), "On the Cross-lingual Transferability of Monolingual Representations". CC BY-SA 4.0. It was
published in one piece: one half of the questions, the same in all languages, is for the search, the other for the
report. Contexts on the hub were stripped while offsets stayed: up to 100 answers a language are off their place.
"""

from typing import Literal

from evaluators.metrics import EXACT_MATCH, QA_F1
from evaluators.task import Kind, Table, Task
from evaluators.tasks.layouts import answered_question

LANGUAGES = ("en", "es", "de", "el", "ru", "tr", "ar", "vi", "th", "zh", "hi")


def _table(half: Literal["search", "report"]) -> Table:
    return Table(
        dataset="google/xquad",
        configs={code: (f"xquad.{code}",) for code in LANGUAGES},
        split="validation",
        half=half,
        stripped=True,
    )


XQUAD = Task(
    name="xquad",
    kind=Kind.SPAN,
    title="XQuAD: extractive question answering",
    read=answered_question,
    tables={"dev": [_table("search")], "test": [_table("report")]},
    metrics=(EXACT_MATCH, QA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad1",
)
