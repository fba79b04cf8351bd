"""Parts of a stage in training, kept now and then: what a killed stage goes on from, so that it loses minutes.

A part is an entry of the stage store, under a name of its own, with the optimiser's state. A stage has two at most, and
none once it is stored. Training is a function of (seed, step), so that going on from a part ends at the same bytes, on
a CPU, as training in one go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainables.keys import digest
from trainables.store import Store, StoreError

log = logging.getLogger(__name__)

_LEAST_SHARE = 0.05
"""Of a stage's steps between two parts: saving more often would take longer than what it saves."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often a stage in training is kept."""

    seconds: float | None = None
    """At the least between two parts; None: never, but before the node goes."""
    node_leaves: Callable[[], bool] = lambda: False
    """Has the node been told to go? Then a part is kept at once."""


@dataclass
class Parts:
    """The parts of one stage."""

    store: Store
    key: str
    content: Mapping[str, Any]
    """Of the stage's name."""
    steps: int
    """Of the whole stage."""
    pace: Pace
    _kept_at: float = field(default_factory=time.monotonic)
    _kept_step: int = 0
    _begun_at: int = 0
    """Steps in the part that training goes on from; it stays until the stage is stored."""
    _left: bool = False

    def latest(self) -> tuple[int, str]:
        """Steps in the longest sound part, and its name; 0 steps if there is none."""
        for steps in reversed(self.store.lengths(self.key)):
            if steps < self.steps and self.store.open(part_key(self.key, steps)) is not None:
                self._begun_at = self._kept_step = steps
                return steps, part_key(self.key, steps)
        return 0, ""

    def is_due(self, steps: int) -> bool:
        """Should the stage be kept after so many steps?"""
        if not self._left and self.pace.node_leaves():
            self._left = True
            return True
        if self.pace.seconds is None or steps - self._kept_step < _LEAST_SHARE * self.steps:
            return False
        return time.monotonic() - self._kept_at >= self.pace.seconds

    def keep(self, steps: int, write: Callable[[Path], None]) -> None:
        """Keep the stage after so many steps, instead of the last part. A store that refuses stops no training."""
        record = {"content": {**self.content, "stop": steps, "part_of": self.key}}
        try:
            self.store.note_length(self.key, steps)
            self.store.publish(part_key(self.key, steps), write, record)
            self._drop(step for step in self.store.lengths(self.key) if step not in (steps, self._begun_at))
        except StoreError as error:
            log.warning("a part of stage %s could not be kept: %s", self.key, error)
        self._kept_at, self._kept_step = time.monotonic(), steps

    def drop(self) -> None:
        """Remove all: the stage is stored."""
        self._drop(self.store.lengths(self.key))

    def _drop(self, lengths: Iterable[int]) -> None:
        for steps in lengths:
            self.store.remove(part_key(self.key, steps))
            self.store.remove_note(f"lengths/{self.key}", str(steps))


def part_key(key: str, steps: int) -> str:
    """The name of a stage's first steps: of these bytes alone, as a schedule may look ahead to the stage's end."""
    return digest({"part_of": key, "steps": steps})
