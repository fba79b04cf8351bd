import math
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from analysis.order.permutation import permutation_p
from analysis.order.strata import Strata
from analysis.order.symmetries import symmetries_of
from analysis.order.table import OrderTable, sets_of
from search_spaces.plan import Plan, Stage

ALL_OF_THREE = ["".join(order) for order in permutations("abc")]
PAIRS_AND_TRIPLES = ["".join(order) for length in (2, 3) for order in permutations("abcd", length)]


def p_of(table, count=1999):
    symmetries = symmetries_of(table)
    return permutation_p(table, Strata(table), symmetries.rearrangements(count))


def spelling(plan):
    return "".join(stage.tasks[0] for stage in plan.trunk)


def shared(one, other):
    """How many stages two orders have in common, from the first on."""
    return next(
        (depth for depth, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


@pytest.mark.parametrize(
    "orders", [ALL_OF_THREE, PAIRS_AND_TRIPLES, ["abcd", "bdac", "cadb", "dcba"], ["abc", "acb", "bac"]]
)
def test_plans_that_share_stages_share_as_many_where_they_are_moved_to(drawn, orders):
    symmetries = symmetries_of(drawn(orders, 2))
    names = [spelling(plan) for plan in symmetries.table.plans]
    numbers = {place: number for number, members in enumerate(symmetries.table.sets) for place in members}
    for moved in symmetries.rearrangements(40)[:, 0]:
        assert sorted(moved) == list(range(len(names)))
        for one, other in product(range(len(names)), repeat=2):
            assert shared(names[one], names[other]) == shared(names[moved[one]], names[moved[other]])
            assert (numbers[one] == numbers[other]) == (numbers[moved[one]] == numbers[moved[other]])


@pytest.mark.parametrize(
    ("orders", "count"),
    [
        (["ab", "ba"], 2),
        (ALL_OF_THREE, 6 * 2**3),
        (["abcd", "bdac", "cadb", "dcba"], 24),
        (["abc", "acb", "bac"], 2),
        (PAIRS_AND_TRIPLES, 24),
    ],
)
def test_every_rearrangement_is_drawn_and_none_but_those(drawn, orders, count):
    symmetries = symmetries_of(drawn(orders, 2))
    assert math.exp(symmetries.log_count) == pytest.approx(count)
    assert len({tuple(moved) for moved in symmetries.rearrangements(1000)[:, 0].tolist()}) == count


def test_rearrangements_are_alike_often(drawn):
    drawn_often = symmetries_of(drawn(["abc", "acb", "bac", "bca"], 1)).rearrangements(8000)[:, 0]
    _, counts = np.unique(drawn_often, axis=0, return_counts=True)
    assert len(counts) == 8
    assert np.abs(counts - 1000).max() < 5 * math.sqrt(1000)


def test_sets_that_share_a_stage_are_thinned_where_tasks_cannot_be_renamed(drawn):
    symmetries = symmetries_of(drawn(["abd", "abc", "acb", "bac", "bad", "ef", "fe"], 2))
    assert {spelling(plan) for plan in symmetries.table.plans} == {"abc", "acb", "bac", "ef", "fe"}


def test_renaming_keeps_learning_rates_where_they_are(plan_of):
    slow = {task: plan_of(task).trunk[0] for task in "abc"}
    fast = {task: replace(stage, learning_rate=2e-3) for task, stage in slow.items()}
    plans = [
        replace(plan_of(""), trunk=(first[one], second[other]))
        for first, second in product((slow, fast), repeat=2)
        for one, other in permutations("abc", 2)
    ]
    plans = [plan for members in sets_of(plans).values() if len(members) > 1 for plan in (plans[m] for m in members)]
    table = OrderTable(tuple(plans), (0, 1), np.zeros((len(plans), 2)))
    symmetries = symmetries_of(table)
    assert len(symmetries.table.plans) == 24
    for moved in symmetries.rearrangements(30)[:, 0]:
        for place, source in enumerate(moved):
            rates = [[stage.learning_rate for stage in plans[one].trunk] for one in (place, source)]
            assert rates[0] == rates[1]


def mixed(orders, shares, seeds=3):
    """Every stage shares its batches with masked language modelling."""
    stages = {
        task: Stage(mixture=((task, share), ("mlm", 1 - share)), learning_rate=1e-3, steps=1)
        for task, share in shares.items()
    }
    plans = tuple(Plan(trunk=tuple(stages[task] for task in order), targets=()) for order in orders)
    return OrderTable(plans, tuple(range(seeds)), np.zeros((len(plans), seeds)))


@pytest.mark.parametrize("shares", [{"a": 0.8, "b": 0.8, "c": 0.8}, {"a": 0.8, "b": 0.5, "c": 0.3}])
def test_mixtures_change_names_as_single_tasks_do(drawn, shares):
    pairs = ["".join(order) for order in permutations("abc", 2)]
    symmetries = symmetries_of(mixed(pairs, shares))
    assert len(symmetries.table.plans) == 6
    assert np.array_equal(symmetries.rearrangements(50), symmetries_of(drawn(pairs, 3)).rearrangements(50))


def test_stages_of_one_task_with_two_lengths_have_two_names(plan_of):
    stages = {task: plan_of(task).trunk[0] for task in "abc"} | {"A": replace(plan_of("a").trunk[0], steps=2)}
    orders = ["ab", "ba", "Ac", "cA", "bc", "cb"]
    plans = tuple(Plan(trunk=tuple(stages[task] for task in order), targets=()) for order in orders)
    symmetries = symmetries_of(OrderTable(plans, (0, 1), np.zeros((6, 2))))
    assert symmetries.table.plans == plans[:4]


def test_two_orders_are_tested_by_all_signs_of_their_differences(tabled):
    differences = np.array([0.9, 0.4, 1.1, -0.2, 0.7, 0.5, 0.8])
    table = tabled({"ab": differences, "ba": np.zeros(7)})
    signs = np.array(list(product((1, -1), repeat=7)))
    exact = np.mean(np.abs(signs @ differences) >= differences.sum() - 1e-12)
    assert p_of(table, 40_000) == pytest.approx(exact, abs=0.003)


def test_no_difference_at_all_is_no_evidence(tabled):
    assert p_of(tabled({"ab": [1.0, 1.0, 1.0], "ba": [1.0, 1.0, 1.0]})) == 1.0


def test_differences_of_rounding_are_no_evidence(tabled):
    values = 51.42 + np.arange(6) * np.spacing(51.42)
    table = tabled({order: [value] * 3 for order, value in zip(ALL_OF_THREE, values, strict=True)})
    assert np.ptp(table.scores) > 0
    assert p_of(table) == 1.0


def test_differences_without_any_luck_reach_the_least_p(tabled):
    table = tabled({order: [float(place)] * 3 for place, order in enumerate(ALL_OF_THREE)})
    assert p_of(table) <= 0.005


def test_one_seed_alone_shows_nothing(drawn):
    assert p_of(drawn(ALL_OF_THREE, 1)) == 1.0
