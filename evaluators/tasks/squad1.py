"""SQuAD 1.1: the answer to a question is a span of its context. English. Several answers may be right in dev.

Rajpurkar et al. (2016), "SQuAD: 100,000+ Questions for Machine Comprehension of Text". CC BY-SA 4.0.
"""

from evaluators.metrics import EXACT_MATCH, QA_F1
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import answered_question


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="rajpurkar/squad", configs={"en": ("plain_text",)}, split=split, rows=rows)


SQUAD1 = Task(
    name="squad1",
    kind=Kind.SPAN,
    title="SQuAD 1.1: extractive question answering",
    read=answered_question,
    tables={"train": [_table("train", 87_599)], "dev": [_table("validation")]},
    metrics=(EXACT_MATCH, QA_F1),
    scored_by=("exact_match", "f1"),
    trained_as="squad1",
)
