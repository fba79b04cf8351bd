"""Mewsli-X: which of a million entities does a mention in a news text mean? Eleven languages.

Ruder et al. (2021), "XTREME-R: Towards More Challenging and Nuanced Multilingual Evaluation"; release 20220518_6.
"""

from evaluators.examples import Query
from evaluators.metrics import MRR_20
from evaluators.task import Kind, Row, Table, Task

LANGUAGES = ("ar", "de", "en", "es", "fa", "ja", "pl", "ro", "ta", "tr", "uk")


def read(row: Row) -> Query:
    """A mention, marked in its sentence."""
    raise NotImplementedError


def _table(split: str) -> Table:
    return Table(dataset="izhx/mewsli-x", configs={code: (code,) for code in LANGUAGES}, split=split)


MEWSLIX = Task(
    name="mewslix",
    kind=Kind.RANKING,
    title="Mewsli-X: finding the entity of a mention",
    read=read,
    tables={"dev": [_table("validation")], "test": [_table("test")]},
    metrics=(MRR_20,),
    scored_by=("map@20",),
)
