"""Who decides: a space asks a chooser, so that one description serves random search, Optuna and replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np

Decision: TypeAlias = float | int | str
Decisions: TypeAlias = dict[str, Decision]


class Chooser(Protocol):
    """Answers a space's questions. A name always comes with the same domain: adaptive searchers require it."""

    def one_of(self, name: str, options: Sequence[Decision]) -> Decision:
        """One of the options."""
        ...

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        ...


class Random:
    """Independent draws from one seeded generator; `decisions` holds what was drawn."""

    def __init__(self, seed: int | Sequence[int]) -> None:
        self.decisions: Decisions = {}
        self._random = np.random.default_rng(seed)

    def one_of(self, name: str, options: Sequence[Decision]) -> Decision:
        """One of the options, each equally likely."""
        choice = options[int(self._random.integers(len(options)))]
        self.decisions[name] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        value = float(self._random.uniform(low, high))
        self.decisions[name] = value
        return value


class Replay:
    """Answers with recorded decisions.

    Raises:
        ValueError: a question has no recorded answer, or the answer is not among the options.
    """

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions: Decisions = dict(decisions)

    def one_of(self, name: str, options: Sequence[Decision]) -> Decision:
        """The recorded option."""
        choice = self._recorded(name)
        if choice not in options:
            raise ValueError(f"the record says {name} = {choice!r}, which is not among {list(options)}")
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        """The recorded number."""
        value = self._recorded(name)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"the record says {name} = {value!r}, which is not a number from {low} to {high}")
        return float(value)

    def _recorded(self, name: str) -> Decision:
        if name not in self.decisions:
            raise ValueError(f"the record has no decision {name!r}; it was made for another search space")
        return self.decisions[name]
