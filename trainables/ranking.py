"""Queries answered from a pool by a dual encoder: both sides are read alone, and compared as vectors of unit length.

The pool is encoded once for a model and all its languages, piece by piece.

Shape suffixes: Q queries, S passages, D width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from torch.nn import functional

from evaluators.examples import Passage, Query
from evaluators.metrics.ranking import CUT
from evaluators.task import Kind
from trainables.answering import batches_by_length, ready_to_answer
from trainables.candidates import NOTHING, SHARD_PASSAGES, Vectors, nearest_passages
from trainables.encode_match import full_text
from trainables.features import input_length, sentence_features
from trainables.model import MultiHeadModel
from trainables.precision import computed_in
from trainables.settings import Inference, Training
from trainables.work import Work


def ranked(
    model: MultiHeadModel,
    pool: Iterable[Passage],
    queries: Mapping[str, Sequence[Query]],
    own: Training,
    inference: Inference,
    work: Work,
    shard: int = SHARD_PASSAGES,
) -> dict[str, list[tuple[str, ...]]]:
    """Language -> ids of the best 20 passages of each of its queries, best first.

    `own` are the settings of the task that the model was trained on. The queries' language goes to encoders that ask
    for one, a passage's own to those of passages.

    Raises:
        CairnError: the pool is empty, or inputs are longer than the encoder reads.
    """
    names: list[str] = []

    def shards() -> Iterator[Vectors]:
        passages = iter(pool)
        while piece := list(islice(passages, shard)):
            names.extend(passage.id for passage in piece)
            yield _passage_vectors(model, piece, input_length(model.loaded, own), inference, work)

    with (
        ready_to_answer(model),
        computed_in(own.precision, model.device),
    ):
        asked = {
            language: _vectors(
                model, [query.text.strip() for query in of], language, own.max_question_tokens, inference, work
            )
            for language, of in queries.items()
        }
        places_QK = nearest_passages(np.concatenate(list(asked.values())), shards(), CUT)
    answers = [tuple(names[place] for place in row if place != NOTHING) for row in places_QK]
    starts = np.cumsum([0, *(len(of) for of in queries.values())])
    return {language: answers[starts[n] : starts[n + 1]] for n, language in enumerate(queries)}


def _passage_vectors(
    model: MultiHeadModel, piece: Sequence[Passage], length: int, inference: Inference, work: Work
) -> Vectors:
    """Vectors of passages in their order (S, D), those of a language together."""
    vectors_SD = np.empty((len(piece), model.loaded.width), dtype=np.float32)
    for language in dict.fromkeys(passage.language for passage in piece):
        rows = [row for row, passage in enumerate(piece) if passage.language == language]
        texts = [full_text(piece[row]) for row in rows]
        vectors_SD[rows] = _vectors(model, texts, language, length, inference, work)
    return vectors_SD


def _vectors(
    model: MultiHeadModel, texts: Sequence[str], language: str, length: int, inference: Inference, work: Work
) -> Vectors:
    """Unit vectors of texts (Q, D)."""
    features = sentence_features(texts, model.loaded, min(length, model.loaded.usable_length), None)
    vectors_QD = np.empty((len(texts), model.loaded.width), dtype=np.float32)
    for places, batch in batches_by_length(model, "", Kind.BITEXT, features, language, inference, work):
        pooled_BD = model.pooled(model.hidden(batch).last, batch.mask).float()
        vectors_QD[places] = functional.normalize(pooled_BD, dim=-1).cpu().numpy()
    return vectors_QD
