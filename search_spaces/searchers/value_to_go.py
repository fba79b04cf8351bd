"""Stopping by value-to-go: a prefix is judged by the best that may still come of it, not by its own score.

A poor opener that prepares a good finisher goes on; a good one from which nothing better can be expected stops.
"""

from __future__ import annotations

from search_spaces.count import Run
from search_spaces.plan import Plan
from search_spaces.searchers.order_model import OrderModel
from search_spaces.searchers.pool import Pool
from search_spaces.searchers.protocol import History

_SURE = 1.0
"""Standard deviations on either side."""
_FIRST = 12
"""Scores before anything is stopped."""


class ValueToGo:
    """Judges prefixes by what an order model believes."""

    def __init__(self, model: OrderModel, pool: Pool) -> None:
        self._model, self._pool = model, pool

    def goes_on(self, history: History, run: Run) -> bool:
        """May a descendant of the run, or the plan itself, still beat the leader?"""
        return not self.is_hopeless(history, run.plan)

    def is_hopeless(self, history: History, plan: Plan) -> bool:
        """Is the upper bound of the plan and of all its descendants below the lower bound of the leader?"""
        if len(history.observations) < _FIRST:
            return False
        leader, found = self._model.leader_and(history, [plan, *self._descendants(plan)])
        return bool((found.mean_m + _SURE * found.sd_m).max() < leader.mean_m[0] - _SURE * leader.sd_m[0])

    def _descendants(self, plan: Plan) -> list[Plan]:
        found = []
        for child in self._pool.children(plan.trunk):
            found += [child.plan, *self._descendants(child.plan)]
        return found
