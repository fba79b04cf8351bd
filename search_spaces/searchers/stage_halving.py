"""Successive halving along a plan's own stages: a prefix is judged by its score, and only the best are continued.

Asynchronous successive halving (Li et al. 2020) whose rungs are the lengths of prefixes: among the trials that have a
score after so many stages, the best one in `eta` go on. Trials are drawn at random; those that begin alike share what
is trained. It judges a prefix by itself, so that a poor opener that prepares a good finisher is lost.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan
from search_spaces.searchers.protocol import History, best_observed, prefixes


class _Climb(NamedTuple):
    trial: int
    rung: int


class _Playout:
    """How far the halving has come: kept between proposals, as scores do not change."""

    def __init__(self, history: History, rungs: int) -> None:
        self.history = history
        self.rungs: list[list[tuple[float, int]]] = [[] for _ in range(rungs)]
        """(score with its sign turned, trial) at each rung, the best first."""
        self.climbed: set[_Climb] = set()

    def climb(self, climb: _Climb, score: float) -> None:
        insort(self.rungs[climb.rung], (-score, climb.trial))
        self.climbed.add(climb)


class StageHalving:
    """Halving over a list of plans, each a trial."""

    def __init__(self, draws: Sequence[Draw], *, seed: int, eta: int = 3) -> None:
        order = np.random.default_rng(seed).permutation(len(draws))
        self._trials = [(draws[place], prefixes(Run(draws[place].plan, draws[place].seed))) for place in order]
        self._eta = eta
        self._playing: _Playout | None = None

    def propose(self, history: History) -> Draw | None:
        """Play the halving out on the known scores, up to the first prefix without one."""
        if self._playing is None or self._playing.history is not history:
            self._playing = _Playout(history, max(len(way) for _, way in self._trials))
        playout = self._playing
        scores = {seen.run: seen.value for seen in history.observations}
        while (chosen := self._next(playout)) is not None:
            draw, way = self._trials[chosen.trial]
            if way[chosen.rung] not in scores:
                return Draw(way[chosen.rung].plan, draw.seed, draw.decisions if chosen.rung == len(way) - 1 else {})
            playout.climb(chosen, scores[way[chosen.rung]])
        return None

    def best(self, history: History) -> Plan | None:
        """The plan with the highest score."""
        return best_observed(history)

    def _next(self, playout: _Playout) -> _Climb | None:
        """The best trial that may go on, at the highest rung that has one; else a new one, or the best of the rest."""
        started = len(playout.rungs[0])
        promotable = self._promotable(playout, self._eta)
        if promotable is None and started < len(self._trials):
            return _Climb(started, 0)
        return promotable or self._promotable(playout, 1)

    def _promotable(self, playout: _Playout, eta: int) -> _Climb | None:
        for rung in reversed(range(len(playout.rungs) - 1)):
            here = playout.rungs[rung]
            for _, trial in here[: len(here) // eta]:
                up = _Climb(trial, rung + 1)
                if up not in playout.climbed and rung + 1 < len(self._trials[trial][1]):
                    return up
        return None
