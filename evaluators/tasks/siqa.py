"""Social IQa: three answers to a question on what people do and feel. English, no test. Labels are texts, "1" to "3".

Sap et al. (2019), "Social IQa: Commonsense Reasoning about Social Interactions". Rows have no id.
"""

from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.source import CONVERTED
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

_LABELS = {"1": 0, "2": 1, "3": 2}


def read(row: Row) -> Choice:
    """The prompt is the context, then the question."""
    if row["label"] not in _LABELS:
        raise ValueError(f"the label is {row['label']!r}; it must be one of the texts 1, 2 and 3")
    return Choice(
        id=row["#"],
        prompt=f"{row['context']} {row['question']}",
        choices=(row["answerA"], row["answerB"], row["answerC"]),
        label=_LABELS[row["label"]],
    )


def _table(split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="allenai/social_i_qa", configs={"en": ("default",)}, split=split, revision=CONVERTED, rows=rows
    )


SIQA = Task(
    name="siqa",
    kind=Kind.CHOICE,
    title="Social IQa",
    read=read,
    tables={"train": [_table("train", 33_410)], "dev": [_table("validation")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="siqa",
)
