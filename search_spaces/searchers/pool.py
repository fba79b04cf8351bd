"""Which plans a searcher weighs: all of a small space; of a large one some at random and some next to the leaders.

A neighbour answers most of the space's questions as a leader does and draws the rest anew. As an order is ranks, that
moves, adds, drops or exchanges a task, and a longer one keeps the leader's prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

import numpy as np

from search_spaces.chooser import D, Decisions, Random
from search_spaces.exhaustive import Draw, every_draw
from search_spaces.plan import Plan, Stage
from search_spaces.space import Setting, Space

MOST = 3_000
"""Plans of the largest space that is weighed as a whole."""
_NEAR = 200
"""Neighbours that are weighed for one proposal."""
_REDRAWN = 0.2
"""Share of a leader's decisions that a neighbour draws anew."""


Neighbour: TypeAlias = Callable[[Draw, Sequence[int]], Draw]


class Pool:
    """The plans that may be tried, as far as they were met. Tasks' sizes are numbers of training examples."""

    def __init__(self, draws: Sequence[Draw], sizes: Mapping[str, int], neighbour: Neighbour | None = None) -> None:
        """`neighbour` makes a plan next to a draw, from a seed; without it, `draws` are all there are."""
        self.draws, self.sizes = list(draws), sizes
        self._neighbour = neighbour
        self._draw_of = {draw.plan: draw for draw in self.draws}
        self._children: dict[tuple[Stage, ...], list[Draw]] = {}
        for draw in self.draws:
            self._children.setdefault(draw.plan.trunk[:-1], []).append(draw)

    @property
    def is_whole(self) -> bool:
        """Are these all plans there are?"""
        return self._neighbour is None

    def add(self, draw: Draw) -> None:
        """Note a plan that was tried, so that it can lead."""
        self._draw_of.setdefault(draw.plan, draw)

    def find(self, plan: Plan) -> Draw | None:
        """The draw that gives a plan, if it was met."""
        return self._draw_of.get(plan)

    def children(self, trunk: tuple[Stage, ...]) -> Sequence[Draw]:
        """Plans that continue a trunk by one stage, of those that were met."""
        return self._children.get(trunk, [])

    def near(self, leaders: Sequence[Plan], *, seed: Sequence[int]) -> list[Draw]:
        """Plans next to the leaders, in turn; none in a space that is known as a whole."""
        known = [draw for plan in leaders if (draw := self.find(plan)) is not None and draw.decisions]
        if self._neighbour is None or not known:
            return []
        found: dict[Plan, Draw] = {}
        for number in range(_NEAR):
            draw = self._neighbour(known[number % len(known)], [*seed, number])
            if draw.plan not in self._draw_of:
                found.setdefault(draw.plan, draw)
        return list(found.values())


def pool_of(space: Space, setting: Setting, *, seed: int, most: int = MOST) -> Pool:
    """The plans of a space with the first of its seeds: all, or `most` / 2 at random, with neighbours."""
    first = space.seeds[0]
    draws = list(islice((draw for draw in every_draw(space, setting) if draw.seed == first), most + 1))
    if len(draws) <= most:
        return Pool(draws, setting.sizes)

    def neighbour(leader: Draw, numbers: Sequence[int]) -> Draw:
        choose = _Altering(leader.decisions, numbers)
        return Draw(space.plan(choose, setting), first, choose.decisions)

    return Pool(_drawn(space, setting, seed, most // 2), setting.sizes, neighbour)


def _drawn(space: Space, setting: Setting, seed: int, count: int) -> list[Draw]:
    drawn: dict[Plan, Draw] = {}
    for number in range(count):
        choose = Random([seed, number])
        plan = space.plan(choose, setting)
        drawn.setdefault(plan, Draw(plan, space.seeds[0], choose.decisions))
    return list(drawn.values())


class _Altering:
    """Answers as recorded, except for some questions, and for those that the record does not know."""

    def __init__(self, decisions: Decisions, seed: Sequence[int]) -> None:
        self._random = Random(seed)
        generator = np.random.default_rng([*seed, 1])
        altered = generator.random(len(decisions)) < _REDRAWN
        if not altered.any() and len(altered):
            altered[generator.integers(len(altered))] = True
        self._kept = {name: decisions[name] for name, new in zip(decisions, altered, strict=True) if not new}

    @property
    def decisions(self) -> Decisions:
        return self._random.decisions

    def one_of(self, name: str, options: Sequence[D]) -> D:
        drawn = self._random.one_of(name, options)
        choice = next((option for option in options if option == self._kept.get(name)), drawn)
        self.decisions[name] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        drawn = self._random.uniform(name, low, high)
        value = float(self._kept.get(name, drawn))
        self.decisions[name] = value
        return value
