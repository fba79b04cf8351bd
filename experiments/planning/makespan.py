"""How long a study takes with so many workers: its agenda, played out in no time.

Every stage takes its cost; judging takes nothing. No order can be faster than the *bound*: all the work divided among
the workers, or the longest path of stages that need one another.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.search.agenda import Agenda, Chain


@dataclass(frozen=True, kw_only=True)
class Makespan:
    """How a study went, in the unit of its costs."""

    seconds: float
    work: float
    critical_path: float
    workers: int
    stages: int
    live: int
    """Most stored stages at once that a stage still to come started from."""

    @property
    def bound(self) -> float:
        """What no order can beat."""
        return max(self.work / self.workers, self.critical_path)


def play(climbs: Sequence[Sequence[Chain]], workers: int, stored: Iterable[str] = ()) -> Makespan:
    """Play out trials that climb these chains one after another, a chain a rung, none stopped."""
    there = set(stored)
    before, cost = _tree(climbs, there)
    agenda = Agenda(workers, stored=there)
    at = dict.fromkeys(range(len(climbs)), 0)
    for trial, chains in enumerate(climbs):
        agenda.add(trial, chains[0])
    ends: list[tuple[float, int, str | None]] = []
    now, idle, live = 0.0, workers, _Live(before, there)
    while True:
        while idle and (number := agenda.take()) is not None:
            idle -= 1
            _begin(number, climbs[number][at[number]], now, there, ends)
        if not ends:
            break
        now, ended, key = heapq.heappop(ends)
        if key is not None:
            there.add(key)
            live.stored(key)
            on = agenda.passed(ended, key)
        else:
            on = _next_chain(agenda, ended, climbs[ended], at)
        if on:
            _begin(ended, climbs[ended][at[ended]], now, there, ends)
        else:
            idle += 1
    return Makespan(
        seconds=now,
        work=math.fsum(cost.values()),
        critical_path=_longest(before, cost),
        workers=workers,
        stages=len(cost),
        live=live.most,
    )


def _next_chain(agenda: Agenda, number: int, chains: Sequence[Chain], at: dict[int, int]) -> bool:
    at[number] += 1
    if at[number] < len(chains):
        return agenda.climb(number, chains[at[number]])
    agenda.drop(number)
    return False


def _begin(number: int, chain: Chain, now: float, there: set[str], ends: list[tuple[float, int, str | None]]) -> None:
    """The trial's next event: the end of its next stage, or at once its report."""
    step = next((step for step in chain if step.key not in there), None)
    event = (now, number, None) if step is None else (now + step.cost, number, step.key)
    heapq.heappush(ends, event)


class _Live:
    """Counts the stored stages that are still needed as a start."""

    def __init__(self, before: Mapping[str, str | None], there: set[str]) -> None:
        self._children: dict[str, int] = {}
        self._before, self.most = before, 0
        for start in before.values():
            if start is not None:
                self._children[start] = self._children.get(start, 0) + 1
        self._held = {key for key in there if self._children.get(key)}

    def stored(self, key: str) -> None:
        start = self._before[key]
        if self._children.get(key):
            self._held.add(key)
        self.most = max(self.most, len(self._held))
        if start is not None:
            self._children[start] -= 1
            if not self._children[start]:
                self._held.discard(start)


def _tree(climbs: Sequence[Sequence[Chain]], there: set[str]) -> tuple[dict[str, str | None], dict[str, float]]:
    """Of every stage that is not stored: the one it starts from, and its cost."""
    before: dict[str, str | None] = {}
    cost: dict[str, float] = {}
    for chain in itertools.chain.from_iterable(climbs):
        start: str | None = None
        for step in chain:
            if step.key not in there:
                before.setdefault(step.key, start)
                cost[step.key] = step.cost
            start = step.key
    return before, cost


def _longest(before: Mapping[str, str | None], cost: Mapping[str, float]) -> float:
    ends: dict[str, float] = {}
    for key in before:  # a stage comes after the one it starts from, as chains are walked from their beginning
        start = before[key]
        ends[key] = cost[key] + (ends.get(start, 0.0) if start is not None else 0.0)
    return max(ends.values(), default=0.0)
