"""Which trial works next, so that every stage is trained once and no worker waits.

A trial that waits wants the first stage of its *chain* (the stages up to its next report) that is not stored yet. It
may work if nobody is training that stage; the others that want it wait outside, without any resource, and all move on
when it is stored. So a trial never holds a place while it waits, and as the one that trains a stage needs none of those
that wait for it, there is always somebody who can go on.

Which of the stages that may be begun goes first? While there is much to do, the deepest, so that few trained stages are
still needed by somebody; then the one that most trials wait for; then the earliest proposal. Towards the end, when what
is left would keep the workers busy for no longer than a few of the longest paths take, the longest path: else the last
one would be trained alone, with all other workers idle.

Pure Python, no ray: `running/under_tune.py` asks it inside Tune, `planning/makespan.py` to foretell hours.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

_LAST_PATHS = 3.0
"""The end has come when the work left for each worker is below so many of the longest paths."""
_ASK_AGAIN_SECONDS = 5.0
"""After so long a stage that another study was training is looked at again."""


class Step(NamedTuple):
    """A stage on a chain: its key in the store, and its cost in any unit, the same for all."""

    key: str
    cost: float


Chain: TypeAlias = Sequence[Step]


@dataclass
class _Climber:
    """A trial on its way to its next report."""

    chain: Chain
    place: int = 0
    """Of the first stage that is not known to be stored."""

    @property
    def next(self) -> str | None:
        return self.chain[self.place].key if self.place < len(self.chain) else None

    @property
    def left(self) -> float:
        return math.fsum(step.cost for step in self.chain[self.place :])


class Agenda:
    """The trials of one study that have work to do. They are told apart by number."""

    def __init__(
        self,
        workers: int,
        *,
        stored: Iterable[str] = (),
        is_stored: Callable[[str], bool] = lambda key: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stored` are the stages that were there at the beginning; `is_stored` looks for those of other studies."""
        assert workers >= 1
        self._workers, self._is_stored, self._clock = workers, is_stored, clock
        self._trials: dict[int, _Climber] = {}
        self._waiting: dict[str | None, set[int]] = {}
        """Wanted stage (None: nothing but to be judged) -> trials that wait."""
        self._at_work: dict[int, str | None] = {}
        """Trial at work -> the stage it trains."""
        self._busy: set[str] = set()
        self._elsewhere: dict[str, float] = {}
        """Stage that another study trains -> when to look again."""
        self._stored = set(stored)
        self._missing: dict[str, float] = {}
        """Stages of all chains that are not stored -> cost."""
        self._work_left = 0.0
        self._deep: list[tuple[float, int, int, str]] = []
        self._long: list[tuple[float, int, int, str]] = []
        """Heaps over wanted stages; entries that changed are pushed anew, and old ones dropped when they come up."""

    def add(self, number: int, chain: Chain) -> None:
        """The trial waits for its turn on this chain."""
        climber = self._trials[number] = _Climber(chain)
        for step in chain:
            if step.key not in self._missing and step.key not in self._stored:
                self._missing[step.key] = step.cost
                self._work_left += step.cost
        self._wait(number, climber)

    def take(self) -> int | None:
        """The trial that should work now; it counts as at work from here on. None if nobody can."""
        self._look_again()
        while (choice := self._choice()) is not None:
            wanted = choice.stage
            number = min(self._waiting[wanted])
            climber = self._trials[number]
            if wanted is not None and self._is_stored(wanted):  # another study was faster
                self._store(wanted)
                continue
            self._begin(number, climber)
            return number
        return None

    def passed(self, number: int, key: str) -> bool:
        """A trial at work has stored a stage, or found it. May it go on? If not, it waits."""
        self._store(key)
        self._lay_down(number)
        self._wait(number, self._trials[number])
        return self._go_on(number)

    def climb(self, number: int, chain: Chain) -> bool:
        """A trial at work has reported and gets its next chain. May it go on? If not, it waits."""
        self._lay_down(number)
        self.add(number, chain)
        return self._go_on(number)

    def trained_elsewhere(self, number: int, key: str) -> None:
        """A trial at work found its stage being trained by another study. It waits."""
        self._elsewhere[key] = self._clock() + _ASK_AGAIN_SECONDS
        self.give_back(number)

    def give_back(self, number: int) -> None:
        """A trial at work ended its turn before its chain did. It waits."""
        if number in self._at_work:
            self._lay_down(number)
            self._wait(number, self._trials[number])

    def drop(self, number: int) -> None:
        """A trial has no more work: it reported, and nothing is decided; or it is over."""
        self._lay_down(number)
        climber = self._trials.pop(number, None)
        if climber is not None and number in self._waiting.get(climber.next, ()):
            self._leave(number, climber.next)
            self._rank(climber.next)

    @property
    def waiting(self) -> int:
        """Trials that wait for their turn."""
        return len(self._trials) - len(self._at_work)

    def _wait(self, number: int, climber: _Climber) -> None:
        while climber.place < len(climber.chain) and climber.chain[climber.place].key in self._stored:
            climber.place += 1
        wanted = climber.next
        self._waiting.setdefault(wanted, set()).add(number)
        self._rank(wanted)

    def _leave(self, number: int, wanted: str | None) -> None:
        group = self._waiting[wanted]
        group.discard(number)
        if not group:
            del self._waiting[wanted]

    def _begin(self, number: int, climber: _Climber) -> None:
        self._leave(number, climber.next)
        self._at_work[number] = climber.next
        if climber.next is not None:
            self._busy.add(climber.next)

    def _lay_down(self, number: int) -> None:
        key = self._at_work.pop(number, None)
        if key is not None:
            self._busy.discard(key)
            self._rank(key)

    def _go_on(self, number: int) -> bool:
        climber = self._trials[number]
        if climber.next in self._busy or climber.next in self._elsewhere:
            return False
        self._begin(number, climber)
        return True

    def _store(self, key: str) -> None:
        """Everybody who waited for the stage moves on."""
        self._stored.add(key)
        self._elsewhere.pop(key, None)
        self._work_left -= self._missing.pop(key, 0.0)
        for number in self._waiting.pop(key, ()):
            self._wait(number, self._trials[number])

    def _look_again(self) -> None:
        now = self._clock()
        for key in [key for key, moment in self._elsewhere.items() if moment <= now]:
            del self._elsewhere[key]
            self._rank(key)

    def _rank(self, wanted: str | None) -> None:
        group = self._waiting.get(wanted)
        if wanted is None or not group:
            return
        first = min(group) if len(group) < 8 else next(iter(group))
        climber = self._trials[first]
        heapq.heappush(self._deep, (-climber.place, -len(group), first, wanted))
        heapq.heappush(self._long, (-climber.left, -len(group), first, wanted))

    def _choice(self) -> _Choice | None:
        """The wanted stage that goes first; None if nobody can work."""
        if None in self._waiting:
            return _Choice(None)
        longest = self._top(self._long)
        if longest is None:
            return None
        near_the_end = self._work_left < self._workers * _LAST_PATHS * -longest[0]
        best = longest if near_the_end else self._top(self._deep)
        assert best is not None
        return _Choice(best[3])

    def _top(self, heap: list[tuple[float, int, int, str]]) -> tuple[float, int, int, str] | None:
        """The best entry that still holds; those that do not are dropped."""
        while heap:
            group = self._waiting.get(heap[0][3])
            wanted = heap[0][3]
            if group and len(group) == -heap[0][1] and wanted not in self._busy and wanted not in self._elsewhere:
                return heap[0]
            heapq.heappop(heap)
        return None


class _Choice(NamedTuple):
    stage: str | None
    """None: nothing but to be judged."""
