"""Batches for reading answers out of a model: inputs of like length together, no gradients, padding kept small.

Rows are taken from the longest on. A batch ends where its padded tokens would exceed the limit, or where fewer than
0.96 of them would be real: a small or uneven set costs a few batches more and no padding.
"""

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
from trainables.work import Work

REAL_SHARE = 0.96

Places = NDArray[np.int64]


def batches_by_length(
    model: MultiHeadModel,
    head: str,
    kind: Kind,
    features: Features,
    language: str,
    inference: Inference,
    work: Work | None = None,
) -> Iterator[tuple[Places, Batch]]:
    """Rows and the batch made of them, on the model's device. Use inside `torch.inference_mode`."""
    work = Work() if work is None else work
    work.note_features(features, kind)
    for places in _groups(features, kind, inference.batch_tokens):
        rows = [(language, features, int(place)) for place in places]
        batch = unlabelled(head, kind, rows, model.loaded.tokenizer)
        work.note_batch(int(batch.mask.sum()), batch.mask.numel(), len(batch.mask))
        yield places, batch.to(model.device)


def _groups(features: Features, kind: Kind, tokens: int) -> Iterator[Places]:
    """Rows, longest first. The parts of a row (the choices of a question) are inputs of their own."""
    real = features.lengths.astype(np.int64)
    longest, inputs = real, np.ones_like(real)
    if kind is Kind.CHOICE and len(features):
        parts = [features.lists("parts")[row] for row in range(len(features))]
        longest = np.array([part.max() for part in parts], dtype=np.int64)
        inputs = np.array([len(part) for part in parts], dtype=np.int64)
    order = np.argsort(-longest, kind="stable")
    start = 0
    while start < len(order):
        padded = longest[order[start]] * np.cumsum(inputs[order[start:]])
        fits = (padded <= tokens) & (np.cumsum(real[order[start:]]) >= REAL_SHARE * padded)
        count = max(1, len(fits) if fits.all() else int(np.argmin(fits)))
        yield order[start : start + count]
        start += count


def ready_to_answer(model: MultiHeadModel) -> torch.inference_mode:
    """The model as it is asked: no dropout, no gradients."""
    model.eval()
    return torch.inference_mode()
