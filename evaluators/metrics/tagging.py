"""Tagging: span F1 as conlleval and seqeval (default, not strict) count it, and token accuracy as a diagnostic.

A span is closed and opened by rules on neighbouring tags, and either can happen without the other. Illegal BIO is
therefore repaired (an `I-X` after `O` opens a span), and bare tags such as UPOS form one span per run of equal tags:
one wrong tag inside a run of three nouns costs one gold span and makes up to three predicted ones. `S...` tags are the
exception: each SCONJ and SYM stands alone, because S once meant "single".

Two behaviours exist, because seqeval changed its reading of a tag's type in release 0.0.16. "legacy" is what published
XTREME numbers were made with; "current" takes `NOUN` for type `OUN`, and so cannot tell CCONJ from SCONJ. WikiANN's
tags score alike under both.

All tags of a corpus are looked at together, as numbers: what closes and what opens depends on a tag and the one before.

Shape suffixes: P positions of the flattened corpus, U different tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evaluators.errors import CairnError
from evaluators.metrics.accuracy import check_lengths

Behaviour: TypeAlias = Literal["legacy", "current"]
Sentences: TypeAlias = Sequence[Sequence[str]]
Span: TypeAlias = tuple[str, int, int]
"""Type, first and last position in the flattened corpus."""

Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int64]

BREAK = "O"
"""Stands after every sentence of a flattened corpus."""


class SpanScores(NamedTuple):
    """Precision, recall and F1 over all spans of all sentences together, in percent."""

    precision: float
    recall: float
    f1: float


class SpanEnds(NamedTuple):
    """Where spans end, over the positions of a flattened corpus and one more."""

    hits: Flags
    found: Flags
    right: Flags


def span_scores(gold: Sentences, predicted: Sentences, behaviour: Behaviour = "legacy") -> SpanScores:
    """Precision, recall and F1 of the predicted spans; 0 where a ratio has nothing to divide by.

    Raises:
        CairnError: sentences or their tags differ in number, there is no sentence, or a tag is empty.
    """
    check_tags(gold, predicted)
    return flat_span_scores(flattened(gold), flattened(predicted), behaviour)


def flat_span_scores(gold: Sequence[str], predicted: Sequence[str], behaviour: Behaviour = "legacy") -> SpanScores:
    """The same of corpora that are flat already, equally long, with an `O` after every sentence."""
    ends = span_ends(gold, predicted, behaviour)
    return scores_of(int(ends.hits.sum()), int(ends.found.sum()), int(ends.right.sum()))


def scores_of(hits: int, found: int, right: int) -> SpanScores:
    """Scores of so many spans in common, predicted and in gold."""
    precision = hits / found if found else 0.0
    recall = hits / right if right else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return SpanScores(precision * 100, recall * 100, f1 * 100)


def token_accuracy(gold: Sentences, predicted: Sentences) -> float:
    """Share of tokens with the right tag, in percent. Not the benchmark's score for UD-POS.

    Raises:
        CairnError: sentences or their tags differ in number, or there is no token.
    """
    check_tags(gold, predicted)
    pairs = list(zip(chain.from_iterable(gold), chain.from_iterable(predicted), strict=True))
    if not pairs:
        raise CairnError("there is nothing to score: the sentences have no tokens")
    return (sum(1 for right, answer in pairs if right == answer) / len(pairs)) * 100


def spans(sentences: Sentences, behaviour: Behaviour) -> set[Span]:
    """Every span of the corpus, in positions of the flattened corpus where an `O` follows each sentence.

    In current mode a type can change to that of `O` and back without opening anything; the span then recorded begins
    where the last opened one did, possibly in an earlier sentence. That is part of the number.
    """
    flat = flattened(sentences)
    names: list[str] = []
    tags = _Tags(flat, behaviour, names)
    return {(names[tags.kind_P[end]], int(tags.start_P[end]), int(end) - 1) for end in np.flatnonzero(tags.closes_P)}


def span_ends(gold: Sequence[str], predicted: Sequence[str], behaviour: Behaviour) -> SpanEnds:
    """Flags over the positions of two flat corpora and one more, each one behind the last position of its span."""
    names: list[str] = []
    right, found = _Tags(gold, behaviour, names), _Tags(predicted, behaviour, names)
    same = (right.kind_P == found.kind_P) & (right.start_P == found.start_P)
    return SpanEnds(right.closes_P & found.closes_P & same, found.closes_P, right.closes_P)


def flattened(sentences: Sentences) -> list[str]:
    """All tags in a row, with an `O` after every sentence."""
    flat: list[str] = []
    for sentence in sentences:
        flat += sentence
        flat.append(BREAK)
    return flat


class _Tags:
    """A flat corpus, closed by one more `O`, as arrays: does a span close before a position, of what, from where?"""

    def __init__(self, flat: Sequence[str], behaviour: Behaviour, names: list[str]) -> None:
        """`names` numbers the types; two corpora that are compared share it."""
        number: dict[str, int] = {}
        tag_P = np.fromiter(
            (number.setdefault(tag, len(number)) for tag in chain(flat, (BREAK,))), dtype=np.int64, count=len(flat) + 1
        )
        parts = [_TYPE_RULES[behaviour](tag) for tag in number]
        head_P = np.array([_HEADS.find(head) for head, _ in parts])[tag_P]
        type_P = np.array([_number(names, kind) for _, kind in parts])[tag_P]
        before_head_P = np.concatenate([[_HEADS.index(BREAK)], head_P[:-1]])
        self.kind_P: Numbers = np.concatenate([[_number(names, "")], type_P[:-1]])
        """Type of the tag before."""
        changes_P = self.kind_P != type_P
        self.closes_P: Flags = (
            _any(before_head_P, "ES")
            | (_any(before_head_P, "BI") & _any(head_P, "BSO"))
            | (~_any(before_head_P, "O.") & changes_P)
        )
        opens_P = (
            _any(head_P, "BS") | (_any(before_head_P, "ESO") & _any(head_P, "EI")) | (~_any(head_P, "O.") & changes_P)
        )
        opened_P = np.maximum.accumulate(np.where(opens_P, np.arange(len(tag_P)), 0))
        self.start_P: Numbers = np.concatenate([[0], opened_P[:-1]])
        """Where the last span before was opened."""


_HEADS = "BIESO."
"""First letters that mean something; every other is -1, the last place of a table."""


def _any(head_P: Numbers, letters: str) -> Flags:
    table = np.array([*(letter in letters for letter in _HEADS), False])
    flags: Flags = table[head_P]
    return flags


def _number(names: list[str], kind: str) -> int:
    if kind not in names:
        names.append(kind)
    return names.index(kind)


def _legacy_type(tag: str) -> tuple[str, str]:
    return tag[0], tag.rsplit("-", 1)[-1]


def _current_type(tag: str) -> tuple[str, str]:
    rest = tag[1:]
    return tag[0], (rest.split("-", 1)[1] if "-" in rest else rest) or "_"


_TYPE_RULES = {"legacy": _legacy_type, "current": _current_type}


def check_tags(gold: Sentences, predicted: Sentences) -> None:
    """Raise unless there is one prediction for every tag of every sentence, and no tag is empty."""
    check_lengths(gold, predicted)
    for place, (right, answer) in enumerate(zip(gold, predicted, strict=True)):
        if len(right) != len(answer):
            raise CairnError(
                f"sentence {place} has {len(right)} gold tags and {len(answer)} predicted ones; give one tag a word"
            )
        if "" in right or "" in answer:
            raise CairnError(f"sentence {place} has an empty tag; every word needs a tag, `O` where there is none")
