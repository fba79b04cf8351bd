"""Questions and the passages that answer them as model inputs: two inputs a row, read by one encoder.

A passage's text is followed at once by its context, as in the published baselines, and cut at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.errors import BadData
from evaluators.examples import Passage, Query
from trainables.columns import Rows
from trainables.tokenizing import TextTokenizer


def encode_matches(examples: Sequence[Query], tokenizer: TextTokenizer, question: int, length: int) -> Rows:
    """Rows of `input_ids` of both, and `parts`, their lengths.

    Raises:
        BadData: a question comes without its passage.
    """
    rows = Rows()
    passages = []
    for example in examples:
        if example.passage is None:
            raise BadData(f"the question {example.id} has no passage, so nothing can be learned from it")
        passages.append(full_text(example.passage))
    asked = tokenizer.cut([example.text.strip() for example in examples])
    answers = tokenizer.cut(passages)
    for one, other in zip(asked, answers, strict=True):
        rooms = (tokenizer.room(question, 1), tokenizer.room(length, 1))
        rows.counts["shortened"] += sum(len(p.ids) > room for p, room in zip((one, other), rooms, strict=True))
        joined = [tokenizer.join(p.ids[:room]) for p, room in zip((one, other), rooms, strict=True)]
        rows.add(
            input_ids=[number for each in joined for number in each.ids],
            parts=[len(each.ids) for each in joined],
            **({"types": [number for each in joined for number in each.types]} if tokenizer.has_types else {}),
        )
    return rows


def full_text(passage: Passage) -> str:
    """What is read of a passage."""
    return f"{passage.text}{passage.context}".strip()
