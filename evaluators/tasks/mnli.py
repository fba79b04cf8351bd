"""MNLI: does the premise entail the hypothesis? English, ten genres. The matched validation set is dev.

Williams et al. (2018), "A Broad-Coverage Challenge Corpus for Sentence Understanding through Inference"; GLUE's copy.
Licences: OANC, CC BY 3.0, CC BY-SA 3.0. The test split has no gold.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import NLI_LABELS, premise_and_hypothesis


def _table(split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="nyu-mll/glue", configs={"en": ("mnli",)}, split=split, rows=rows, classes={"label": NLI_LABELS}
    )


MNLI = Task(
    name="mnli",
    kind=Kind.PAIR,
    title="MNLI: natural language inference",
    read=premise_and_hypothesis,
    tables={
        "train": [_table("train", 392_702)],
        "dev": [_table("validation_matched")],
        "test": [_table("test_matched")],
    },
    labels=NLI_LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="mnli",
)
