"""Asynchronous successive halving whose decisions do not depend on who arrives first.

At every rung but the last a trial goes on if it is among the best 1/eta of the trials that were *proposed before it*
and reached that rung (itself included); nobody is stopped before eta trials are compared, and equals go on. A trial's
fate is therefore a function of the reports of earlier proposals, not of the clock, the number of workers or a crash:
the same study, run again or continued, makes the same decisions.

The price is that a report waits for earlier proposals that have not come as far. While it waits, the trial may be held,
or may go on; reports that it makes meanwhile are kept back and forgotten if it turns out to have been stopped.

Controls are not judged and are compared with nobody. Pure Python; `running/under_tune.py` joins it to Ray Tune.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What becomes of a trial after an accepted report."""

    GO_ON = "continue"
    STOP = "stopped"
    DONE = "completed"


class Decision(NamedTuple):
    """One report, accepted."""

    trial: int
    rung: int
    verdict: Verdict


@dataclass
class _State:
    judged: bool
    value: dict[int, float] = field(default_factory=dict)
    """Accepted reports by rung."""
    waiting: dict[int, float] = field(default_factory=dict)
    over: bool = False


@dataclass
class _Rung:
    """The judged trials at one rung, in the order of their proposals."""

    settled: int = 0
    """So many of the first judged trials have a value here, or never will."""
    scores: list[float] = field(default_factory=list)
    """Their values, rising."""


class Halving:
    """The rungs of one study. Trials are numbered, and added, in the order of their proposals."""

    def __init__(self, rungs: int, eta: int) -> None:
        assert rungs >= 1
        assert eta >= 2
        self._eta = eta
        self._rungs = [_Rung() for _ in range(rungs)]
        self._trials: dict[int, _State] = {}
        self._judged: list[int] = []

    def add(self, trial: int, *, judged: bool) -> None:
        """A new trial. Adding it again (a retry after a crash) changes nothing."""
        if trial in self._trials:
            return
        self._trials[trial] = _State(judged)
        if judged:
            assert not self._judged or trial > self._judged[-1]
            self._judged.append(trial)

    def report(self, trial: int, rung: int, value: float) -> list[Decision]:
        """Note a score; return every report that can be decided now, in a fixed order.

        A report repeated after a crash is decided as before and not returned again.
        """
        state = self._trials[trial]
        if rung not in state.value and not state.over:
            state.waiting[rung] = value if math.isfinite(value) else -math.inf
        decisions = [] if state.judged else self._without_rivals(trial)
        return decisions + self._settle()

    def fail(self, trial: int) -> list[Decision]:
        """The trial will report nothing more; later proposals need not wait for it."""
        self._trials[trial].over = True
        self._trials[trial].waiting.clear()
        return self._settle()

    def is_over(self, trial: int) -> bool:
        """Was the trial stopped, completed, or did it fail?"""
        return self._trials[trial].over

    def reached(self, trial: int) -> int:
        """The highest accepted rung; -1 before the first."""
        return max(self._trials[trial].value, default=-1)

    def _without_rivals(self, trial: int) -> list[Decision]:
        """Controls are decided at once."""
        state, decisions = self._trials[trial], []
        while not state.over and (rung := self.reached(trial) + 1) in state.waiting:
            decisions.append(self._accept(trial, rung))
        return decisions

    def _settle(self) -> list[Decision]:
        """Go on at every rung, from the first trial that is not settled there, as far as reports have come."""
        decisions: list[Decision] = []
        count = -1
        while count < len(decisions):  # a trial that is over at one rung is settled at all others
            count = len(decisions)
            for number, rung in enumerate(self._rungs):
                while rung.settled < len(self._judged):
                    trial = self._judged[rung.settled]
                    state = self._trials[trial]
                    if number in state.waiting and not state.over and self.reached(trial) == number - 1:
                        decisions.append(self._accept(trial, number))
                    elif not state.over and number not in state.value:
                        break
                    rung.settled += 1
        return sorted(decisions, key=lambda decision: (decision.trial, decision.rung))

    def _accept(self, trial: int, rung: int) -> Decision:
        state = self._trials[trial]
        value = state.value[rung] = state.waiting.pop(rung)
        verdict = self._verdict(state.judged, rung, value)
        if state.judged:
            bisect.insort(self._rungs[rung].scores, value)
        if verdict is not Verdict.GO_ON:
            state.over = True
            state.waiting.clear()
        return Decision(trial, rung, verdict)

    def _verdict(self, judged: bool, rung: int, value: float) -> Verdict:
        if rung == len(self._rungs) - 1:
            return Verdict.DONE
        if not judged:
            return Verdict.GO_ON
        if value == -math.inf:
            return Verdict.STOP
        earlier = self._rungs[rung].scores
        better = len(earlier) - bisect.bisect_right(earlier, value)
        compared = len(earlier) + 1
        return Verdict.STOP if compared >= self._eta and better >= compared // self._eta else Verdict.GO_ON
