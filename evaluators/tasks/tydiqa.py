"""TyDiQA-GoldP: questions by people who did not know the answer, nine languages, each its own questions.

Clark et al. (2020), "TyDi QA: A Benchmark for Information-Seeking Question Answering in Typologically Diverse
Languages". Apache-2.0. One file mixes all languages; an id starts with the language's name. Trained on the English part
only. The official test is hidden and XTREME tests on the validation file, so that file is cut: one half of the
questions for the search, the other for the report. Contexts may have been stripped while offsets stayed.
"""

from typing import Literal

from evaluators.metrics import EXACT_MATCH, QA_F1
from evaluators.table import Row, Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import answered_question

_NAMES = {
    "en": "english",
    "ar": "arabic",
    "bn": "bengali",
    "fi": "finnish",
    "id": "indonesian",
    "ko": "korean",
    "ru": "russian",
    "sw": "swahili",
    "te": "telugu",
}


def is_in(row: Row, language: str) -> bool:
    """Does the question belong to the language?"""
    prefix = row["id"].partition("-")[0]
    if prefix not in _NAMES.values():
        raise ValueError(f"the id {row['id']!r} starts with no language's name")
    return bool(prefix == _NAMES[language])


def _half(half: Literal["search", "report"]) -> Table:
    return Table(
        dataset="google-research-datasets/tydiqa",
        configs={code: ("secondary_task",) for code in _NAMES},
        split="validation",
        half=half,
        keep=is_in,
        stripped=True,
    )


TYDIQA = Task(
    name="tydiqa",
    kind=Kind.SPAN,
    title="TyDiQA-GoldP: extractive question answering",
    read=answered_question,
    tables={
        "train": [
            Table(
                dataset="google-research-datasets/tydiqa",
                configs={"en": ("secondary_task",)},
                split="train",
                rows=3_696,
                keep=is_in,
                stripped=True,
            )
        ],
        "dev": [_half("search")],
        "test": [_half("report")],
    },
    metrics=(EXACT_MATCH, QA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="tydiqa",
)
