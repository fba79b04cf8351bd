"""Sentence vectors without training, and what they find: nearest translations, or mined pairs.

Which layer is read, and how, is said by a resolved profile (`trainables.profiles`). Centring subtracts each side's
mean, which removes what only says the language; it is in no published profile.

Shape suffixes: F foreign sentences, E English sentences, N sentences, L layers, D width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evaluators.examples import Bitext
from evaluators.metrics.retrieval import Candidate, best_threshold, extract, mine_texts, nearest_foreign
from evaluators.task import Kind
from trainables.answering import batches_by_length
from trainables.features import sentence_features, sides
from trainables.model import MultiHeadModel, masked_mean
from trainables.settings import Inference
from trainables.work import Work

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Ways:
    """How the sentences of one language are read."""

    language: str
    inference: Inference
    """With a resolved profile."""
    cache: Path | None
    work: Work


def nearest(model: MultiHeadModel, examples: Sequence[Bitext], ways: Ways) -> list[int]:
    """For every English sentence the place of the nearest foreign one."""
    foreign_FD, english_ED = bitext_vectors(model, examples, ways)
    return nearest_foreign(english_ED, foreign_FD)


def mined(
    model: MultiHeadModel, examples: Sequence[Bitext], ways: Ways, dev: Sequence[Bitext] | None = None
) -> list[int]:
    """For every English sentence the place of its mined translation, or -1.

    The threshold is the one that is best on `dev`, whose pairing is its gold; None: these examples are the dev data.
    """
    candidates = _candidates(model, examples, ways)
    if dev is None:
        return _extracted(candidates, candidates, len(examples), len(examples))
    return _extracted(candidates, _candidates(model, dev, ways), len(dev), len(examples))


def pairs_of(examples: Sequence[Bitext], foreign_FD: Vectors, english_ED: Vectors, *, mines: bool) -> list[int]:
    """What these vectors find: nearest sentences, or pairs mined with the threshold that is best on themselves."""
    if not mines:
        return nearest_foreign(english_ED, foreign_FD)
    candidates = mine_texts(*sides(examples), foreign_FD, english_ED)
    return _extracted(candidates, candidates, len(examples), len(examples))


def _extracted(candidates: list[Candidate], known: list[Candidate], gold: int, sentences: int) -> list[int]:
    """Pairs from the threshold on that is best on the known ones, whose first `gold` sentences are pairs."""
    threshold = best_threshold(known, {(place, place) for place in range(gold)})
    return extract(candidates, threshold.value, sentences)


def _candidates(model: MultiHeadModel, examples: Sequence[Bitext], ways: Ways) -> list[Candidate]:
    foreign_FD, english_ED = bitext_vectors(model, examples, ways)
    return mine_texts(*sides(examples), foreign_FD, english_ED)


def bitext_vectors(model: MultiHeadModel, examples: Sequence[Bitext], ways: Ways) -> tuple[Vectors, Vectors]:
    """Vectors of the foreign and of the English sentences, (F, D) and (E, D)."""
    layer = ways.inference.retrieval.layer
    assert layer is not None, "the profile is not resolved"
    (foreign_FD,), (english_ED,) = layered_vectors(model, examples, ways, [layer])
    return foreign_FD, english_ED


def layered_vectors(
    model: MultiHeadModel, examples: Sequence[Bitext], ways: Ways, layers: Sequence[int]
) -> tuple[Vectors, Vectors]:
    """The same of several layers in one pass, (L, F, D) and (L, E, D)."""
    foreign, english = sides(examples)
    sided = _vectors(model, foreign, ways.language, ways, layers), _vectors(model, english, "en", ways, layers)
    if ways.inference.retrieval.centred:
        foreign_LFD, english_LED = (vectors - vectors.mean(axis=1, keepdims=True) for vectors in sided)
        return foreign_LFD, english_LED
    return sided


def _vectors(
    model: MultiHeadModel, sentences: Sequence[str], language: str, ways: Ways, layers: Sequence[int]
) -> Vectors:
    """Float32 vectors of sentences, (L, N, D)."""
    encoder, profile = model.loaded, ways.inference.retrieval
    length = min(profile.max_length_tokens, encoder.usable_length)
    features = sentence_features(sentences, encoder, length, ways.cache)
    vectors_LND = np.empty((len(layers), len(sentences), encoder.width), dtype=np.float32)
    batches = batches_by_length(model, "", Kind.BITEXT, features, language, ways.inference, ways.work)
    for places, batch in batches:
        hidden = model.hidden(batch, all_layers=True).layers
        for number, layer in enumerate(layers):
            vectors_LND[number, places] = _pooled(hidden[layer].float(), batch.mask, profile.pooling == "first")
    return vectors_LND


def _pooled(hidden_BTD: Tensor, mask_BT: Tensor, first: bool) -> Vectors:
    pooled_BD = hidden_BTD[:, 0] if first else masked_mean(hidden_BTD, mask_BT)
    vectors: Vectors = pooled_BD.to(torch.float32).cpu().numpy()
    return vectors
