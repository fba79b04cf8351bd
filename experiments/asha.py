"""Asynchronous successive halving whose decisions do not depend on who arrives first.

At every rung but the last a trial goes on if it is among the best 1/eta of the trials that were *proposed before it*
and reached that rung (itself included); nobody is stopped before eta trials are compared, and equals go on. A trial's
fate is therefore a function of the reports of earlier proposals, not of the clock, the number of workers or a crash:
the same study, run again or continued, makes the same decisions.

The price is that a report waits for earlier proposals that have not come as far. While it waits, the trial may be held,
or may go on; reports that it makes meanwhile are kept back and forgotten if it turns out to have been stopped.

Controls are not judged and are compared with nobody. Pure Python; `experiments/search.py` joins it to Ray Tune.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a trial after an accepted report."""

    GO_ON = "continue"
    STOP = "stopped"
    DONE = "completed"


@dataclass(frozen=True)
class Decision:
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


class Halving:
    """The rungs of one study. Trials are numbered in the order of their proposals."""

    def __init__(self, rungs: int, eta: int) -> None:
        assert rungs >= 1
        assert eta >= 2
        self._rungs, self._eta = rungs, eta
        self._trials: dict[int, _State] = {}

    def add(self, trial: int, *, judged: bool) -> None:
        """A new trial. Adding it again (a retry after a crash) changes nothing."""
        self._trials.setdefault(trial, _State(judged))

    def report(self, trial: int, rung: int, value: float) -> list[Decision]:
        """Note a score; return every report that can be decided now, in a fixed order.

        A report repeated after a crash is decided as before and not returned again.
        """
        state = self._trials[trial]
        if rung not in state.value and not state.over:
            state.waiting[rung] = value if math.isfinite(value) else -math.inf
        return self._settle()

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

    def _settle(self) -> list[Decision]:
        decisions = []
        for trial in sorted(self._trials):  # a decision can free later proposals only, so one pass is enough
            state = self._trials[trial]
            while not state.over and (rung := self.reached(trial) + 1) in state.waiting:
                rivals = self._rivals(trial, rung) if state.judged else []
                if rivals is None:
                    break
                value = state.value[rung] = state.waiting.pop(rung)
                verdict = self._verdict(state.judged, rung, value, rivals)
                state.over = verdict is not Verdict.GO_ON
                decisions.append(Decision(trial, rung, verdict))
            if state.over:
                state.waiting.clear()
        return decisions

    def _rivals(self, trial: int, rung: int) -> list[float] | None:
        """Scores of earlier proposals at the rung; None while one of them may still get there."""
        values = []
        for other in sorted(self._trials):
            state = self._trials[other]
            if other >= trial or not state.judged:
                continue
            if rung in state.value:
                values.append(state.value[rung])
            elif not state.over:
                return None
        return values

    def _verdict(self, judged: bool, rung: int, value: float, rivals: list[float]) -> Verdict:
        if rung == self._rungs - 1:
            return Verdict.DONE
        if not judged:
            return Verdict.GO_ON
        if value == -math.inf:
            return Verdict.STOP
        scores = sorted([*rivals, value], reverse=True)
        if len(scores) >= self._eta and value < scores[len(scores) // self._eta - 1]:
            return Verdict.STOP
        return Verdict.GO_ON
