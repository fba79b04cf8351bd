"""Sentence vectors without training, and what they find: nearest translations, or mined pairs.

The profile (layer, pooling, centring) follows the official baselines: the mean over all positions of layer 8 of 12, or
14 of 24. Centring subtracts each side's mean, which removes what only says the language; it is not official.

Shape suffixes: F foreign sentences, E English sentences, D width.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from evaluators.errors import CairnError
from evaluators.examples import Bitext
from evaluators.metrics.retrieval import Candidate, best_threshold, extract, mine_texts, nearest_foreign
from evaluators.task import Kind
from trainables.answering import batches_by_length
from trainables.encoder import Encoder
from trainables.features import sentence_features, sides
from trainables.model import MultiHeadModel, masked_mean
from trainables.settings import Inference, Retrieval

_OFFICIAL_LAYERS = {12: 8, 24: 14}

Vectors = NDArray[np.float32]


def nearest(
    model: MultiHeadModel, examples: Sequence[Bitext], language: str, inference: Inference, cache: Path | None = None
) -> list[int]:
    """For every English sentence the place of the nearest foreign one."""
    foreign_FD, english_ED = bitext_vectors(model, examples, language, inference, cache)
    return nearest_foreign(english_ED, foreign_FD)


def mined(
    model: MultiHeadModel,
    examples: Sequence[Bitext],
    language: str,
    inference: Inference,
    cache: Path | None = None,
    dev: Sequence[Bitext] | None = None,
) -> list[int]:
    """For every English sentence the place of its mined translation, or -1.

    The threshold is the one that is best on `dev`, whose pairing is its gold; None: these examples are the dev data.
    """
    candidates = _candidates(model, examples, language, inference, cache)
    known = candidates if dev is None else _candidates(model, dev, language, inference, cache)
    pairs = len(examples if dev is None else dev)
    threshold = best_threshold(known, {(place, place) for place in range(pairs)})
    return extract(candidates, threshold.value, len(examples))


def _candidates(
    model: MultiHeadModel, examples: Sequence[Bitext], language: str, inference: Inference, cache: Path | None
) -> list[Candidate]:
    foreign_FD, english_ED = bitext_vectors(model, examples, language, inference, cache)
    return mine_texts(*sides(examples), foreign_FD, english_ED)


def bitext_vectors(
    model: MultiHeadModel, examples: Sequence[Bitext], language: str, inference: Inference, cache: Path | None = None
) -> tuple[Vectors, Vectors]:
    """Vectors of the foreign and of the English sentences, (F, D) and (E, D)."""
    foreign, english = sides(examples)
    foreign_FD = sentence_vectors(model, foreign, language, inference, cache)
    english_ED = sentence_vectors(model, english, "en", inference, cache)
    if inference.retrieval.centred:
        return foreign_FD - foreign_FD.mean(axis=0), english_ED - english_ED.mean(axis=0)
    return foreign_FD, english_ED


def sentence_vectors(
    model: MultiHeadModel, sentences: Sequence[str], language: str, inference: Inference, cache: Path | None = None
) -> Vectors:
    """One float32 vector a sentence."""
    encoder, profile = model.loaded, inference.retrieval
    length = min(profile.max_length_tokens, encoder.usable_length)
    features = sentence_features(sentences, encoder, length, cache)
    layer = retrieval_layer(profile, encoder)
    vectors_ND = np.empty((len(sentences), encoder.width), dtype=np.float32)
    for places, batch in batches_by_length(model, "", Kind.BITEXT, features, language, inference):
        hidden_BTD = model.hidden(batch, all_layers=True).layers[layer].float()
        pooled = hidden_BTD[:, 0] if profile.pooling == "first" else masked_mean(hidden_BTD, batch.mask)
        vectors_ND[places] = pooled.to(torch.float32).cpu().numpy()
    return vectors_ND


def retrieval_layer(profile: Retrieval, encoder: Encoder) -> int:
    """The layer of the profile, 0 for the embedding.

    Raises:
        CairnError: the encoder has fewer layers.
    """
    if profile.layer is None:
        return _OFFICIAL_LAYERS.get(encoder.layers, max(1, round(0.6 * encoder.layers)))
    if not 0 <= profile.layer <= encoder.layers:
        raise CairnError(
            f"retrieval reads layer {profile.layer}, but the encoder has {encoder.layers}; name one of them"
        )
    return profile.layer
