"""SQuAD 2.0: as SQuAD 1.1, but the context may hold no answer. The right prediction is then the empty text. English.

Rajpurkar et al. (2018), "Know What You Don't Know: Unanswerable Questions for SQuAD". CC BY-SA 4.0.
"""

from evaluators.metrics import SQUAD2_EXACT_MATCH, SQUAD2_F1
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import question_perhaps_without_answer


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="rajpurkar/squad_v2", configs={"en": ("squad_v2",)}, split=split, rows=rows)


SQUAD2 = Task(
    name="squad2",
    kind=Kind.SPAN,
    title="SQuAD 2.0: extractive question answering, or no answer",
    read=question_perhaps_without_answer,
    tables={"train": [_table("train", 130_319)], "dev": [_table("validation")]},
    metrics=(SQUAD2_EXACT_MATCH, SQUAD2_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad2",
)
