"""Runs stages: finds each in the store, or trains it and stores it. What starts where is said by checkpoints.

A stage starts from the encoder of its checkpoint; heads are dropped at the border and drawn afresh. If the schedule
does not look ahead and the store has the same stage at a shorter length, training goes on from there, optimiser state
included, and ends at the same bytes as training in one go. A stage that somebody else is training is not trained again:
its claim is refused, or waited for, as the runner's claims have it.

Nothing is kept but counters: whatever was finished is in the store. Torch is loaded with the first stage that must be
trained or loaded (`stage_training`), so that naming and counting stages stays cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evaluators.errors import CairnError
from evaluators.reading import available_languages, fingerprint
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.task import Task
from search_spaces.plan import Stage
from trainables.claims import Claims
from trainables.encoder_source import EncoderSource, encoder_fingerprint
from trainables.keys import digest, family_key, stage_content, stage_key
from trainables.parts import Pace, Parts
from trainables.settings import Hardware, Training
from trainables.store import Entry, Store
from trainables.trainer import Begun, Trainer

if TYPE_CHECKING:
    from trainables.model import MultiHeadModel


class StageGone(CairnError):
    """A stored stage was damaged, or removed, between being found and being used. It can be trained again."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the stage {key} left the store while it was in use; run the same command again")


class Checkpoint(NamedTuple):
    """A trained state by its name: a stage's key, or the encoder's fingerprint with no path."""

    key: str
    path: Path | None


