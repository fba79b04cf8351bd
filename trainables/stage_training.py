"""Trains one stage with the one loop, and loads what was stored. Knows neither keys nor the store.

The encoder is read from disk once in a process and copied for every model. Copies, because training changes a model in
place, and the next stage or trial needs the encoder as it was.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import torch

from evaluators.reading import labels_of
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.task import Task
from search_spaces.plan import Stage
from trainables.devices import best_device
from trainables.encoder import Encoder, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.feed import Feed, open_feed
from trainables.loop import Trained, train
from trainables.memory import micro_batches_of
from trainables.model import MultiHeadModel
from trainables.ranks import Ranks
from trainables.settings import Hardware, Training
from trainables.trainer import Begun, Keeper
from trainables.weights import load_encoder_weights, load_weights, save_optimizer, save_weights

WEIGHTS = "model.safetensors"
OPTIMIZER = "optimizer.safetensors"


@dataclass(kw_only=True)
class FinishedStage:
    """A model at the end of its stage."""

    model: MultiHeadModel
    trained: Trained
    keep_optimizer: bool
    micro_batches: Mapping[str, int]
    """Training task -> examples that went through the device at once, where the whole batch did not fit."""

    @property
    def examples(self) -> int:
        """Examples trained on."""
        return self.trained.examples

    @property
    def facts(self) -> dict[str, Any]:
        """For the record."""
        return {
            "losses": dict(self.trained.losses),
            "examples": self.trained.examples,
            "seconds": round(self.trained.seconds, 3),
            "micro_batches": dict(self.micro_batches),
        }

    def save(self, folder: Path) -> None:
        """Weights and, where a longer stage may go on from here, the optimiser's state."""
        _save(self.model, self.trained.optimizer if self.keep_optimizer else None, folder)


@dataclass(kw_only=True)
class StageTrainer:
    """The trainer of one seed."""

    suite: Suite
    data: DataSource
    encoder: EncoderSource
    fingerprint: str
    """Of the encoder: a folder whose bytes have changed is read again."""
    training: Training
    seed: int
    cache: Path
    keep_optimizer: bool
    hardware: Hardware = field(default_factory=Hardware)
    _tasks: dict[str, Task] = field(default_factory=dict, init=False, repr=False)
    _feeds: dict[str, Feed] = field(default_factory=dict, init=False, repr=False)

    def train(
        self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper, ranks: Ranks | None = None
    ) -> FinishedStage:
        """Train to the stage's end: from the start's encoder with fresh heads, or from its first steps.

        With `ranks` this process is one of several that train together.

        Raises:
            TrainingDiverged: the loss is no longer a number.
            TooLarge: an example does not fit the device's memory.
        """
        feeds = {name: self._feed(name) for name in stage.tasks}
        model = self._model(stage.tasks)
        if begun is not None:
            load_weights(model, begun.path / WEIGHTS)
        elif start is not None:
            load_encoder_weights(model, start / WEIGHTS)
        if self.hardware.activation_checkpointing:
            model.encoder.activation_checkpointing_enable()
        model.to(best_device())
        micro_batches = micro_batches_of(self.fingerprint)
        trained = train(
            model,
            feeds,
            stage,
            self.training,
            seed=self.seed,
            first_step=begun.steps if begun else 0,
            optimizer_file=begun.path / OPTIMIZER if begun else None,
            micro_batches=micro_batches,
            after_step=partial(_keep_if_due, model, keeper),
            ranks=ranks,
        )
        return FinishedStage(
            model=model,
            trained=trained,
            keep_optimizer=self.keep_optimizer,
            micro_batches={task: size for task, size in micro_batches.sizes.items() if task in stage.tasks},
        )

    def load(self, path: Path | None, tasks: Sequence[str]) -> MultiHeadModel:
        """The model of a stored stage with the heads of its tasks; the bare encoder for no path."""
        model = self._model(tasks)
        if path is not None:
            load_weights(model, path / WEIGHTS)
        model.to(best_device())
        model.eval()
        return model

    def _model(self, tasks: Sequence[str]) -> MultiHeadModel:
        pristine = loaded_encoder(self.encoder, self.fingerprint)
        own = replace(pristine, module=copy.deepcopy(pristine.module))
        return MultiHeadModel(own, [self._task(name) for name in tasks], self.seed)

    def _task(self, name: str) -> Task:
        """The training task, with the labels that its data have where the declaration leaves them open."""
        if name not in self._tasks:
            task = self.suite.training_task(name)
            self._tasks[name] = replace(task, labels=labels_of(task, self.data))
        return self._tasks[name]

    def _feed(self, name: str) -> Feed:
        if name not in self._feeds:
            self._feeds[name] = open_feed(
                self._task(name), self.data, loaded_encoder(self.encoder, self.fingerprint), self.training, self.cache
            )
        return self._feeds[name]


def _keep_if_due(model: MultiHeadModel, keeper: Keeper, steps: int, optimizer: torch.optim.Optimizer) -> None:
    if keeper.is_due(steps):
        keeper.keep(steps, partial(_save, model, optimizer))


def _save(model: MultiHeadModel, optimizer: torch.optim.Optimizer | None, folder: Path) -> None:
    save_weights(model, folder / WEIGHTS)
    if optimizer is not None:
        save_optimizer(optimizer, model, folder / OPTIMIZER)


@lru_cache(maxsize=1)
def loaded_encoder(source: EncoderSource, fingerprint: str) -> Encoder:
    """The encoder, read from disk once in a process; copy it before changing it."""
    return load_encoder(source)
