"""COPA: which of two sentences is the cause, or the effect, of the premise? English. The test split has no gold (-1).

Roemmele et al. (2011), "Choice of Plausible Alternatives"; SuperGLUE's copy. BSD 2-clause. "cause" and "effect" are put
as questions, so that the prompt is text like Social IQa's.
"""

from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

_QUESTIONS = {"cause": "What was the cause?", "effect": "What happened as a result?"}
CLASSES = ("choice1", "choice2")


def read(row: Row) -> Choice:
    """The prompt is the premise, then the question."""
    if row["question"] not in _QUESTIONS:
        raise ValueError(f"the question is {row['question']!r}; it must be cause or effect")
    return Choice(
        id=str(row["idx"]),
        prompt=f"{row['premise']} {_QUESTIONS[row['question']]}",
        choices=(row["choice1"], row["choice2"]),
        label=None if row["label"] is None else CLASSES.index(row["label"]),
    )


def _table(split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="aps/super_glue", configs={"en": ("copa",)}, split=split, rows=rows, classes={"label": CLASSES}
    )


COPA = Task(
    name="copa",
    kind=Kind.CHOICE,
    title="COPA: causes and effects",
    read=read,
    tables={"train": [_table("train", 400)], "dev": [_table("validation")], "test": [_table("test")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="copa",
)
