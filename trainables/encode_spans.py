"""Questions on a context as model inputs: the question, then a window of the context.

A long context is read in windows that start `stride` tokens apart (128 officially; at most two thirds of a window's
room, so that short inputs overlap too). In training a window without the answer points at position 0, and so does a
question without an answer. For prediction every token of the context knows its characters, so that a span of tokens is
a span of the context's text.

Offsets may include the space in front of a word, or none, and a lone `▁` has the offsets of the piece after it: gold
characters are matched to the last token that starts at or before the answer, and from there to the first that reaches
its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluators.errors import BadData
from evaluators.examples import Answer, Question
from trainables.columns import Rows
from trainables.tokenizing import Joined, TextTokenizer

NO_ANSWER_POSITION = 0
OUTSIDE = -1


@dataclass(frozen=True, kw_only=True)
class SpanLengths:
    """Limits in tokens."""

    input: int
    question: int
    stride: int


@dataclass(frozen=True)
class _Window:
    example: int
    joined: Joined
    spans: Sequence[tuple[int, int]]
    """Characters of each context token in the window."""


def encode_training_spans(examples: Sequence[Question], tokenizer: TextTokenizer, lengths: SpanLengths) -> Rows:
    """Rows of `input_ids`, `start`, `end`. The first answer is the one that is learned."""
    rows = Rows()
    for window in _windows(examples, tokenizer, lengths, rows):
        example = examples[window.example]
        if example.answers is None:
            raise BadData(f"the question {example.id} has no gold, so nothing can be learned from it")
        start, end = _gold_tokens(window, example.answers[0]) if example.answers else (0, 0)
        rows.add(**_inputs(window.joined), start=start, end=end)
    return rows


def encode_asked_spans(examples: Sequence[Question], tokenizer: TextTokenizer, lengths: SpanLengths) -> Rows:
    """Rows of `input_ids`, `example`, and `from`, `to`: the characters of each token, -1 outside the context."""
    rows = Rows()
    for window in _windows(examples, tokenizer, lengths, rows):
        begins, ends = [OUTSIDE] * len(window.joined.ids), [OUTSIDE] * len(window.joined.ids)
        for place, (begin, end) in enumerate(window.spans, window.joined.second_start):
            begins[place], ends[place] = begin, end
        rows.add(**_inputs(window.joined), example=window.example, **{"from": begins, "to": ends})
    return rows


def _windows(
    examples: Sequence[Question], tokenizer: TextTokenizer, lengths: SpanLengths, rows: Rows
) -> Iterator[_Window]:
    questions = tokenizer.cut([example.question.strip() for example in examples])
    contexts = tokenizer.cut([example.context for example in examples])
    for place, (question, context) in enumerate(zip(questions, contexts, strict=True)):
        most = min(lengths.question, tokenizer.room(lengths.input, 2) // 2)
        rows.counts["shortened"] += len(question.ids) > most
        asked = question.ids[:most]
        room = tokenizer.room(lengths.input, 2) - len(asked)
        step = min(lengths.stride, max(1, room * 2 // 3))
        for start in range(0, max(1, len(context.ids)), step):
            seen = slice(start, start + room)
            yield _Window(place, tokenizer.join(asked, context.ids[seen]), context.spans[seen])
            if start + room >= len(context.ids):
                break


def _gold_tokens(window: _Window, answer: Answer) -> tuple[int, int]:
    """The tokens that hold the answer, or the no-answer position where the window does not show all of it."""
    nothing = (NO_ANSWER_POSITION, NO_ANSWER_POSITION)
    text = answer.text.strip()
    begin = answer.start + answer.text.index(text)
    end = begin + len(text)
    spans = window.spans
    if not spans or spans[0][0] > begin or spans[-1][1] < end:
        return nothing
    first = max(place for place, (start, _) in enumerate(spans) if start <= begin)
    last = next(place for place in range(first, len(spans)) if spans[place][1] >= end)
    return window.joined.second_start + first, window.joined.second_start + last


def _inputs(joined: Joined) -> dict[str, list[int]]:
    return {"input_ids": joined.ids, "types": joined.types} if joined.types else {"input_ids": joined.ids}
