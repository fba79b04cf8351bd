"""Optuna's TPE as a searcher on tables: the same sampler and questions as in a study, told of every trial's own score.

It keeps an Optuna study of its own, so one of it serves one history.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from experiments.search.proposals import OptunaChooser, quietly, tpe_sampler
from search_spaces.chooser import Chooser, Random
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan
from search_spaces.searchers.protocol import History, best_observed

_REPEATS = 10
"""Proposals in a row that repeat earlier ones, after which one is drawn at random."""
_REDRAWS = 500


class TpeOnTable:
    """TPE over a space. A repeat of what was scored before is answered at once, without a trial."""

    def __init__(self, plan_of: Callable[[Chooser], Plan], *, seed: int, startup_trials: int = 10) -> None:
        """`plan_of` asks a space's questions; proposals get seed 0."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._plan_of, self._seed = plan_of, seed
        self._study = optuna.create_study(direction="maximize", sampler=tpe_sampler(seed, startup_trials))
        self._open: tuple[Any, Plan] | None = None

    def propose(self, history: History) -> Draw | None:
        """What TPE would try next."""
        scores = {seen.run.plan: seen.value for seen in history.observations}
        for _ in range(_REPEATS):
            if self._open is not None and self._open[1] in scores:
                self._study.tell(self._open[0], scores[self._open[1]])
            trial = quietly(self._study.ask)
            choose = OptunaChooser(trial)
            plan: Plan = quietly(partial(self._plan_of, choose))
            self._open = trial, plan
            draw = Draw(plan, 0, choose.decisions)
            if Run(plan, draw.seed) not in history.proposed and plan not in scores:
                return draw
        return self._at_random(history)

    def best(self, history: History) -> Plan | None:
        """The plan with the highest score."""
        return best_observed(history)

    def _at_random(self, history: History) -> Draw | None:
        for redraw in range(_REDRAWS):
            choose = Random([self._seed, len(history.proposed), redraw])
            draw = Draw(self._plan_of(choose), 0, choose.decisions)
            if Run(draw.plan, 0) not in history.proposed:
                return draw
        return None
