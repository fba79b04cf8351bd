"""PAWS-X: are two sentences with nearly the same words paraphrases? Seven languages; the English train is PAWS.

Yang et al. (2019), "PAWS-X: A Cross-lingual Adversarial Dataset for Paraphrase Identification". Free use, attribution
asked. Labels keep their published names: "0" different, "1" paraphrase. The copy in google/xtreme lost rows to CSV
quoting; this is the authors' own.
"""

from evaluators.examples import Pair
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task

DATASET = "google-research-datasets/paws-x"
LABELS = ("0", "1")
LANGUAGES = ("de", "en", "es", "fr", "ja", "ko", "zh")


def read(row: Row) -> Pair:
    """The id is the same in all languages."""
    return Pair(id=str(row["id"]), first=row["sentence1"], second=row["sentence2"], label=row["label"])


def _table(split: str) -> Table:
    return Table(dataset=DATASET, configs={code: (code,) for code in LANGUAGES}, split=split, classes={"label": LABELS})


PAWSX = Task(
    name="pawsx",
    kind=Kind.PAIR,
    title="PAWS-X: paraphrases",
    read=read,
    tables={
        "train": [
            Table(dataset=DATASET, configs={"en": ("en",)}, split="train", rows=49_401, classes={"label": LABELS})
        ],
        "dev": [_table("validation")],
        "test": [_table("test")],
    },
    labels=LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="pawsx",
    parallel=True,
)
