"""SQuAD 1.1, machine-translated by the authors of MLQA into its six languages other than English.

Lewis et al. (2020). CC BY-SA 3.0. Questions whose answer could not be found again in the translated context were left
out by the authors, hence fewer than SQuAD's 87,599. The "translated" arm of `squad1`.
"""

from evaluators.metrics import MLQA_EXACT_MATCH, MLQA_F1
from evaluators.source import CONVERTED
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import answered_question

_TRAIN_ROWS = {"ar": 78_058, "de": 80_069, "es": 81_810, "hi": 82_451, "vi": 84_816, "zh": 76_285}


def _table(language: str, split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="facebook/mlqa",
        configs={language: (f"mlqa-translate-train.{language}",)},
        split=split,
        revision=CONVERTED,
        rows=rows,
    )


SQUAD1_TRANSLATED = Task(
    name="squad1-translated",
    kind=Kind.SPAN,
    title="SQuAD 1.1, machine-translated",
    read=answered_question,
    tables={
        "train": [_table(language, "train", rows) for language, rows in _TRAIN_ROWS.items()],
        "dev": [_table(language, "validation") for language in _TRAIN_ROWS],
    },
    metrics=(MLQA_EXACT_MATCH, MLQA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad1-translated",
)
