import numpy as np

from analysis.order.table import table_of
from search_spaces.plan import Plan, Stage


def test_only_plans_with_the_same_stages_and_another_order_are_compared(plan_of):
    faster = Plan(trunk=(Stage(mixture=(("a", 1.0),), learning_rate=2e-3, steps=1), *plan_of("b").trunk), targets=())
    scores = {plan_of(order): {1: 1.0, 2: 2.0} for order in ("", "a", "ab", "abc", "ba")} | {faster: {1: 0.0, 2: 0.0}}
    table = table_of(scores)
    assert table.plans == (plan_of("ab"), plan_of("ba"))
    assert table.sets == [[0, 1]]


def test_seeds_that_a_plan_lacks_are_left_out(plan_of):
    table = table_of({plan_of("ab"): {1: 1.0, 2: 2.0, 3: 3.0}, plan_of("ba"): {3: 5.0, 1: 4.0, 9: 0.0}})
    assert table.seeds == (1, 3)
    assert table.scores.tolist() == [[1.0, 3.0], [4.0, 5.0]]
    assert table.runs == 4


def test_plans_without_a_common_seed_leave_an_empty_table(plan_of):
    assert table_of({plan_of("ab"): {1: 1.0}, plan_of("ba"): {2: 1.0}}).seeds == ()


def test_no_two_plans_of_one_set_give_no_table(plan_of):
    assert table_of({plan_of("ab"): {1: 1.0}, plan_of("ac"): {1: 1.0}, plan_of("a"): {1: 1.0}}) is None


def test_a_set_without_any_score_is_not_waited_for(plan_of):
    assert table_of({plan_of("ab"): {1: 1.0}, plan_of("ba"): {}}) is None


def test_centring_takes_out_the_set_and_the_seed(tabled):
    table = tabled({"ab": [1.0, 10.0], "ba": [3.0, 14.0], "cd": [7.0, 1.0], "dc": [7.0, 1.0]})
    assert np.allclose(table.centred, [[-1, -2], [1, 2], [0, 0], [0, 0]])
