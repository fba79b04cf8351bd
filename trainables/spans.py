"""From start and end scores to an answer text: the best span over all windows of a question.

As in the official baselines: the best few starts and ends of each window, spans of a limited number of tokens, the sum
of the two scores. A span is the context's own text between its first and last token's characters, stripped, because
some tokenizers count the space in front of a word as part of it.

Shape suffixes: T tokens, S starts, E ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainables.columns import Numbers
from trainables.encode_spans import NO_ANSWER_POSITION, OUTSIDE
from trainables.settings import Inference

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """A candidate: its score, the score of there being no answer in its window, and its characters in the context."""

    score: float
    nothing: float
    begin: int
    end: int


def best_span(start_T: Scores, end_T: Scores, begins_T: Numbers, ends_T: Numbers, inference: Inference) -> Span | None:
    """The best span of one window; None where the window shows no context."""
    context = np.flatnonzero(begins_T != OUTSIDE)
    if not len(context):
        return None
    starts_S = context[np.argsort(-start_T[context], kind="stable")[: inference.best_spans]]
    stops_E = context[np.argsort(-end_T[context], kind="stable")[: inference.best_spans]]
    tokens_SE = stops_E[None, :] - starts_S[:, None] + 1
    possible_SE = (tokens_SE >= 1) & (tokens_SE <= inference.max_answer_tokens)
    score_SE = np.where(possible_SE, start_T[starts_S][:, None] + end_T[stops_E][None, :], -np.inf)
    if not possible_SE.any():
        starts_S = stops_E = context[[np.argmax(start_T[context])]]
        score_SE = (start_T[starts_S] + end_T[stops_E])[None, :]
    start, stop = np.unravel_index(int(score_SE.argmax()), score_SE.shape)
    nothing = float(start_T[NO_ANSWER_POSITION] + end_T[NO_ANSWER_POSITION])
    return Span(float(score_SE[start, stop]), nothing, int(begins_T[starts_S[start]]), int(ends_T[stops_E[stop]]))


def answer(context: str, spans: list[Span], *, may_be_none: bool) -> str:
    """The text of the best of a question's windows; empty where every window rather says that there is none."""
    if not spans:
        return ""
    best = max(spans, key=lambda span: span.score)
    if may_be_none and min(span.nothing for span in spans) > best.score:
        return ""
    return context[best.begin : best.end].strip()
