"""What a frozen encoder makes of a task's training examples: vectors of their texts, and vectors with their labels.

Nothing is trained, and no head is asked. Of texts, the mean over the tokens of the last layer is read; of labelled
examples, what their kind's head would read: a pair's or a choice's vector, and the first piece of every tagged word.

Shape suffixes: B inputs, T tokens, D width, N vectors, M texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from evaluators.task import Kind, Task
from trainables.answering import batches_by_length, ready_to_answer
from trainables.batches import IGNORED, padded
from trainables.columns import Features
from trainables.features import encode_for_training, finished, sentence_features
from trainables.model import MultiHeadModel, masked_mean
from trainables.settings import Inference, Training

Vectors: TypeAlias = NDArray[np.float64]

WITH_CLASSES = (Kind.PAIR, Kind.CHOICE, Kind.TAGS)
"""Kinds whose gold is a class: of a text, of a choice (right or wrong), of a word."""


class Labelled(NamedTuple):
    """Vectors and the numbers of their classes."""

    vectors_nd: Vectors
    labels_n: NDArray[np.int64]


def text_vectors(model: MultiHeadModel, texts: Sequence[str], language: str, *, max_length_tokens: int) -> Vectors:
    """A vector a text (M, D); longer texts are cut at the end."""
    encoder = model.loaded
    features = sentence_features(texts, encoder, min(max_length_tokens, encoder.usable_length), None)
    vectors_MD = np.empty((len(texts), encoder.width))
    with ready_to_answer(model):
        for places, batch in batches_by_length(model, "", Kind.BITEXT, features, language, Inference()):
            vectors_MD[places] = _plain(masked_mean(model.hidden(batch).last.float(), batch.mask))
    return vectors_MD


def labelled_vectors(
    model: MultiHeadModel, task: Task, examples: Sequence[Any], language: str, training: Training
) -> Labelled:
    """Vectors of examples with gold, of a task of one of the kinds `WITH_CLASSES`, its labels known.

    Raises:
        CairnError: there is no example, or inputs are longer than the encoder can read.
    """
    assert task.kind in WITH_CLASSES, task.kind
    features = finished(encode_for_training(examples, task, model.loaded, training.of(task.name)))
    vectors, labels = [], []
    with ready_to_answer(model):
        for places, batch in batches_by_length(model, "", task.kind, features, language, Inference()):
            hidden_BTD = model.hidden(batch).last.float()
            if task.kind is Kind.TAGS:
                labels_BT = padded([features.lists("labels")[int(row)] for row in places], IGNORED)
                asked_BT = labels_BT != IGNORED
                vectors.append(_plain(hidden_BTD[asked_BT.to(hidden_BTD.device)]))
                labels.append(labels_BT[asked_BT].numpy())
            else:
                vectors.append(_plain(model.pooled(hidden_BTD, batch.mask)))
                labels.append(_classes(features, places, batch.choices))
    return Labelled(np.concatenate(vectors), np.concatenate(labels))


def _classes(features: Features, places: NDArray[np.int64], choices: Sequence[int]) -> NDArray[np.int64]:
    """The label of each pair; of each choice, is it the right one?"""
    gold = features.numbers("label")[places].astype(np.int64)
    if not choices:
        return gold
    return np.concatenate([np.arange(count) == right for count, right in zip(choices, gold, strict=True)]).astype(int)


def _plain(vectors: torch.Tensor) -> Vectors:
    return np.asarray(vectors.cpu().numpy(), dtype=np.float64)
