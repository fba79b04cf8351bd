"""QQP: do two questions of Quora's users ask the same? English. The test split has no gold.

Iyer et al. (2017), "First Quora Dataset Release: Question Pairs"; GLUE's copy. Quora's terms: non-commercial use.
"""

from evaluators.examples import Pair
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

LABELS = ("not_duplicate", "duplicate")


def read(row: Row) -> Pair:
    """Columns are question1 and question2 here, sentence1 and sentence2 in PAWS-X."""
    return Pair(id=str(row["idx"]), first=row["question1"], second=row["question2"], label=row["label"])


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="nyu-mll/glue", configs={"en": ("qqp",)}, split=split, rows=rows, classes={"label": LABELS})


QQP = Task(
    name="qqp",
    kind=Kind.PAIR,
    title="QQP: duplicate questions",
    read=read,
    tables={"train": [_table("train", 363_846)], "dev": [_table("validation")], "test": [_table("test")]},
    labels=LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="qqp",
)
