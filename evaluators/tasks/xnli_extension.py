"""XNLI extension: natural language inference in eleven languages that XNLI does not have, machine-translated.

Singh et al. (2019), "XLDA: Cross-Lingual Data Augmentation for NLI and QA". BSD 3-clause. Not on the hub: a mirror
keeps it under `salesforce/xnli_extension`, in XNLI's columns. The pairs were taken from MultiNLI, so English dev is
MNLI's matched validation set, whose rows they are where a mirror is cut to them; there is no English test.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.layouts import NLI_LABELS, premise_and_hypothesis
from evaluators.tasks.mnli import MNLI

LANGUAGES = ("az", "cs", "da", "et", "fi", "lt", "lv", "nl", "no", "pl", "sv")


def _table(split: str) -> Table:
    return Table(
        dataset="salesforce/xnli_extension",
        configs={code: (code,) for code in LANGUAGES},
        split=split,
        classes={"label": NLI_LABELS},
    )


XNLI_EXTENSION = Task(
    name="xnli-extension",
    kind=Kind.PAIR,
    title="XNLI extension: natural language inference, machine-translated",
    read=premise_and_hypothesis,
    tables={"dev": [*MNLI.tables["dev"], _table("validation")], "test": [_table("test")]},
    labels=NLI_LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="mnli",
)
