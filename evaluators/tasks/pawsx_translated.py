"""PAWS-X's training pairs, machine-translated by its authors into the six languages other than English. Training only.

Yang et al. (2019). Free use, attribution asked. The "translated" arm of `pawsx`.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.pawsx import DATASET, LABELS, LANGUAGES, read

PAWSX_TRANSLATED = Task(
    name="pawsx-translated",
    kind=Kind.PAIR,
    title="PAWS-X, machine-translated",
    read=read,
    tables={
        "train": [
            Table(dataset=DATASET, configs={code: (code,)}, split="train", rows=49_401, classes={"label": LABELS})
            for code in LANGUAGES
            if code != "en"
        ]
    },
    labels=LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="pawsx-translated",
)
