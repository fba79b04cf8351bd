"""MNLI, machine-translated by the authors of XNLI into its fourteen languages other than English. Training only.

Conneau et al. (2018). CC BY-NC 4.0. The "translated" arm of `mnli`: the same 392,702 pairs in every language.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import NLI_LABELS, premise_and_hypothesis
from evaluators.tasks.xnli import LANGUAGES

MNLI_TRANSLATED = Task(
    name="mnli-translated",
    kind=Kind.PAIR,
    title="MNLI, machine-translated",
    read=premise_and_hypothesis,
    tables={
        "train": [
            Table(
                dataset="facebook/xnli",
                configs={code: (code,)},
                split="train",
                rows=392_702,
                classes={"label": NLI_LABELS},
            )
            for code in LANGUAGES
            if code != "en"
        ]
    },
    labels=NLI_LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="mnli-translated",
)
