"""Tagging: span F1 as conlleval and seqeval (default, not strict) count it, and token accuracy as a diagnostic.

A span is closed and opened by rules on neighbouring tags, and either can happen without the other. Illegal BIO is
therefore repaired (an `I-X` after `O` opens a span), and bare tags such as UPOS form one span per run of equal tags:
one wrong tag inside a run of three nouns costs one gold span and makes up to three predicted ones. `S...` tags are the
exception: each SCONJ and SYM stands alone, because S once meant "single".

Two behaviours exist, because seqeval changed its reading of a tag's type in release 0.0.16. "legacy" is what published
XTREME numbers were made with; "current" takes `NOUN` for type `OUN`, and so cannot tell CCONJ from SCONJ. WikiANN's
tags score alike under both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from evaluators.errors import CairnError
from evaluators.metrics.accuracy import check_lengths

Behaviour: TypeAlias = Literal["legacy", "current"]
Sentences: TypeAlias = Sequence[Sequence[str]]
Span: TypeAlias = tuple[str, int, int]
"""Type, first and last position in the flattened corpus."""


class SpanScores(NamedTuple):
    """Precision, recall and F1 over all spans of all sentences together, in percent."""

    precision: float
    recall: float
    f1: float


def span_scores(gold: Sentences, predicted: Sentences, behaviour: Behaviour = "legacy") -> SpanScores:
    """Precision, recall and F1 of the predicted spans; 0 where a ratio has nothing to divide by.

    Raises:
        CairnError: sentences or their tags differ in number, there is no sentence, or a tag is empty.
    """
    _check(gold, predicted)
    right, found = spans(gold, behaviour), spans(predicted, behaviour)
    hits = len(right & found)
    precision = hits / len(found) if found else 0.0
    recall = hits / len(right) if right else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return SpanScores(precision * 100, recall * 100, f1 * 100)


def token_accuracy(gold: Sentences, predicted: Sentences) -> float:
    """Share of tokens with the right tag, in percent. Not the benchmark's score for UD-POS.

    Raises:
        CairnError: sentences or their tags differ in number, or there is no token.
    """
    _check(gold, predicted)
    pairs = [pair for one, other in zip(gold, predicted, strict=True) for pair in zip(one, other, strict=True)]
    if not pairs:
        raise CairnError("there is nothing to score: the sentences have no tokens")
    return (sum(1 for right, answer in pairs if right == answer) / len(pairs)) * 100


def spans(sentences: Sentences, behaviour: Behaviour) -> set[Span]:
    """Every span of the corpus, in positions of the flattened corpus where an `O` follows each sentence.

    In current mode a type can change to that of `O` and back without opening anything; the span then recorded begins
    where the last opened one did, possibly in an earlier sentence. That is part of the number.
    """
    split = _TYPE_RULES[behaviour]
    found: set[Span] = set()
    head, kind, start = "O", "", 0
    for position, tag in enumerate(_flat(sentences)):
        new_head, new_kind = split(tag)
        if _closes(head, kind, new_head, new_kind):
            found.add((kind, start, position - 1))
        if _opens(head, kind, new_head, new_kind):
            start = position
        head, kind = new_head, new_kind
    return found


def _flat(sentences: Sentences) -> list[str]:
    flat: list[str] = []
    for sentence in sentences:
        flat += sentence
        flat.append("O")
    return [*flat, "O"]


def _closes(head: str, kind: str, new_head: str, new_kind: str) -> bool:
    if head in ("E", "S") or (head in ("B", "I") and new_head in ("B", "S", "O")):
        return True
    return head not in ("O", ".") and kind != new_kind


def _opens(head: str, kind: str, new_head: str, new_kind: str) -> bool:
    if new_head in ("B", "S") or (head in ("E", "S", "O") and new_head in ("E", "I")):
        return True
    return new_head not in ("O", ".") and kind != new_kind


@cache
def _legacy_type(tag: str) -> tuple[str, str]:
    return tag[0], tag.rsplit("-", 1)[-1]


@cache
def _current_type(tag: str) -> tuple[str, str]:
    rest = tag[1:]
    return tag[0], (rest.split("-", 1)[1] if "-" in rest else rest) or "_"


_TYPE_RULES: dict[Behaviour, Callable[[str], tuple[str, str]]] = {"legacy": _legacy_type, "current": _current_type}


def _check(gold: Sentences, predicted: Sentences) -> None:
    check_lengths(gold, predicted)
    for place, (right, answer) in enumerate(zip(gold, predicted, strict=True)):
        if len(right) != len(answer):
            raise CairnError(
                f"sentence {place} has {len(right)} gold tags and {len(answer)} predicted ones; give one tag a word"
            )
        if "" in right or "" in answer:
            raise CairnError(f"sentence {place} has an empty tag; every word needs a tag, `O` where there is none")
