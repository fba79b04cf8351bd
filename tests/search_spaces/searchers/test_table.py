from collections.abc import Callable

import pytest

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan
from search_spaces.searchers.landscapes import KINDS, Landscape
from search_spaces.searchers.protocol import History, best_observed
from search_spaces.searchers.table import SimulatedTable, play
from search_spaces.searchers.uniform import RandomSearch
from search_spaces.searchers.unshared import Unshared

Path = Callable[..., Plan]


class Written:
    """Proposes what it was given."""

    def __init__(self, *plans: Plan) -> None:
        self.plans = plans

    def propose(self, history: History) -> Draw | None:
        number = len(history.proposed)
        return Draw(self.plans[number], 0, {}) if number < len(self.plans) else None

    def best(self, history: History) -> Plan | None:
        return best_observed(history)


def test_a_proposal_pays_for_missing_stages_only_and_every_prefix_is_observed(
    table: SimulatedTable, path: Path
) -> None:
    history = play(Written(path("t0", "t1", "t2"), path("t0", "t1", "t3")), table, budget=10).history
    assert history.spent == 4
    assert [len(seen.run.plan.trunk) for seen in history.observations] == [1, 2, 3, 3]


def test_nothing_is_shared_among_seeds(table: SimulatedTable, path: Path) -> None:
    history = play(Unshared(Written(path("t0", "t1"), path("t0", "t2"))), table, budget=10).history
    assert history.spent == 4
    values = [seen.value for seen in history.observations if len(seen.run.plan.trunk) == 1]
    assert len(set(values)) == 2


def test_a_stage_beyond_the_budget_is_not_trained_and_what_came_before_is_kept(
    table: SimulatedTable, path: Path
) -> None:
    history = play(Written(path("t0", "t1", "t2")), table, budget=2).history
    assert (history.spent, len(history.observations)) == (2, 2)


def test_a_plan_is_left_where_it_may_not_go_on(table: SimulatedTable, path: Path) -> None:
    plans = Written(path("t0", "t1", "t2"), path("t3", "t4"))
    history = play(plans, table, budget=9, goes_on=lambda history, run: run.plan.trunk[0].tasks != ("t0",)).history
    assert [len(seen.run.plan.trunk) for seen in history.observations] == [1, 1, 2]


def test_a_budget_that_pays_for_nothing_is_an_error(table: SimulatedTable, path: Path) -> None:
    with pytest.raises(ValueError, match="pays for no plan"):
        play(Written(path("t0")), table, budget=0.5)


def test_a_searcher_that_repeats_itself_is_an_error(table: SimulatedTable, path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        play(Written(path("t0"), path("t0")), table, budget=9)


def test_random_search_repeats_nothing_and_ends_with_the_space() -> None:
    small = SimulatedTable(Landscape(kind=KINDS["additive"], seed=0, tasks=3))
    pick = play(RandomSearch(small.pool.draws, seed=0), small, budget=100)
    assert len(pick.history.observed) == len(small.pool.draws) == 15
    assert pick.history.spent == 15


def test_random_search_scores_as_in_the_published_simulation() -> None:
    """About .65 at 60 stages without sharing on moderate landscapes; a standard error is .03 with 40 of them."""
    worth = []
    for seed in range(12):
        table = SimulatedTable(Landscape(kind=KINDS["moderate"], seed=seed))
        longest = [draw for draw in table.pool.draws if len(draw.plan.trunk) == 3]
        worth.append(play(Unshared(RandomSearch(longest, seed=seed)), table, budget=60).worth)
    assert 0.45 < sum(worth) / len(worth) < 0.85


def test_a_table_gives_the_same_luck_twice(table: SimulatedTable, path: Path) -> None:
    run = Run(path("t0", "t1"), 7)
    assert table.score(run) == table.score(run) != table.score(Run(run.plan, 8))
