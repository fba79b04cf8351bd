"""Single texts, text pairs and multiple choice as model inputs. Too long a pair loses the end of its longer text.

A question of multiple choice is one row: its inputs one after another in `input_ids`, their lengths in `parts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluators.errors import BadData
from evaluators.examples import Choice, Pair, Text
from trainables.columns import Rows
from trainables.tokenizing import Joined, TextTokenizer, shorten_pair

NO_LABEL = -1


def encode_pairs(examples: Sequence[Pair], labels: Sequence[str], tokenizer: TextTokenizer, length: int) -> Rows:
    """One row an example: `input_ids`, `label` (-1 without gold, or where no labels are given)."""
    rows, numbers = Rows(), {label: number for number, label in enumerate(labels)}
    firsts = tokenizer.cut([example.first for example in examples])
    seconds = tokenizer.cut([example.second for example in examples])
    for example, first, second in zip(examples, firsts, seconds, strict=True):
        joined = _framed(tokenizer, first.ids, second.ids if example.second else None, length, rows)
        rows.add(**_inputs(joined), label=_number(example, numbers))
    return rows


def encode_choices(examples: Sequence[Choice], tokenizer: TextTokenizer, length: int) -> Rows:
    """One row a question: `input_ids` of all its choices, `parts`, `label`."""
    rows = Rows()
    prompts = tokenizer.cut([example.prompt for example in examples])
    texts = iter(tokenizer.cut([choice for example in examples for choice in example.choices]))
    for example, prompt in zip(examples, prompts, strict=True):
        joined = [_framed(tokenizer, prompt.ids, next(texts).ids, length, rows) for _ in example.choices]
        rows.add(
            input_ids=[number for one in joined for number in one.ids],
            parts=[len(one.ids) for one in joined],
            label=NO_LABEL if example.label is None else example.label,
            **({"types": [number for one in joined for number in one.types]} if tokenizer.has_types else {}),
        )
    return rows


def encode_texts(examples: Sequence[Text], tokenizer: TextTokenizer, length: int) -> Rows:
    """One row a text, or several where it is longer; a text with a translation beside it is one row of both."""
    rows = Rows()
    firsts = tokenizer.cut([example.text for example in examples])
    parallels = tokenizer.cut([example.parallel for example in examples])
    for example, first, parallel in zip(examples, firsts, parallels, strict=True):
        if example.parallel:
            rows.add(**_inputs(_framed(tokenizer, first.ids, parallel.ids, length, rows)))
            continue
        for piece in _pieces(first.ids, tokenizer.room(length, 1)):
            rows.add(**_inputs(tokenizer.join(piece)))
    return rows


def encode_sentences(sentences: Sequence[str], tokenizer: TextTokenizer, length: int) -> Rows:
    """One row a sentence, cut at the end where it is too long."""
    rows = Rows()
    for pieces in tokenizer.cut(sentences):
        rows.add(**_inputs(_framed(tokenizer, pieces.ids, None, length, rows)))
    return rows


def _framed(tokenizer: TextTokenizer, first: list[int], second: list[int] | None, length: int, rows: Rows) -> Joined:
    if second is None:
        room = tokenizer.room(length, 1)
        rows.counts["shortened"] += len(first) > room
        return tokenizer.join(first[:room])
    first, second, shortened = shorten_pair(first, second, tokenizer.room(length, 2))
    rows.counts["shortened"] += shortened
    return tokenizer.join(first, second)


def _inputs(joined: Joined) -> dict[str, list[int]]:
    return {"input_ids": joined.ids, "types": joined.types} if joined.types else {"input_ids": joined.ids}


def _number(example: Pair, numbers: dict[str, int]) -> int:
    if example.label is None or not numbers:
        return NO_LABEL
    if example.label not in numbers:
        raise BadData(f"the example {example.id} has the label {example.label!r}; the task knows {', '.join(numbers)}")
    return numbers[example.label]


def _pieces(ids: list[int], room: int) -> Iterator[list[int]]:
    for start in range(0, max(1, len(ids)), room):
        yield ids[start : start + room]
