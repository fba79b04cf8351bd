"""Finding translations by sentence vectors: nearest neighbours (Tatoeba) and margin mining (BUCC 2018).

Tatoeba asks, for every English sentence, for its nearest foreign one: no margin, no mutual check. BUCC asks which
sentences of two corpora are translations of each other at all: candidates are scored by the *ratio* of their
similarity to the mean similarity of their neighbourhoods, taken greedily from the best, and cut at a threshold
that was chosen on dev gold. (Artetxe and Schwenk, 2019, "Margin-based Parallel Corpus Mining".)

Vectors are float32 and scaled to unit length, zero vectors stay zero. Products are taken block by block, so that two
corpora of a hundred thousand sentences fit in memory.

Shape suffixes: F foreign sentences, E English sentences, Q queries, K neighbours, D width.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluators.errors import CairnError

Vectors: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.int64]

NEIGHBOURS = 4
_BLOCK_NUMBERS = 16_000_000
"""Similarities held at once."""


class Candidate(NamedTuple):
    """A foreign and an English sentence, by their places, that may be translations of each other."""

    score: float
    foreign: int
    english: int


class PairScores(NamedTuple):
    """How well a set of pairs agrees with gold, in percent."""

    precision: float
    recall: float
    f1: float


class Threshold(NamedTuple):
    """The margin from which on pairs are extracted, and what it gives on the data it was chosen on."""

    value: float
    scores: PairScores


def nearest_foreign(english: ArrayLike, foreign: ArrayLike) -> list[int]:
    """Place of the nearest foreign sentence for every English one; the lowest of several equally near.

    Nearest is the smallest distance of unit vectors. A foreign zero vector lies at distance 1 from all of them,
    like one with cosine 1/2.

    Raises:
        CairnError: there is no foreign sentence, shapes do not match, or a number is not finite.
    """
    english_ED, foreign_FD = _unit_vectors(english), _unit_vectors(foreign)
    _check_widths(foreign_FD, english_ED)
    distinct = _distinct_rows(foreign_FD)
    foreign_FD = foreign_FD[distinct]
    zero_F = ~foreign_FD.any(axis=1)
    nearest: list[int] = []
    for start, stop in _blocks(len(english_ED), len(foreign_FD)):
        similarity_QF = english_ED[start:stop] @ foreign_FD.T
        similarity_QF[:, zero_F] = 0.5
        nearest += distinct[similarity_QF.argmax(axis=1)].tolist()
    return nearest


def mine(foreign: ArrayLike, english: ArrayLike, neighbours: int = NEIGHBOURS) -> list[Candidate]:
    """Candidate pairs, best first, every sentence in at most one, with margins above 0.

    Raises:
        CairnError: one side is empty, widths differ, or a number is not finite.
    """
    foreign_FD, english_ED = _unit_vectors(foreign), _unit_vectors(english)
    _check_widths(foreign_FD, english_ED)
    forward_FK, forward_similarity_FK = _nearest(foreign_FD, english_ED, neighbours)
    backward_EK, backward_similarity_EK = _nearest(english_ED, foreign_FD, neighbours)
    mean_F, mean_E = forward_similarity_FK.mean(axis=1), backward_similarity_EK.mean(axis=1)
    forward = _proposals(forward_FK, forward_similarity_FK, mean_F, mean_E)
    backward = _proposals(backward_EK, backward_similarity_EK, mean_E, mean_F)
    proposed = [Candidate(score, place, chosen) for place, (score, chosen) in enumerate(forward)]
    proposed += [Candidate(score, chosen, place) for place, (score, chosen) in enumerate(backward)]
    return _greedy(proposed)


def mine_texts(
    foreign_texts: Sequence[str], english_texts: Sequence[str], foreign: ArrayLike, english: ArrayLike
) -> list[Candidate]:
    """As `mine`, where texts may repeat: equal texts are one sentence while mining, and take part in no result.

    A repeated text is represented by the vector of its last occurrence. It has no place of its own to be mapped back
    to, so its candidates are dropped (texts are stripped for that comparison).
    """
    foreign_first, foreign_last = _merged(foreign_texts)
    english_first, english_last = _merged(english_texts)
    found = mine(np.asarray(foreign)[foreign_last], np.asarray(english)[english_last])
    foreign_once, english_once = _occurring_once(foreign_texts), _occurring_once(english_texts)
    placed = [Candidate(one.score, foreign_first[one.foreign], english_first[one.english]) for one in found]
    return [one for one in placed if foreign_once[one.foreign] and english_once[one.english]]


def best_threshold(candidates: Sequence[Candidate], gold: Collection[tuple[int, int]]) -> Threshold:
    """The margin that gives the best F1 on dev: half way between the last pair that is kept and the next.

    After the last pair it is that pair's own margin, and 0 (everything is kept) if no candidate is right. `gold` holds
    (foreign, English) places. Choosing it on test gold would be no fair score.
    """
    ranked = sorted(candidates, key=lambda one: -one.score)
    right = set(gold)
    best, value, correct = PairScores(0.0, 0.0, 0.0), 0.0, 0
    for place, candidate in enumerate(ranked):
        correct += (candidate.foreign, candidate.english) in right
        scores = _scores(correct, extracted=place + 1, gold=len(right))
        if scores.f1 > best.f1:
            best = scores
            following = ranked[place + 1].score if place + 1 < len(ranked) else candidate.score
            value = (candidate.score + following) / 2
    return Threshold(value, best)


def extract(candidates: Sequence[Candidate], threshold: float, english_sentences: int) -> list[int]:
    """The foreign place paired with each English sentence by candidates from the threshold on; -1 for no pair."""
    chosen = [-1] * english_sentences
    for candidate in candidates:
        if candidate.score >= threshold:
            chosen[candidate.english] = candidate.foreign
    return chosen


def pair_scores(gold: Collection[Any], predicted: Collection[Any]) -> PairScores:
    """Precision, recall and F1 of a set of pairs; all 0 if none is right. Repeated pairs count once."""
    right, found = set(gold), set(predicted)
    return _scores(len(right & found), extracted=len(found), gold=len(right))


def _scores(hits: int, *, extracted: int, gold: int) -> PairScores:
    if hits == 0:
        return PairScores(0.0, 0.0, 0.0)
    precision, recall = hits / extracted, hits / gold
    f1 = 2 * precision * recall / (precision + recall)
    return PairScores(precision * 100, recall * 100, f1 * 100)


def _unit_vectors(vectors: ArrayLike) -> Vectors:
    array = np.asarray(vectors, dtype=np.float32)
    if array.ndim != 2 or not array.size:
        raise CairnError(
            f"sentence vectors have the shape {array.shape}; give one row for each of at least one sentence"
        )
    if not np.isfinite(array).all():
        raise CairnError("a sentence vector holds a number that is not finite; the encoder's output is broken")
    length = np.linalg.norm(array, axis=1, keepdims=True)
    unit: Vectors = np.divide(array, length, out=np.zeros_like(array), where=length > 0)
    return unit


def _check_widths(foreign_FD: Vectors, english_ED: Vectors) -> None:
    if foreign_FD.shape[1] != english_ED.shape[1]:
        raise CairnError(
            f"foreign vectors are {foreign_FD.shape[1]} wide, English ones {english_ED.shape[1]}; "
            "use one encoder for both"
        )


def _distinct_rows(vectors: Vectors) -> Indices:
    """Places of the first occurrence of each row, rising: equal rows need not get equal products from a blocked one."""
    first: dict[bytes, int] = {}
    for place, row in enumerate(vectors):
        first.setdefault(row.tobytes(), place)
    return np.fromiter(first.values(), dtype=np.int64)


def _blocks(rows: int, columns: int) -> list[tuple[int, int]]:
    step = max(1, _BLOCK_NUMBERS // columns)
    return [(start, min(rows, start + step)) for start in range(0, rows, step)]


def _nearest(queries_QD: Vectors, database_ND: Vectors, neighbours: int) -> tuple[Indices, Vectors]:
    """Places and similarities of each query's nearest rows, nearest first."""
    count = min(neighbours, len(database_ND))
    places, similarities = [], []
    for start, stop in _blocks(len(queries_QD), len(database_ND)):
        similarity_QN = queries_QD[start:stop] @ database_ND.T
        near_QK = np.sort(np.argpartition(-similarity_QN, count - 1, axis=1)[:, :count], axis=1)
        near_similarity_QK = np.take_along_axis(similarity_QN, near_QK, axis=1)
        order_QK = np.argsort(-near_similarity_QK, axis=1, kind="stable")
        places.append(np.take_along_axis(near_QK, order_QK, axis=1).astype(np.int64))
        similarities.append(np.take_along_axis(near_similarity_QK, order_QK, axis=1))
    return np.concatenate(places), np.concatenate(similarities)


