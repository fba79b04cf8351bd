"""Simulated studies: what every sequence of a few tasks is worth, and the luck that training adds.

The value of a sequence is the sum of its tasks' effects, smaller for tasks further from the end, plus an effect for
each ordered pair of tasks (halved unless they are neighbours), scaled down with length; sequences of three also have a
part of their own, which nothing else foretells. Half of a node's luck is its parent's: continuing an unlucky run is
unlucky.

Four kinds differ in how much each part weighs. They are an invention for comparing searchers, not a model of any study.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NOISE = 0.5
"""Standard deviation of a node's luck."""
INHERITED = 0.5
"""Share of the parent's luck that a node has."""
_LENGTH_SCALE = (1.0, 0.8, 0.7)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Standard deviations of the parts of a value."""

    task: float
    pair: float
    own: float
    """Of sequences of three."""
    recency: float
    """Weight of a task over that of the one after it."""


KINDS = {
    "additive": Kind(task=1.0, pair=0.15, own=0.1, recency=0.9),
    "moderate": Kind(task=1.0, pair=0.5, own=0.25, recency=0.8),
    "order-heavy": Kind(task=0.5, pair=1.0, own=0.4, recency=0.7),
    "rugged": Kind(task=0.5, pair=0.5, own=1.0, recency=0.8),
}


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """One simulated study over the sequences of one to three of `tasks` tasks, which are numbered from 0."""

    kind: Kind
    seed: int
    tasks: int = 9

    @cached_property
    def sequences(self) -> list[tuple[int, ...]]:
        """All sequences, shorter ones first, so that a parent comes before its children."""
        return [s for length in (1, 2, 3) for s in permutations(range(self.tasks), length)]

    @cached_property
    def place(self) -> dict[tuple[int, ...], int]:
        """Sequence -> its place among `sequences`."""
        return {sequence: place for place, sequence in enumerate(self.sequences)}

    @cached_property
    def values(self) -> Floats:
        """True value of each sequence."""
        random = np.random.default_rng([self.seed, 0])
        effect = random.normal(0.5, self.kind.task, self.tasks)
        pair = random.normal(0.0, self.kind.pair, (self.tasks, self.tasks))
        own = random.normal(0.0, self.kind.own, len(self.sequences))
        return np.array([self._value(s, effect, pair, own[n]) for n, s in enumerate(self.sequences)])

    def luck(self, seed: int) -> Floats:
        """What training with this seed adds to each sequence."""
        luck = NOISE * np.random.default_rng([self.seed, 1, seed]).standard_normal(len(self.sequences))
        for length in (2, 3):  # a parent's luck is settled before its children's
            here = self._lengths == length
            luck[here] = INHERITED * luck[self._parents[here]] + np.sqrt(1 - INHERITED**2) * luck[here]
        return luck

    @cached_property
    def _lengths(self) -> npt.NDArray[np.int64]:
        return np.array([len(sequence) for sequence in self.sequences])

    @cached_property
    def _parents(self) -> npt.NDArray[np.int64]:
        return np.array([self.place.get(sequence[:-1], 0) for sequence in self.sequences])

    def normalised(self, sequence: tuple[int, ...]) -> float:
        """How good a sequence is: 0 is an average sequence of three, 1 the best of all."""
        average = self.values[self._lengths == 3].mean()
        return float((self.values[self.place[sequence]] - average) / (self.values.max() - average))

    def _value(self, sequence: tuple[int, ...], effect: Floats, pair: Floats, own: float) -> float:
        length = len(sequence)
        value = sum(effect[task] * self.kind.recency ** (length - 1 - p) for p, task in enumerate(sequence))
        for later in range(length):
            for earlier in range(later):
                value += pair[sequence[earlier], sequence[later]] * (1.0 if later == earlier + 1 else 0.5)
        return float(value * _LENGTH_SCALE[length - 1] + (own if length == 3 else 0.0))
