"""CommonsenseQA: five answers to a question of common sense. English. The test split has no gold (answerKey "").

Talmor et al. (2019), "CommonsenseQA: A Question Answering Challenge Targeting Commonsense Knowledge". MIT.
"""

from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task


def read(row: Row) -> Choice:
    """The key is one of the choices' letters."""
    letters, key = row["choices"]["label"], row["answerKey"]
    if key and key not in letters:
        raise ValueError(f"the answer key is {key!r}; the choices are {', '.join(letters)}")
    return Choice(
        id=row["id"],
        prompt=row["question"],
        choices=tuple(row["choices"]["text"]),
        label=letters.index(key) if key else None,
    )


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="tau/commonsense_qa", configs={"en": ("default",)}, split=split, rows=rows)


CSQA = Task(
    name="csqa",
    kind=Kind.CHOICE,
    title="CommonsenseQA",
    read=read,
    tables={"train": [_table("train", 9_741)], "dev": [_table("validation")], "test": [_table("test")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="csqa",
)
