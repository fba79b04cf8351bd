"""Batches for reading answers out of a model: inputs of like length together, no gradients, padding kept small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from evaluators.task import Kind
from trainables.batches import Batch
from trainables.collate import unlabelled
from trainables.columns import Features
from trainables.model import MultiHeadModel
from trainables.settings import Inference

Places = NDArray[np.int64]


def batches_by_length(
    model: MultiHeadModel, head: str, kind: Kind, features: Features, language: str, inference: Inference
) -> Iterator[tuple[Places, Batch]]:
    """Rows and the batch made of them, on the model's device. Use inside `torch.inference_mode`."""
    for places in _groups(features, inference.batch_tokens):
        rows = [(language, features, int(place)) for place in places]
        yield places, unlabelled(head, kind, rows, model.loaded.tokenizer).to(model.device)


def _groups(features: Features, tokens: int) -> Iterator[Places]:
    """Rows, longest first, so many at a time that the padded batch stays within `tokens`."""
    order = np.argsort(-features.lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = int(features.lengths[order[start]])
        count = max(1, tokens // max(1, longest))
        yield order[start : start + count]
        start += count


def ready_to_answer(model: MultiHeadModel) -> torch.inference_mode:
    """The model as it is asked: no dropout, no gradients."""
    model.eval()
    return torch.inference_mode()
