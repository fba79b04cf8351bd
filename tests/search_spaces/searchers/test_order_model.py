from collections.abc import Callable

import numpy as np

from search_spaces.count import Run
from search_spaces.plan import Plan
from search_spaces.searchers.features import GROUPS
from search_spaces.searchers.landscapes import KINDS, Landscape
from search_spaces.searchers.order_model import OrderModel, expected_improvement
from search_spaces.searchers.pool import pool_of
from search_spaces.searchers.posterior import Prediction
from search_spaces.searchers.protocol import History
from search_spaces.searchers.start import first_draws
from search_spaces.searchers.table import SimulatedTable, play, simulated_space
from search_spaces.searchers.value_to_go import ValueToGo
from search_spaces.space import Setting, Space

Path = Callable[..., Plan]


def copied(history: History) -> History:
    """As it is rebuilt from a record."""
    again = History(trained=set(history.trained), spent=history.spent)
    for run in history.proposed:
        again.propose(run)
        again.end(run)
    for run, value, rung in history.observations:
        again.observe(run, value, rung)
    return again


def test_it_begins_with_the_single_tasks(table: SimulatedTable) -> None:
    history = play(OrderModel(table.pool, budget=9, seed=0), table, budget=9).history
    assert {run.plan.trunk[0].tasks[0] for run in history.proposed} == {f"t{n}" for n in range(9)}


def test_orders_by_size_come_second_where_sizes_are_known() -> None:
    space = simulated_space(3)
    setting = Setting(targets=(), sizes={"t0": 10, "t1": 30, "t2": 20})
    started = first_draws(pool_of(space, setting, seed=0).draws, setting.sizes, {})
    orders = [[stage.tasks[0] for stage in draw.plan.trunk] for draw in started]
    assert orders == [["t0"], ["t1"], ["t2"], ["t1", "t2", "t0"], ["t0", "t2", "t1"]]


def test_a_prior_orders_the_single_tasks_and_leaves_none_out(table: SimulatedTable) -> None:
    prior = {"t7": 3.0, "t2": 2.0, "t5": -9.0}
    history = play(OrderModel(table.pool, budget=9, seed=0, prior=prior), table, budget=9).history
    tasks = [run.plan.trunk[0].tasks[0] for run in history.proposed]
    assert tasks == ["t7", "t2", "t0", "t1", "t3", "t4", "t6", "t8", "t5"]


def test_the_worst_prior_excludes_no_plan() -> None:
    small = SimulatedTable(Landscape(kind=KINDS["order-heavy"], seed=0, tasks=3))
    prior = {"t0": -1e9, "t1": 0.0, "t2": 1e9}
    pick = play(OrderModel(small.pool, budget=50, seed=0, prior=prior), small, budget=50)
    assert {run.plan for run in pick.history.observed} == {draw.plan for draw in small.pool.draws}


def test_the_sign_of_a_prior_is_learnt_so_that_a_negated_one_does_as_well(table: SimulatedTable) -> None:
    worth = {f"t{task}": table.worth(table.pool.draws[task].plan) for task in range(9)}
    proposed = []
    for sign in (1.0, -1.0):
        model = OrderModel(table.pool, budget=60, seed=0, prior={task: sign * value for task, value in worth.items()})
        history = play(model, table, budget=40).history
        model.beliefs.update(history.observations)
        groups = [GROUPS[group] for group in model.beliefs.features.groups]
        assert sign * model.beliefs.posterior().weights_d[groups.index("prior")] > 0.1
        proposed.append(list(history.proposed))
    assert proposed[0][:9] == proposed[1][:9][::-1]
    assert proposed[0][9:] == proposed[1][9:]


def test_without_a_prior_it_proposes_what_it_did_before_there_were_priors(table: SimulatedTable) -> None:
    history = play(OrderModel(table.pool, budget=60, seed=0), table, budget=40).history
    found = ["".join(stage.tasks[0][1:] for stage in run.plan.trunk) for run in history.proposed]
    assert (
        " ".join(found)
        == "0 1 2 3 4 5 6 7 8 70 703 701 370 40 702 720 570 470 270 750 072 870 250 704 520 705 780 706 708"
    )
    alike = dict.fromkeys((f"t{task}" for task in range(9)), 2.0)
    again = play(OrderModel(table.pool, budget=60, seed=0, prior=alike), table, budget=40).history
    assert list(again.proposed) == list(history.proposed)


def test_another_one_proposes_the_same_from_the_record(table: SimulatedTable) -> None:
    model = OrderModel(table.pool, budget=60, seed=0)
    history = play(model, table, budget=40).history
    assert OrderModel(table.pool, budget=60, seed=0).propose(copied(history)) == model.propose(history)


