"""SQuAD 1.1 as retrieval: a question, and the sentence that holds its answer with the paragraph around it.

Rajpurkar et al. (2016). CC BY-SA 4.0. What LAReQA is trained on. Sentences end at a full stop, an exclamation or a
question mark (quotes and brackets included) before white space and a capital, a digit or an opening sign: a plain rule
for English, ours.
"""

from __future__ import annotations

import re
from itertools import pairwise

from evaluators.examples import Passage, Query
from evaluators.metrics import MAP_20
from evaluators.table import Row
from evaluators.task import Kind, Task
from evaluators.tasks.squad1 import SQUAD1

_SENTENCE_END = re.compile(r"""[.!?]["')\]]*\s+(?=["'(\[]?[A-Z0-9])""")


def read(row: Row) -> Query:
    """The question, its right passage beside it."""
    start, context = row["answers"]["answer_start"][0], row["context"]
    passage = Passage(id=row["id"], text=sentence_at(context, start), context=context, language="en")
    return Query(id=row["id"], text=row["question"], right=(passage.id,), passage=passage)


def sentence_at(context: str, start: int) -> str:
    """The sentence that holds a character of a paragraph."""
    if not 0 <= start < len(context):
        raise ValueError(f"the answer starts at {start}, outside its context of {len(context)} characters")
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(context)), len(context)]
    begin, end = next((begin, end) for begin, end in pairwise(ends) if begin <= start < end)
    return context[begin:end].strip()


SQUAD1_PASSAGES = Task(
    name="squad1-passages",
    kind=Kind.RANKING,
    title="SQuAD 1.1: finding the sentence with the answer",
    read=read,
    tables={"train": SQUAD1.tables["train"]},
    metrics=(MAP_20,),
    scored_by=("map@20",),
    trained_as="squad1-passages",
)
