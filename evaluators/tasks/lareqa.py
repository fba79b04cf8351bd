"""LAReQA: for a question in any of eleven languages, the sentences that answer it, in all of them at once.

Roy et al. (2020), "LAReQA: Language-Agnostic Answer Retrieval from a Multilingual Pool"; the questions are XQuAD's.
CC BY-SA 4.0.
"""

from typing import Literal

from evaluators.examples import Query
from evaluators.metrics import MAP_20
from evaluators.task import Kind, Row, Table, Task

LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ru", "th", "tr", "vi", "zh")


def read(row: Row) -> Query:
    """A question; which sentences answer it is known from the pool."""
    return Query(id=row["id"], text=row["question"])


def _half(half: Literal["search", "report"]) -> Table:
    return Table(
        dataset="google-research-datasets/xquad_r",
        configs={code: (code,) for code in LANGUAGES},
        split="validation",
        half=half,
    )


LAREQA = Task(
    name="lareqa",
    kind=Kind.RANKING,
    title="LAReQA: finding answers in a pool of all languages",
    read=read,
    tables={"dev": [_half("search")], "test": [_half("report")]},
    metrics=(MAP_20,),
    scored_by=("map@20",),
    parallel=True,
)
