"""Who decides: a space asks a chooser, so that one description serves random search, Optuna and replay.

A question has a name, and a name always comes with the same domain: adaptive searchers require it. Where only one
answer is possible nothing is asked (`ask`), so that what a spec fixes costs a searcher no dimension.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

import numpy as np

Decision: TypeAlias = float | int | str
Decisions: TypeAlias = dict[str, Decision]
D = TypeVar("D", bound=Decision)


class Chooser(Protocol):
    """Answers a space's questions. A name always comes with the same domain: adaptive searchers require it."""

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """One of the options."""
        ...

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        ...


def ask(choose: Chooser, name: str, options: Sequence[D]) -> D:
    """One of the options; the chooser is asked only where there is something to choose."""
    return options[0] if len(options) == 1 else choose.one_of(name, options)


class First:
    """Always the first option: the defaults of a space, by the order in which its grids are written."""

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """The first option."""
        return options[0]

    def uniform(self, name: str, low: float, high: float) -> float:
        """The lowest number."""
        return low


class Random:
    """Independent draws from one seeded generator; `decisions` holds what was drawn."""

    def __init__(self, seed: int | Sequence[int]) -> None:
        self.decisions: Decisions = {}
        self._random = np.random.default_rng(seed)

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """One of the options, each equally likely."""
        choice = options[int(self._random.integers(len(options)))]
        self.decisions[sys.intern(name)] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        value = float(self._random.uniform(low, high))
        self.decisions[sys.intern(name)] = value
        return value


class Replay:
    """Answers with recorded decisions.

    Raises:
        ValueError: a question has no recorded answer, or the answer is not among the options.
    """

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions: Decisions = dict(decisions)

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """The recorded option."""
        choice = self._recorded(name)
        for option in options:
            if option == choice:
                return option
        raise ValueError(f"the record says {name} = {choice!r}, which is not among {list(options)}")

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
