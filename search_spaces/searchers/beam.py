"""Beam search on the trie: all beginnings, then the children of the best of them, then the children of their best.

A plan's parent is the longest other plan of the space that it continues. Deeper levels get more of the budget, as in a
beam of widths 3 and 8: seven parts for every three of the level before. Within its part of the budget a level takes all
children of its best parent, then of the second best, and so on: greedy, and blind to what branches have in common.
"""

from __future__ import annotations

from collections.abc import Sequence

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage
from search_spaces.searchers.protocol import History, best_observed

_GROWTH = 7 / 3
"""Budget of a level over that of the level before, from the second on."""


class Beam:
    """A beam over a list of plans. `budget` is a number of proposals."""

    def __init__(self, draws: Sequence[Draw], *, budget: int) -> None:
        self._children = _families(draws)
        self._levels = _levels(self._children)
        self._quotas = _quotas(len(self._children.get(None, [])), len(self._levels), budget)
        self._depth = {draw.plan: depth for depth, level in enumerate(self._levels) for draw in level}

    def propose(self, history: History) -> Draw | None:
        """The next child of the best parent on the first level whose part of the budget is not used up."""
        scores = {seen.run.plan: seen.value for seen in history.observations}
        used = [0] * len(self._levels)
        for run in history.proposed:
            used[self._depth.get(run.plan, 0)] += run.plan in self._depth
        rest = list(range(len(self._levels)))
        for level in [level for level in rest if used[level] < self._quotas[level]] + rest[::-1]:
            if (draw := self._next(level, history, scores)) is not None:
                return draw
        return None

    def best(self, history: History) -> Plan | None:
        """The plan with the highest score."""
        return best_observed(history)

    def _next(self, level: int, history: History, scores: dict[Plan, float]) -> Draw | None:
        """A new plan of a level, whose parents are ranked by their scores."""
        scored = [draw.plan for draw in self._levels[level - 1] if draw.plan in scores] if level else []
        parents: list[Plan | None] = [*sorted(scored, key=lambda plan: -scores[plan])] if level else [None]
        for parent in parents:
            for draw in self._children.get(parent, []):
                if Run(draw.plan, draw.seed) not in history.proposed:
                    return draw
        return None


def _families(draws: Sequence[Draw]) -> dict[Plan | None, list[Draw]]:
    """Children of each plan; of None those that no other plan begins."""
    by_trunk: dict[tuple[tuple[Stage, ...], tuple[Stage, ...]], Plan] = {
        (draw.plan.trunk, draw.plan.targets): draw.plan for draw in draws
    }
    children: dict[Plan | None, list[Draw]] = {}
    for draw in draws:
        trunk, targets = draw.plan.trunk, draw.plan.targets
        begun = (by_trunk.get((trunk[:depth], targets)) for depth in range(len(trunk) - 1, 0, -1))
        children.setdefault(next((plan for plan in begun if plan is not None), None), []).append(draw)
    return children


def _levels(children: dict[Plan | None, list[Draw]]) -> list[list[Draw]]:
    levels = []
    level = children.get(None, [])
    while level:
        levels.append(level)
        level = [child for draw in level for child in children.get(draw.plan, [])]
    return levels


def _quotas(beginnings: int, levels: int, budget: int) -> list[int]:
    """Proposals for each level."""
    shares = [_GROWTH**level for level in range(levels - 1)]
    left = max(0, budget - beginnings)
    return [beginnings, *(round(left * share / sum(shares)) for share in shares)][:levels]
