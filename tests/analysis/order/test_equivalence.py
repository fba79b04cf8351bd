from itertools import permutations

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_paired

from analysis.order.equivalence import extremes_of
from analysis.order.strata import Strata
from search_spaces.plan import describe


def test_two_orders_are_equivalent_where_two_one_sided_paired_tests_say_so(tabled):
    random = np.random.default_rng(4)
    answers = set()
    for _ in range(40):
        ours, theirs = random.normal(0.3, 0.4, 5), random.normal(0, 0.4, 5)
        table = tabled({"ab": ours, "ba": theirs})
        p = ttost_paired(ours, theirs, -1.0, 1.0)[0]
        answers.add(p < 0.05)
        assert extremes_of(table, Strata(table)).within(1.0) == (p < 0.05)
    assert answers == {True, False}


def test_the_bound_is_where_the_tests_just_pass(tabled):
    ours, theirs = np.array([1.0, 2.0, 4.0, 3.5]), np.array([2.0, 1.0, 1.0, 0.5])
    table = tabled({"ab": ours, "ba": theirs})
    bound = extremes_of(table, Strata(table)).bound
    assert ttost_paired(ours, theirs, -bound, bound)[0] == pytest.approx(0.05)


def test_the_furthest_two_are_of_one_set_and_the_better_comes_first(tabled):
    table = tabled({"ab": [1.0, 1.1], "ba": [3.0, 3.2], "cd": [90.0, 90.1], "dc": [91.0, 91.1]})
    found = extremes_of(table, Strata(table))
    assert (describe(found.better)[0], describe(found.worse)[0]) == ("b", "a")
    assert found.difference == pytest.approx(2.05)


def test_every_pair_has_to_pass(drawn):
    orders = ["".join(order) for order in permutations("abc")]
    table = drawn(orders, 4)
    strata = Strata(table)
    weights = np.zeros((6, 15))
    pairs = [(one, other) for one in range(6) for other in range(one + 1, 6)]
    for column, (one, other) in enumerate(pairs):
        weights[one, column], weights[other, column] = 1, -1
    from scipy.stats import t

    error, freedom = strata.uncertainty(weights)
    expected = np.abs(weights.T @ table.scores.mean(axis=1)) + t.ppf(0.95, freedom) * error
    found = extremes_of(table, strata)
    assert found.bound == pytest.approx(expected.max())
    assert found.error == pytest.approx(error.max())
