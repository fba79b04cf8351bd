"""BUCC 2018: find the sentences of two corpora that translate each other. Four languages against English. Not trained.

Zweigenbaum et al. (2018); XTREME's cut on the hub. It holds the gold pairs only: without the corpora's other sentences
mining is easier than in XTREME, and scores are not comparable. Dev is the BUCC sample set, test its training set. The
id is the line of a submission: both sentences' ids.
"""

from evaluators.examples import Bitext
from evaluators.metrics import BUCC_F1
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

LANGUAGES = ("de", "fr", "ru", "zh")


def read(row: Row) -> Bitext:
    """In this data set the columns named after languages hold the sentences' ids."""
    return Bitext(
        id=f"{row['source_lang']}\t{row['target_lang']}",
        foreign=row["source_sentence"].strip(),
        english=row["target_sentence"].strip(),
    )


def _table(split: str) -> Table:
    return Table(dataset="google/xtreme", configs={code: (f"bucc18.{code}",) for code in LANGUAGES}, split=split)


BUCC2018 = Task(
    name="bucc2018",
    kind=Kind.BITEXT,
    title="BUCC 2018: mining translations",
    read=read,
    tables={"dev": [_table("validation")], "test": [_table("test")]},
    metrics=(BUCC_F1,),
    scored_by=("f1",),
)
