"""UD supertags: the free stand-in for CCG supertagging. English, made from UD English-EWT; not on the hub.

CC BY-SA 4.0. A word's tag is its relation, the side of its head, its core dependents with their sides, and on which
sides it has others: `acl/L+nsubj/L|LR` depends on a word to its left as `acl`, and has a subject on its left and other
dependents on both sides. Tags seen fewer than five times in train are RARE, a tag like any other.
"""

from evaluators.examples import Tagged
from evaluators.metrics import TOKEN_ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task
from evaluators.tasks.supertag_names import SUPERTAGS


def read(row: Row) -> Tagged:
    """Tokens are words here: ranges and empty nodes are gone."""
    return Tagged(id=row["idx"], words=tuple(row["tokens"]), tags=row["supertags"])


def _table(split: str, rows: int | None = None) -> Table:
    return Table(
        dataset="local/ud_supertags",
        configs={"en": ("en_ewt",)},
        split=split,
        rows=rows,
        classes={"supertags": SUPERTAGS},
    )


SUPERTAGS_TASK = Task(
    name="supertags",
    kind=Kind.TAGS,
    title="UD supertags, the stand-in for CCG",
    read=read,
    tables={"train": [_table("train", 12_544)], "dev": [_table("validation")], "test": [_table("test")]},
    labels=SUPERTAGS,
    metrics=(TOKEN_ACCURACY,),
    scored_by=("token_accuracy",),
    trained_as="supertags",
)
