"""HellaSwag: which of four endings continues the text? English. Labels are texts, "0" to "3"; test has none ("").

Zellers et al. (2019), "HellaSwag: Can a Machine Really Finish Your Sentence?". MIT for the repository; the wikiHow half
was withdrawn after a copyright notice in 2026, so leave the task out of a space where that matters.
"""

from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task


def read(row: Row) -> Choice:
    """A candidate is the whole `ctx`, then an ending."""
    return Choice(
        id=str(row["ind"]),
        prompt=row["ctx"],
        choices=tuple(row["endings"]),
        label=int(row["label"]) if row["label"] != "" else None,
    )


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="Rowan/hellaswag", configs={"en": ("default",)}, split=split, rows=rows)


HELLASWAG = Task(
    name="hellaswag",
    kind=Kind.CHOICE,
    title="HellaSwag: what happens next",
    read=read,
    tables={"train": [_table("train", 39_905)], "dev": [_table("validation")], "test": [_table("test")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="hellaswag",
)
