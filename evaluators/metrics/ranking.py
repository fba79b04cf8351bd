"""Ranked passages: reciprocal rank (Mewsli-X) and average precision (LAReQA), both cut at twenty.

XTREME-R calls the first "mAP@20", too: with one right entity a mention the two are the same number. Repeated ids take
up ranks, and count once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evaluators.errors import CairnError
from evaluators.metrics.accuracy import check_lengths

CUT = 20


def reciprocal_rank(right: str, ranked: Sequence[str], cut: int = CUT) -> float:
    """One over the rank, from 1, of the right id among the first `cut`; 0 if it is not there."""
    for rank, found in enumerate(ranked[:cut], start=1):
        if found == right:
            return 1 / rank
    return 0.0


def average_precision(right: Collection[str], ranked: Sequence[str], cut: int | None = CUT) -> float:
    """Sum of the precision at every new right id among the first `cut`, over as many as could be found there; 0 to 1.

    Raises:
        CairnError: there is no right id.
    """
    wanted = set(right)
    if not wanted:
        raise CairnError("a query has no right passage, so its ranking cannot be scored; leave the query out")
    hits, total = 0, 0.0
    for rank, found in enumerate(ranked[:cut], start=1):
        if found in wanted:
            wanted.discard(found)
            hits += 1
            total += hits / rank
    most = len(set(right)) if cut is None else min(len(set(right)), cut)
    return total / most


def mean_reciprocal_rank(right: Sequence[str], ranked: Sequence[Sequence[str]]) -> float:
    """Mean over mentions, in percent.

    Raises:
        CairnError: lengths differ, or there is no mention.
    """
    check_lengths(right, ranked)
    total = 0.0
    for wanted, found in zip(right, ranked, strict=True):
        total += reciprocal_rank(wanted, found)
    return (total / len(right)) * 100


def mean_average_precision(right: Sequence[Collection[str]], ranked: Sequence[Sequence[str]]) -> float:
    """Mean over questions, in percent.

    Raises:
        CairnError: lengths differ, there is no question, or one has no right passage.
    """
    check_lengths(right, ranked)
    total = 0.0
    for wanted, found in zip(right, ranked, strict=True):
        total += average_precision(wanted, found)
    return (total / len(right)) * 100
