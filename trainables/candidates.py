"""The nearest passages of a pool that need not fit in memory: encoded and searched shard by shard, exactly.

Every shard goes into a flat FAISS index (inner product, nothing approximate) and is thrown away after all queries have
looked into it; only each query's best stay. Of equal scores the later passage comes first, as a stable rising sort
that is read backwards puts it (the published scorer's order).

Shape suffixes: Q queries, S passages of a shard, D width, K best.
"""

from __future__ import annotations

from collections.abc import Iterable

import faiss
import numpy as np
from numpy.typing import NDArray

from evaluators.errors import CairnError

Vectors = NDArray[np.float32]
Places = NDArray[np.int64]

SHARD_PASSAGES = 65_536
NOTHING = -1


def nearest_passages(queries_QD: Vectors, shards: Iterable[Vectors], best: int) -> Places:
    """Places in the pool of each query's `best` passages, best first (Q, K); -1 where the pool has fewer.

    Raises:
        CairnError: the pool is empty, widths differ, or a number is not finite.
    """
    queries_QD = _checked(queries_QD)
    scores_QK = np.full((len(queries_QD), best), -np.inf, dtype=np.float32)
    places_QK = np.full((len(queries_QD), best), NOTHING, dtype=np.int64)
    start = 0
    for shard_SD in shards:
        if shard_SD.shape[1] != queries_QD.shape[1]:
            raise CairnError(
                f"passages are {shard_SD.shape[1]} wide, queries {queries_QD.shape[1]}; use one encoder for both"
            )
        found_QK, near_QK = _searched(queries_QD, _checked(shard_SD), best)
        near_QK = np.where(near_QK == NOTHING, NOTHING, near_QK + start)
        scores_QK, places_QK = _best(
            np.concatenate([scores_QK, found_QK], axis=1), np.concatenate([places_QK, near_QK], axis=1), best
        )
        start += len(shard_SD)
    if not start:
        raise CairnError("there is no passage to look among; check the pool's files")
    return places_QK


def _searched(queries_QD: Vectors, shard_SD: Vectors, best: int) -> tuple[Vectors, Places]:
    """Scores and places within a shard.

    Which of several equals FAISS drops at its cut is its own affair, so one more is asked for than is wanted; where
    that one is an equal, the query is compared with the whole shard.
    """
    index = faiss.IndexFlatIP(shard_SD.shape[1])
    index.add(shard_SD)
    scores_QK, places_QK = index.search(queries_QD, best + 1)
    missing_QK = places_QK < 0
    scores_QK[missing_QK], places_QK[missing_QK] = -np.inf, NOTHING
    for query in np.flatnonzero((scores_QK[:, best - 1] == scores_QK[:, best]) & ~missing_QK[:, best]):
        all_S = shard_SD @ queries_QD[query]
        kept = np.lexsort((-np.arange(len(all_S)), -all_S))[:best]
        scores_QK[query, :best], places_QK[query, :best] = all_S[kept], kept
    return scores_QK[:, :best], places_QK[:, :best]


def _best(scores: Vectors, places: Places, best: int) -> tuple[Vectors, Places]:
    order = np.lexsort((-places, -scores), axis=1)[:, :best]
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(places, order, axis=1)


def _checked(vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors).all():
        raise CairnError("a vector holds a number that is not finite; the encoder's output is broken")
    return np.ascontiguousarray(vectors, dtype=np.float32)
