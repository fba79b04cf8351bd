"""A feed: the endless series of training batches of one task, each a pure function of (seed, number).

Examples are read epoch after epoch, every epoch in its own order, and batches run across the borders of epochs. To keep
padding small, wide stretches of it are sorted by length, cut, and their batches shuffled. Since batch `n` depends on
nothing but the seed and `n`, a run that stops and goes on later reads what an undisturbed run reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluators.errors import CairnError
from evaluators.reading import available_languages
from evaluators.source import DataSource
from evaluators.task import Kind, Task
from trainables.batches import Batch
from trainables.collate import collate
from trainables.columns import Features
from trainables.encoder import Encoder
from trainables.features import training_features
from trainables.masking import corrupted
from trainables.seeds import derive
from trainables.settings import Training
from trainables.tokenizing import TextTokenizer

STRETCH_BATCHES = 50
"""Batches that are sorted by length together, as many as `transformers` groups; fewer where an epoch is shorter."""

Places = NDArray[np.int64]


class Feed:
    """Batches of one training task, over one or more languages in proportion to their rows."""

    def __init__(
        self, task: Task, parts: Sequence[tuple[str, Features]], tokenizer: TextTokenizer, training: Training
    ) -> None:
        self.task = task
        self._parts = [(language, features) for language, features in parts if len(features)]
        if not self._parts:
            raise CairnError(f"the task {task.name} has no training example; check its data, or leave the task out")
        self._tokenizer, self._own = tokenizer, training.of(task.name)
        self._starts = np.cumsum([0] + [len(features) for _, features in self._parts])
        self._stretch_size = min(STRETCH_BATCHES, max(1, len(self) // self.batch_size))
        lengths = np.concatenate([features.lengths for _, features in self._parts])
        order = lru_cache(maxsize=4)(partial(_epoch_order, task.name, len(self)))
        self._stretch = lru_cache(maxsize=4)(
            partial(_stretch_batches, task.name, lengths, order, (self._stretch_size, self.batch_size))
        )

    def __len__(self) -> int:
        return int(self._starts[-1])

    @property
    def shortened(self) -> int:
        """Examples that lost text because they were too long."""
        return sum(features.counts["shortened"] for _, features in self._parts)

    @property
    def batch_size(self) -> int:
        """Rows of every batch."""
        return self._own.batch_size

    def places(self, seed: int, number: int) -> Places:
        """The rows of batch `number`, counted from 0."""
        stretch = self._stretch(seed, number // self._stretch_size)
        places: Places = stretch[number % self._stretch_size]
        return places

    def batch(self, seed: int, number: int) -> Batch:
        """Batch `number`; text for language modelling comes with its holes."""
        rows = []
        for place in self.places(seed, number):
            part = int(np.searchsorted(self._starts, place, side="right")) - 1
            language, features = self._parts[part]
            rows.append((language, features, int(place - self._starts[part])))
        batch = collate(self.task, rows, self._tokenizer)
        if self.task.kind is not Kind.TEXT:
            return batch
        return corrupted(batch, self._tokenizer, self._own.masking, derive(seed, "holes", self.task.name, number))


def _epoch_order(task: str, rows: int, seed: int, epoch: int) -> Places:
    return np.random.default_rng(derive(seed, "epoch", task, epoch)).permutation(rows)


def _stretch_batches(
    task: str,
    lengths: NDArray[np.int32],
    order: Callable[[int, int], Places],
    shape: tuple[int, int],
    seed: int,
    stretch: int,
) -> Places:
    """The rows of a stretch's batches, one batch a line; `shape` is batches and rows of each."""
    size = shape[0] * shape[1]
    positions = np.arange(stretch * size, (stretch + 1) * size)
    epochs = positions // len(lengths)
    rows = np.concatenate(
        [order(seed, int(epoch))[positions[epochs == epoch] % len(lengths)] for epoch in np.unique(epochs)]
    )
    by_length = rows[np.argsort(lengths[rows], kind="stable")].reshape(shape)
    shuffle = np.random.default_rng(derive(seed, "stretch", task, stretch)).permutation(shape[0])
    shuffled: Places = by_length[shuffle]
    return shuffled


def open_feed(
    task: Task,
    data: DataSource,
    encoder: Encoder,
    training: Training,
    cache: Path,
    languages: Sequence[str] | None = None,
) -> Feed:
    """The feed of a training task in the given languages, or in all that its training split has at this source.

    Raises:
        BadData: the data are missing or break the task's rules.
    """
    chosen = available_languages(task, "train", data) if languages is None else languages
    parts = [(language, training_features(task, language, data, encoder, training, cache)) for language in chosen]
    return Feed(task, parts, encoder.tokenizer, training)
