"""ANLI+: adversarial inference (ANLI, all three rounds) together with MNLI and SNLI. English.

Nie et al. (2020), "Adversarial NLI: A New Benchmark for Natural Language Understanding"; Bowman et al. (2015) for SNLI.
CC BY-NC 4.0 (ANLI), CC BY-SA 4.0 (SNLI). SNLI rows without a gold label (-1) are dropped, as its authors do.
"""

from evaluators.examples import Pair
from evaluators.metrics import ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Dropped, Kind, Task
from evaluators.tasks.layouts import NLI_LABELS
from evaluators.tasks.mnli import MNLI

_ANLI_ROWS = {1: 16_946, 2: 45_460, 3: 100_459}


def read(row: Row) -> Pair:
    """Only ANLI's rows have an id; "#" names the file too where a split has several."""
    label = row["label"]
    if label is None:
        raise Dropped("no gold label")
    return Pair(id=row.get("uid", row["#"]), first=row["premise"], second=row["hypothesis"], label=label)


def _anli(split: str) -> list[Table]:
    return [
        Table(
            dataset="facebook/anli",
            configs={"en": ("plain_text",)},
            split=f"{split}_r{number}",
            rows=rows if split == "train" else None,
            classes={"label": NLI_LABELS},
        )
        for number, rows in _ANLI_ROWS.items()
    ]


def _snli(split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="stanfordnlp/snli",
        configs={"en": ("plain_text",)},
        split=split,
        rows=rows,
        classes={"label": NLI_LABELS},
    )


ANLI = Task(
    name="anli",
    kind=Kind.PAIR,
    title="ANLI+: ANLI, MNLI and SNLI together",
    read=read,
    tables={
        "train": [*_anli("train"), *MNLI.tables["train"], _snli("train", 550_152)],
        "dev": [*_anli("dev"), *MNLI.tables["dev"], _snli("validation")],
        "test": [*_anli("test"), _snli("test")],
    },
    labels=NLI_LABELS,
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="anli",
)
