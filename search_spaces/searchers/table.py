"""Searchers on a table: a study whose scores are all known already, played out in milliseconds a trial.

A simulated landscape gives a table, and so does a finished study. A plan that is proposed trains its missing stages one
after another, and every prefix that the table knows is observed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from search_spaces.count import Run
from search_spaces.plan import Plan, Stage, describe
from search_spaces.searchers.landscapes import Floats, Landscape
from search_spaces.searchers.pool import Pool, pool_of
from search_spaces.searchers.protocol import History, Searcher, missing_stages, prefixes
from search_spaces.space import Setting, Space
from search_spaces.target import Target


class Table(Protocol):
    """All scores of a study."""

    def score(self, run: Run) -> float | None:
        """The score of a plan with a seed; None where it is not known."""
        ...

    def cost(self, stage: Stage) -> float:
        """What a stage takes, in the unit of the budget."""
        ...

    def worth(self, plan: Plan) -> float:
        """How good a plan really is: 1 is the best there is, 0 an average one."""
        ...


class Pick(NamedTuple):
    """The plan a searcher picked after spending so much, and how good it really is."""

    plan: Plan
    worth: float
    history: History


def always(history: History, prefix: Run) -> bool:
    """Every plan that is begun is trained to its end."""
    return True


def play(
    searcher: Searcher,
    table: Table,
    *,
    budget: float,
    goes_on: Callable[[History, Run], bool] = always,
    at_once: int = 1,
) -> Pick:
    """Let a searcher spend its budget, and ask it for its pick. A stage that does not fit any more ends the search.

    `goes_on` is asked about every prefix that was trained on the way to a longer plan. So many proposals are made
    `at_once`, before any of them is trained.

    Raises:
        ValueError: the budget does not pay for anything that can be observed, or the searcher repeats a proposal.
    """
    history, enough = History(), True
    while enough and history.spent < budget:
        runs = _proposals(searcher, history, at_once)
        if not runs:
            break
        for run in runs:
            enough = enough and _train(run, table, history, budget, goes_on)
            history.end(run)
    plan = searcher.best(history)
    if plan is None:
        raise ValueError(f"a budget of {budget:g} pays for no plan of this table; give more")
    return Pick(plan, table.worth(plan), history)


def _proposals(searcher: Searcher, history: History, count: int) -> list[Run]:
    runs: list[Run] = []
    while len(runs) < count and (draw := searcher.propose(history)) is not None:
        run = Run(draw.plan, draw.seed)
        if run in history.proposed:
            raise ValueError(
                f"the searcher proposes {describe(draw.plan)} twice; the table may lack scores it waits for"
            )
        history.propose(run)
        runs.append(run)
    return runs


def _train(run: Run, table: Table, history: History, budget: float, goes_on: Callable[[History, Run], bool]) -> bool:
    """Train what is missing and observe what is new, as far as the budget goes; was it enough?"""
    for prefix in prefixes(run):
        price = sum(table.cost(stage) for stage in missing_stages(prefix, history))
        if history.spent + price > budget:
            return False
        history.spent += price
        history.train(prefix)
        if prefix not in history.observed and (value := table.score(prefix)) is not None:
            history.observe(prefix, value)
        if prefix != run and not goes_on(history, prefix):
            break
    return True


class SimulatedTable:
    """A landscape as a table: every stage costs 1, and every prefix is scored."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self._luck: dict[int, Floats] = {}

    @property
    def pool(self) -> Pool:
        """All sequences, with seed 0."""
        return _pool(self._landscape.tasks)

    def score(self, run: Run) -> float:
        """The value of the sequence and its luck with this seed."""
        if run.seed not in self._luck:
            self._luck[run.seed] = self._landscape.luck(run.seed)
        place = self._landscape.place[_sequence(run.plan)]
        return float(self._landscape.values[place] + self._luck[run.seed][place])

    def cost(self, stage: Stage) -> float:
        """All stages are alike."""
        return 1.0

    def worth(self, plan: Plan) -> float:
        """Between an average sequence of three and the best of all."""
        return self._landscape.normalised(_sequence(plan))


def simulated_space(tasks: int, lengths: Sequence[int] = (1, 2, 3)) -> Space:
    """The space of a landscape's sequences."""
    return Space(
        tasks=tuple(f"t{number}" for number in range(tasks)),
        lengths=tuple(lengths),
        learning_rates=(1e-3,),
        steps=(1,),
        target=Target(learning_rates=(1e-3,), steps=1),
    )


@cache
def _pool(tasks: int) -> Pool:
    return pool_of(simulated_space(tasks), Setting(targets=()), seed=0)


def _sequence(plan: Plan) -> tuple[int, ...]:
    return tuple(int(stage.mixture[0][0][1:]) for stage in plan.trunk)