def test_nothing_is_proposed_twice_and_a_small_space_is_used_up() -> None:
    small = SimulatedTable(Landscape(kind=KINDS["order-heavy"], seed=0, tasks=3))
    pick = play(OrderModel(small.pool, budget=50, seed=0), small, budget=50)
    assert pick.history.spent == 15
    assert len(pick.history.proposed) == len(set(pick.history.proposed))


def test_work_under_way_is_not_proposed_again_and_counts(table: SimulatedTable) -> None:
    model = OrderModel(table.pool, budget=60, seed=0)
    history = play(model, table, budget=30).history
    found = []
    for _ in range(4):
        draw = model.propose(history)
        assert draw is not None
        history.propose(Run(draw.plan, draw.seed))
        found.append(draw.plan)
    assert len(set(found)) == 4


def test_the_last_part_of_a_large_budget_trains_leaders_with_other_seeds(table: SimulatedTable) -> None:
    history = play(OrderModel(table.pool, budget=100, seed=0, seeds=range(30)), table, budget=100).history
    again = [run for run in history.proposed if run.seed]
    assert 3 <= len(again) <= 22
    assert {run.seed for run in list(history.proposed)[: -len(again)]} == {0}
    small = play(OrderModel(table.pool, budget=50, seed=0, seeds=range(30)), table, budget=50).history
    assert not any(run.seed for run in small.proposed)


def test_with_60_stages_it_beats_random_search_with_240() -> None:
    """Six landscapes only; the benchmark has the figures."""
    worth = []
    for seed in range(6):
        table = SimulatedTable(Landscape(kind=KINDS["moderate"], seed=seed))
        worth.append(play(OrderModel(table.pool, budget=60, seed=seed), table, budget=60).worth)
    assert np.mean(worth) > 0.72


def test_a_rung_that_scores_higher_is_not_mistaken_for_better_plans(table: SimulatedTable) -> None:
    model = OrderModel(table.pool, budget=100, seed=0, rungs=2)
    history = History()
    for number, draw in enumerate(table.pool.draws[9:80]):
        rung = number % 2
        history.observe(Run(draw.plan, 0), (table.score(Run(draw.plan, 0)) or 0.0) + 30 * rung, rung)
    ranked = model.ranked(history)
    odd = [draw.plan for draw in table.pool.draws[10:80:2]]
    assert 8 < sum(plan in odd for plan in ranked[:35]) < 27


def test_expected_improvement_is_never_negative_and_grows_with_doubt() -> None:
    found = expected_improvement(Prediction(np.array([0.0, 0.0, 1.0, -9.0]), np.array([0.1, 1.0, 1.0, 0.1])), 0.5)
    assert (found >= 0).all()
    assert found[0] < found[1] < found[2]


def test_a_large_space_is_searched_by_neighbours_of_the_leaders(space: Callable[..., Space], setting: Setting) -> None:
    tasks = tuple(f"t{number}" for number in range(12))
    wide = space(tasks=tasks, lengths=(1, 2, 3, 4), learning_rates=(1e-3, 2e-3, 3e-3))
    pool = pool_of(wide, setting, seed=0, most=200)
    assert not pool.is_whole
    leader = pool.draws[0]
    near = pool.near([leader.plan], seed=[1])
    assert len(near) > 20
    assert all(wide.plan(_replay(draw.decisions), setting) == draw.plan for draw in near)
    used = set(leader.plan.trunk[0].tasks)
    assert sum(bool(draw.plan.trunk) and set(draw.plan.trunk[0].tasks) == used for draw in near) > len(near) / 4
    model, history = OrderModel(pool, budget=40, seed=0), History()
    for number in range(30):
        draw = model.propose(history)
        assert draw is not None
        run = Run(draw.plan, draw.seed)
        history.propose(run)
        history.observe(run, float(len(draw.plan.trunk)) + number % 3 / 10)
        history.train(run)
        history.end(run)
        pool.add(draw)
    best = model.best(history)
    assert best is not None
    assert len(best.trunk) == 4


def test_a_prefix_is_hopeless_only_if_all_its_descendants_are(table: SimulatedTable) -> None:
    model = OrderModel(table.pool, budget=240, seed=0)
    history = play(model, table, budget=150).history
    judge = ValueToGo(model, table.pool)
    leader = model.best(history)
    assert leader is not None
    for depth in range(1, len(leader.trunk) + 1):
        assert not judge.is_hopeless(history, Plan(trunk=leader.trunk[:depth], targets=()))
    hopeless = [draw.plan for draw in table.pool.draws[::9] if judge.is_hopeless(history, draw.plan)]
    assert hopeless
    for plan in hopeless[:5]:
        below = [draw.plan for draw in table.pool.draws if draw.plan.trunk[: len(plan.trunk)] == plan.trunk]
        assert all(judge.is_hopeless(history, each) for each in below)
    assert not judge.is_hopeless(History(), hopeless[0])


def _replay(decisions: object) -> object:
    from search_spaces.chooser import Replay

    return Replay(decisions)  # type: ignore[arg-type]
