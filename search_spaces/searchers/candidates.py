"""Which plans a searcher weighs: all of a small space; of a large one some at random and some next to the leaders.

A neighbour answers most of the space's questions as a leader does and draws the rest anew. As an order is ranks, that
moves, adds, drops or exchanges a task, and a longer one keeps the leader's prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from search_spaces.chooser import D, Decisions, Random
from search_spaces.exhaustive import Draw, every_draw
from search_spaces.space import Setting, Space

MOST = 3_000
"""Plans of the largest space that is weighed as a whole."""
_REDRAWN = 0.2
"""Share of a leader's decisions that a neighbour draws anew."""


def candidate_draws(space: Space, setting: Setting, *, seed: int, most: int = MOST) -> tuple[list[Draw], bool]:
    """The plans of the space with its first seed, each once, and whether these are all; else `most` drawn at random."""
    first = space.seeds[0]
    listed = list(islice((draw for draw in every_draw(space, setting) if draw.seed == first), most + 1))
    if len(listed) <= most:
        return listed, True
    drawn = {}
    for number in range(most):
        choose = Random([seed, number])
        plan = space.plan(choose, setting)
        drawn.setdefault(plan, Draw(plan, first, choose.decisions))
    return list(drawn.values()), False


def neighbours(
    leaders: Sequence[Draw], space: Space, setting: Setting, *, count: int, seed: Sequence[int]
) -> list[Draw]:
    """`count` plans next to the leaders, in turn; some may be equal."""
    found = []
    for number in range(count):
        leader = leaders[number % len(leaders)]
        choose = _Altering(leader.decisions, [*seed, number])
        found.append(Draw(space.plan(choose, setting), leader.seed, choose.decisions))
    return found


class _Altering:
    """Answers as recorded, except for some questions, and for those that the record does not know."""

    def __init__(self, decisions: Decisions, seed: Sequence[int]) -> None:
        self._random = Random(seed)
        generator = np.random.default_rng([*seed, 1])
        kept = [name for name in decisions if generator.random() >= _REDRAWN]
        if len(kept) == len(decisions) and kept:
            kept.pop(int(generator.integers(len(kept))))
        self._kept = {name: decisions[name] for name in kept}

    @property
    def decisions(self) -> Decisions:
        return self._random.decisions

    def one_of(self, name: str, options: Sequence[D]) -> D:
        choice = self._random.one_of(name, options)
        if self._kept.get(name) in options:
            choice = options[options.index(self._kept[name])]  # type: ignore[arg-type]
            self._random.decisions[name] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        value = self._random.uniform(low, high)
        if name in self._kept:
            value = float(self._kept[name])
            self._random.decisions[name] = value
        return value
