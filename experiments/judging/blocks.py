"""The order in which models are timed: blocks, each of which asks every model every kind of input once, shuffled.

What drifts (heat, other users of the machine) then falls on all models alike. Nothing here knows what is timed, nor
reads a clock of its own.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from analysis.arrays import Floats
from evaluators.errors import CairnError

Entry = TypeVar("Entry")
Cell = TypeVar("Cell")


@dataclass(frozen=True, kw_only=True)
class Course:
    """How often each is asked."""

    blocks: int
    calls: int
    """Timed in a block, one after another."""
    warmup: int
    """Before the first block, for each model and kind of input."""
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.blocks, self.calls) < 1 or self.warmup < 0:
            raise CairnError(f"{self.blocks} blocks of {self.calls} calls after {self.warmup}: give 1, 1, 0 or more")


def timed(
    entries: Sequence[Entry],
    cells: Sequence[Cell],
    call: Callable[[Entry, Cell, int], None],
    course: Course,
    *,
    clock: Callable[[], float] = time.perf_counter,
    on_block: Callable[[int], None] = lambda block: None,
) -> dict[tuple[Entry, Cell], Floats]:
    """Seconds of every call, (blocks, calls) for each entry and cell.

    `call(entry, cell, turn)` must not return before its work is done; equal turns are to get equal inputs. On every
    visit one more call goes first untimed, as caches still hold what others left there.
    """
    visits = [(entry, cell) for entry in entries for cell in cells]
    for entry, cell in visits:
        for turn in range(course.warmup):
            call(entry, cell, turn)
    order = random.Random(course.seed)
    seconds = {visit: np.zeros((course.blocks, course.calls)) for visit in visits}
    for block in range(course.blocks):
        on_block(block)
        with _no_collection():
            for entry, cell in order.sample(visits, len(visits)):
                call(entry, cell, block * course.calls)
                for place in range(course.calls):
                    before = clock()
                    call(entry, cell, block * course.calls + place)
                    seconds[entry, cell][block, place] = clock() - before
    return seconds


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python's collector stays out of the calls, and collects afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(1)
