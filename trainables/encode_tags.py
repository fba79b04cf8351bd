"""Tagged sentences as model inputs: one label at the first piece of each word, every word in exactly one window.

A sentence that is too long is cut between words into windows that are read one by one. A word that the tokenizer cuts
into nothing (a lone joiner, a space) becomes the unknown token, as in the official baselines, so that it too is asked
for. A single word longer than a window keeps its first pieces, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluators.errors import BadData
from evaluators.examples import Tagged
from trainables.batches import IGNORED
from trainables.columns import Rows
from trainables.tokenizing import TextTokenizer

NO_WORD = -1


def encode_tags(examples: Sequence[Tagged], labels: Sequence[str], tokenizer: TextTokenizer, length: int) -> Rows:
    """Rows of `input_ids`, `example`, `words` (the word that starts at a token, or -1), `labels` if any."""
    rows, numbers = Rows(), {label: number for number, label in enumerate(labels)}
    room = tokenizer.room(length, 1)
    cut = tokenizer.cut_words([example.words for example in examples])
    for place, (example, pieces) in enumerate(zip(examples, cut, strict=True)):
        words: list[list[int]] = [[] for _ in example.words]
        for number, word in zip(pieces.ids, pieces.words, strict=True):
            words[word].append(number)
        rows.counts["shortened"] += sum(len(ids) > room for ids in words)
        words = [ids[:room] or [tokenizer.unknown_id] for ids in words]
        for window in _windows(words, room):
            _add(rows, tokenizer, example, place, {word: words[word] for word in window}, numbers)
    return rows


def _windows(words: Sequence[Sequence[int]], room: int) -> Iterator[range]:
    """Runs of neighbouring words that fit."""
    start, used = 0, 0
    for word, ids in enumerate(words):
        if used + len(ids) > room:
            yield range(start, word)
            start, used = word, 0
        used += len(ids)
    if start < len(words):
        yield range(start, len(words))


def _add(
    rows: Rows,
    tokenizer: TextTokenizer,
    example: Tagged,
    place: int,
    window: dict[int, list[int]],
    numbers: dict[str, int],
) -> None:
    joined = tokenizer.join([number for ids in window.values() for number in ids])
    words = [NO_WORD] * len(joined.ids)
    position = joined.first_start
    for word, ids in window.items():
        words[position] = word
        position += len(ids)
    row: dict[str, int | Sequence[int]] = {"input_ids": joined.ids, "words": words, "example": place}
    if joined.types:
        row["types"] = joined.types
    if numbers and example.tags is not None:
        row["labels"] = [IGNORED if word == NO_WORD else _number(example, word, numbers) for word in words]
    rows.add(**row)


def _number(example: Tagged, word: int, numbers: dict[str, int]) -> int:
    assert example.tags is not None
    tag = example.tags[word]
    if tag not in numbers:
        raise BadData(f"the sentence {example.id} has the tag {tag!r}; the task knows {', '.join(numbers)}")
    return numbers[tag]
