"""Searchers of `search_spaces` inside a study: told what the record says, asked for the next proposal.

All state is the history, and the history is the record: the same rows in the same order give the same suggestions. A
score is the selector's, at whatever rung; the budget is the number of proposals. A control is learnt from if the space
can tell it from its own plans ("direct", "<task> alone"), and is never proposed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from evaluators.errors import CairnError
from experiments.search.proposals import Proposal
from experiments.spec.settings import Search
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage, from_json
from search_spaces.searchers.beam import Beam
from search_spaces.searchers.order_model import OrderModel
from search_spaces.searchers.pool import Pool, pool_of
from search_spaces.searchers.protocol import History, Searcher
from search_spaces.searchers.value_to_go import ValueToGo
from search_spaces.space import Setting, Space


class _Trial(NamedTuple):
    run: Run
    is_control: bool


def steps_of(stage: Stage) -> float:
    """A stage's cost where nothing else is known."""
    return float(stage.steps)


class Suggestions:
    """The order model or the beam, following one record."""

    def __init__(
        self,
        space: Space,
        setting: Setting,
        search: Search,
        *,
        rungs: int,
        cost: Callable[[Stage], float] = steps_of,
    ) -> None:
        """`cost` of a stage, for instance in examples.

        Raises:
            CairnError: the space is too large for the searcher.
        """
        assert search.trials is not None
        self.history = History()
        self._selector, self._last = search.selector, rungs - 1
        self._trials: dict[str, _Trial] = {}
        self._pool = pool_of(space, setting, seed=search.seed)
        self._model = OrderModel(
            self._pool,
            budget=search.trials,
            seed=search.seed,
            seeds=space.seeds,
            cost=cost,
            rungs=rungs,
            prior=search.prior,
        )
        self._searcher: Searcher = _beam(self._pool, search) if search.searcher == "beam" else self._model
        self._value_to_go = ValueToGo(self._model, self._pool)

    def suggest(self, number: int) -> Proposal | None:
        """What to try next, under this number; None where nothing is left, or nothing before somebody reports."""
        draw = self._searcher.propose(self.history)
        if draw is None:
            return None
        return Proposal(number=number, control=None, decisions=draw.decisions, plan=draw.plan, seed=draw.seed)

    def ranked(self) -> list[Plan] | None:
        """Plans with a score by what the order model believes of them, the best first; None of another searcher."""
        return self._model.ranked(self.history) if self._searcher is self._model else None

    def is_hopeless(self, trial: str) -> bool:
        """Can neither the trial's plan nor one that continues it be expected to beat the leader?"""
        known = self._trials.get(trial)
        return known is not None and self._value_to_go.is_hopeless(self.history, known.run.plan)

    def follow(self, row: Mapping[str, Any]) -> None:
        """Take in one row of `trials.jsonl`, as it is written or read back."""
        if row["event"] == "proposed":
            self._proposed(row)
        elif (known := self._trials.get(row["trial"])) is None:
            return
        elif row["event"] == "report":
            self.history.observe(known.run, float(row["selectors"][self._selector]), row["rung"])
            if row["rung"] == self._last:
                self.history.train(known.run)
        else:
            self.history.end(known.run)

    def _proposed(self, row: Mapping[str, Any]) -> None:
        plan, is_control = from_json(row["plan"]), row["control"] is not None
        run = Run(plan, row["seed"])
        if is_control and not self._model.knows(plan):
            return
        self._trials[row["trial"]] = _Trial(run, is_control)
        self.history.propose(run)
        if not is_control:
            self.history.spent += 1
            self._pool.add(Draw(plan, row["seed"], row["decisions"]))


def suggestions_of(
    space: Space, setting: Setting, search: Search, *, rungs: int, cost: Callable[[Stage], float] = steps_of
) -> Suggestions | None:
    """Of a searcher that is asked; None for one that is not."""
    if search.searcher not in ("order-model", "beam"):
        return None
    return Suggestions(space, setting, search, rungs=rungs, cost=cost)


def _beam(pool: Pool, search: Search) -> Beam:
    if not pool.is_whole:
        raise CairnError(
            "a beam lists all plans of its space, and this one has too many; make the space smaller, or use "
            "searcher: order-model"
        )
    assert search.trials is not None
    return Beam(pool.draws, budget=search.trials)
