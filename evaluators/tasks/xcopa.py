"""XCOPA: COPA in eleven languages, translated by people. Trained on Social IQa, then on English COPA.

Ponti et al. (2020), "XCOPA: A Multilingual Dataset for Causal Commonsense Reasoning". CC BY 4.0. There is no English
part and no training split; English COPA's dev data stand in for the former, and its training data for the latter.
"""

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Task
from evaluators.tasks.copa import CLASSES, COPA, read

LANGUAGES = ("et", "ht", "id", "it", "qu", "sw", "ta", "th", "tr", "vi", "zh")


def _table(split: str) -> Table:
    return Table(
        dataset="cambridgeltl/xcopa",
        configs={code: (code,) for code in LANGUAGES},
        split=split,
        classes={"label": CLASSES},
    )


XCOPA = Task(
    name="xcopa",
    kind=Kind.CHOICE,
    title="XCOPA: causes and effects",
    read=read,
    tables={"dev": [*COPA.tables["dev"], _table("validation")], "test": [_table("test")]},
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="copa",
    parallel=True,
)
