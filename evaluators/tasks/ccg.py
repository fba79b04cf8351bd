"""CCG supertagging on CCGbank: the category of every word. English. For those who hold the licence (LDC2005T13).

Hockenmaier and Steedman (2007), "CCGbank". The data cannot be shipped and is not on the hub. A mirror keeps it as
`local/ccgbank/default/{train,validation,test}.txt`, a sentence a line, `words<TAB>categories`, both separated by spaces
(sections 02-21, 00 and 23 of the Penn Treebank, by custom, where 38,015 sentences are trained on). The categories
are those of the training split; one that is only seen later cannot be predicted. `supertags` is the free stand-in,
under its own name.
"""

from evaluators.examples import Tagged
from evaluators.metrics import TOKEN_ACCURACY
from evaluators.table import Row, Table
from evaluators.task import Kind, Task


def read(row: Row) -> Tagged:
    """One line."""
    words, tab, tags = row["text"].partition("\t")
    if not tab or "\t" in tags:
        raise ValueError(f"the line {row['text'][:80]!r} is not words, one tab, categories")
    return Tagged(id=row["#"], words=tuple(words.split()), tags=tuple(tags.split()))


def _table(split: str, rows: int | None = None) -> Table:
    return Table(dataset="local/ccgbank", configs={"en": ("default",)}, split=split, rows=rows)


CCG = Task(
    name="ccg",
    kind=Kind.TAGS,
    title="CCG supertagging (CCGbank, local files)",
    read=read,
    tables={"train": [_table("train", rows=38_015)], "dev": [_table("validation")], "test": [_table("test")]},
    metrics=(TOKEN_ACCURACY,),
    scored_by=("token_accuracy",),
    trained_as="ccg",
)
