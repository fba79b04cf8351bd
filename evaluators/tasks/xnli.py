"""XNLI: does the premise entail the hypothesis? 15 languages; English MNLI is the training set.

Conneau et al. (2018), "XNLI: Evaluating Cross-lingual Sentence Representations". CC BY-NC 4.0. Rows have no id, but
row i is the same item in all languages.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import NLI_LABELS, premise_and_hypothesis

LANGUAGES = ("ar", "bg", "de", "el", "en", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh")


def _table(split: str) -> Table:
    return Table(
        dataset="facebook/xnli",
        configs={code: (code,) for code in LANGUAGES},
        split=split,
        classes={"label": NLI_LABELS},
    )


XNLI = Task(
    name="xnli",
    kind=Kind.PAIR,
    title="XNLI: natural language inference",
    read=premise_and_hypothesis,
    tables={"dev": [_table("validation")], "test": [_table("test")]},
    labels=NLI_LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="mnli",
    parallel=True,
)
