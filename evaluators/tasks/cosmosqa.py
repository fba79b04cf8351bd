"""Cosmos QA: four answers to a question on what a blog post leaves unsaid. English. The test split has no gold (-1).

Huang et al. (2019), "Cosmos QA: Machine Reading Comprehension with Contextual Commonsense Reasoning". CC BY 4.0. An
answer may be the text "None of the above choices .".
"""

from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.source import CONVERTED
from evaluators.table import Row, Table
from evaluators.task import Kind, Task


def read(row: Row) -> Choice:
    """The prompt is the context, then the question."""
    return Choice(
        id=row["id"],
        prompt=f"{row['context']} {row['question']}",
        choices=tuple(row[f"answer{place}"] for place in range(4)),
        label=row["label"] if row["label"] != -1 else None,
    )


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="allenai/cosmos_qa", configs={"en": ("default",)}, split=split, revision=CONVERTED, rows=rows)


COSMOSQA = Task(
    name="cosmosqa",
    kind=Kind.CHOICE,
    title="Cosmos QA: reading between the lines",
    read=read,
    tables={"train": [_table("train", 25_262)], "dev": [_table("validation")], "test": [_table("test")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="cosmosqa",
)