@dataclass(kw_only=True)
class StageRunner:
    """Runs the stages of one seed."""

    store: Store
    suite: Suite
    data: DataSource
    encoder: EncoderSource
    training: Training
    seed: int
    cache: Path
    claims: Claims | None = None
    """None: locks of this machine, waited for."""
    trainer: Trainer | None = None
    """None: the one that trains for real."""
    hardware: Hardware = field(default_factory=Hardware)
    pace: Pace = field(default_factory=Pace)
    """How often a stage in training is kept."""
    on_trained: Callable[[str], None] = lambda key: None
    """Told the key of every stage that was trained and stored."""
    stored: list[str] = field(default_factory=list)
    """Keys of the stages trained so far."""
    found: int = 0
    """Stages found in the store so far."""
    steps: int = 0
    """Optimiser steps taken so far."""
    examples: int = 0
    """Examples trained on so far."""
    micro_batches: dict[str, int] = field(default_factory=dict)
    """Training task -> examples at once on the device, where memory ran out with the whole batch."""
    _data: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def trained(self) -> int:
        """Stages trained so far."""
        return len(self.stored)

    @cached_property
    def start(self) -> Checkpoint:
        """The encoder, before any stage."""
        return Checkpoint(encoder_fingerprint(self.encoder), None)

    def run_all(self, stages: Sequence[Stage], start: Checkpoint) -> Checkpoint:
        """The end of stages one after another: what comes before the last one that is stored is not even looked at.

        Raises:
            What `run` raises.
        """
        ends = [start]
        for stage in stages:
            ends.append(Checkpoint(self.key(stage, ends[-1]), None))
        first = len(stages)
        while first and (entry := self.store.open(ends[first].key)) is None:
            first -= 1
        here = start if not first else Checkpoint(ends[first].key, entry.path if entry else None)
        self.found += first
        for stage in stages[first:]:
            here = self.run(stage, here)
        return here

    def run(self, stage: Stage, start: Checkpoint) -> Checkpoint:
        """The stage's end, found or trained.

        Raises:
            StageBusy: somebody else is training it, and the claims do not wait.
            StageGone: what it starts from was damaged or removed since it was found.
            TrainingDiverged: the loss is no longer a number.
            BadData: the data of a training task are missing or break its rules.
            StoreError: the disk is full, or the store cannot be written.
        """
        key = self.key(stage, start)
        if (entry := self.store.open(key)) is None:
            path = None
            with self._claims.claimed(key):
                if (entry := self.store.open(key)) is None:  # nobody finished it meanwhile
                    path = self._train(stage, start, key)
            if entry is None:
                self.on_trained(key)
                return Checkpoint(key, path)
        self.found += 1
        return Checkpoint(key, entry.path)

    def key(self, stage: Stage, start: Checkpoint) -> str:
        """The stage's name."""
        return stage_key(start.key, stage, **self._circumstances(stage))

    def load(self, checkpoint: Checkpoint) -> MultiHeadModel:
        """The model of a checkpoint, on its device; without heads for the encoder before any stage.

        Raises:
            StageGone: it was damaged or removed since it was found.
        """
        if checkpoint.path is None:
            return self._trainer.load(None, ())
        with self._in_use(checkpoint.key) as entry:
            assert entry is not None
            return self._trainer.load(entry.path, tuple(entry.record["content"]["stage"]["mixture"]))

    @contextmanager
    def _in_use(self, key: str) -> Iterator[Entry | None]:
        """Its entry, sound; errors of one that is spoilt meanwhile are told as that. None for no name.

        Raises:
            StageGone: it is, or was meanwhile.
        """
        if not key:
            yield None
            return
        entry = self.store.open(key)
        if entry is None:
            raise StageGone(key)
        try:
            yield entry
        except Exception as error:
            if self.store.open(key) is None:
                raise StageGone(key) from error
            raise

    def _train(self, stage: Stage, start: Checkpoint, key: str) -> Path:
        self.store.sweep()
        family = family_key(start.key, stage, **self._circumstances(stage))
        content = stage_content(start.key, stage, **self._circumstances(stage))
        parts = Parts(self.store, key, content, stage.steps, self.pace)
        first_step, before = max(self._longest_shorter(stage, start, family), parts.latest())
        with self._in_use(start.key if start.path else "") as from_here, self._in_use(before) as continued:
            trained = self._trainer.train(
                stage,
                from_here.path if from_here else None,
                Begun(continued.path, first_step) if continued else None,
                parts,
            )
        record = {
            "content": content,
            "family": family,
            "continued_from_step": first_step,
            "versions": _versions(),
            **trained.facts,
        }
        if self._continues:
            self.store.note_length(family, stage.steps)  # before the entry: a note without an entry does no harm
        path = self.store.publish(key, trained.save, record)
        parts.drop()
        self.stored.append(key)
        self.steps += stage.steps - first_step
        self.examples += trained.examples
        self.micro_batches |= trained.facts["micro_batches"]
        return path

    def _longest_shorter(self, stage: Stage, start: Checkpoint, family: str) -> tuple[int, str]:
        """Steps of the longest stored shorter stage, and its name; 0 steps if there is none."""
        if not self._continues:
            return 0, ""
        for steps in reversed(self.store.lengths(family)):
            if steps < stage.steps:
                key = self.key(Stage(mixture=stage.mixture, learning_rate=stage.learning_rate, steps=steps), start)
                if self.store.open(key):
                    return steps, key
        return 0, ""

    @property
    def _continues(self) -> bool:
        return self.training.schedule == "constant"

    def _circumstances(self, stage: Stage) -> dict[str, Any]:
        for task in stage.tasks:
            if task not in self._data:
                self._data[task] = data_fingerprint(self.suite.training_task(task), self.data)
        return {"training": self.training, "data": self._data, "seed": self.seed}

    @cached_property
    def _claims(self) -> Claims:
        return self.claims or self.store.claims(waits=True)

    @cached_property
    def _trainer(self) -> Trainer:
        if self.trainer is not None:
            return self.trainer
        from trainables.stage_training import StageTrainer

        alone = StageTrainer(
            suite=self.suite,
            data=self.data,
            encoder=self.encoder,
            fingerprint=self.start.key,
            training=self.training,
            seed=self.seed,
            cache=self.cache,
            keep_optimizer=self._continues,
            hardware=self.hardware,
        )
        if self.hardware.processes == 1:
            return alone
        from trainables.parallel import ParallelTrainer

        return ParallelTrainer(alone, self.hardware.processes)


def data_fingerprint(task: Task, data: DataSource) -> str:
    """What training on the task depends on: the bytes of its training data, and what its answers are."""
    languages = available_languages(task, "train", data)
    return digest(
        {
            "files": fingerprint(task, "train", languages, data),
            "kind": str(task.kind),
            "labels": list(task.labels),
        }
    )


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("cairn-search", "torch", "transformers")}