def _proposals(near_QK: Indices, similarity_QK: Vectors, mean_Q: Vectors, mean_N: Vectors) -> list[tuple[float, int]]:
    """Each query's best neighbour by ratio margin: the similarity over the mean of both neighbourhoods' means."""
    between_QK = (mean_Q[:, None] + mean_N[near_QK]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        margin_QK = np.nan_to_num(similarity_QK / between_QK, nan=0.0)
    best_Q = margin_QK.argmax(axis=1)
    rows_Q = np.arange(len(near_QK))
    return list(zip(margin_QK[rows_Q, best_Q].tolist(), near_QK[rows_Q, best_Q].tolist(), strict=True))


def _greedy(proposed: list[Candidate]) -> list[Candidate]:
    """Proposals from the best on, each sentence used once. One with no positive margin still uses up its sentences."""
    used_foreign: set[int] = set()
    used_english: set[int] = set()
    taken = []
    for candidate in sorted(proposed, key=lambda one: -one.score):
        if candidate.foreign in used_foreign or candidate.english in used_english:
            continue
        used_foreign.add(candidate.foreign)
        used_english.add(candidate.english)
        if candidate.score > 0:
            taken.append(candidate)
    return taken


def _merged(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Places of the first and of the last occurrence of each distinct text, in the order of the first."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for place, text in enumerate(texts):
        first.setdefault(text, place)
        last[text] = place
    return list(first.values()), [last[text] for text in first]


def _occurring_once(texts: Sequence[str]) -> list[bool]:
    stripped = [text.strip() for text in texts]
    counts: dict[str, int] = {}
    for text in stripped:
        counts[text] = counts.get(text, 0) + 1
    return [counts[text] == 1 for text in stripped]
