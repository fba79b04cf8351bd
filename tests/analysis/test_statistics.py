import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics import error_reduction, estimate, paired_difference, rank_correlation, sign_flips


def test_the_interval_of_three_seeds_is_the_t_interval_computed_by_hand():
    found = estimate([1.0, 2.0, 3.0])
    half = 4.302652729696142 * 1.0 / math.sqrt(3)  # t(0.975, 2), standard deviation 1
    assert found.mean == 2.0
    assert found.low == pytest.approx(2.0 - half)
    assert found.high == pytest.approx(2.0 + half)
    assert found.half_width == pytest.approx(half)
    assert found.n == 3


def test_one_seed_has_no_interval_and_no_verdict():
    found = estimate([1.5])
    assert (found.mean, found.low, found.high, found.n) == (1.5, None, None, 1)
    assert found.verdict == "unknown"


def test_no_seed_has_no_estimate():
    assert estimate([]) is None
    assert paired_difference({1: 2.0}, {2: 3.0}) is None


def test_pairing_takes_out_what_a_seed_does_to_both_sides():
    found = paired_difference({1: 11.0, 2: 51.0, 3: 91.0}, {1: 10.0, 2: 50.0, 3: 90.0, 4: 0.0})
    assert (found.mean, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 3)
    assert found.verdict == "better"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([1.0, 1.1, 0.9], "better"), ([-1.0, -1.1, -0.9], "worse"), ([1.0, -1.0, 0.5], "not distinguishable")],
)
def test_a_difference_is_called_by_the_side_of_zero_its_interval_lies_on(values, verdict):
    assert estimate(values).verdict == verdict


def test_rank_correlation_knows_order_only():
    assert rank_correlation([1.0, 2.0, 3.0], [10.0, 100.0, 1000.0]) == (pytest.approx(1.0), 3)
    assert rank_correlation([1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]).rho == pytest.approx(-1.0)
    assert rank_correlation([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]).rho == pytest.approx(0.5)  # 1 - 6 * 2 / 24


@pytest.mark.parametrize(("first", "second"), [([1.0, 2.0], [1.0, 2.0]), ([1.0] * 4, [1.0, 2.0, 3.0, 4.0]), ([], [])])
def test_a_rank_correlation_that_is_undefined_is_none_but_says_its_n(first, second):
    assert rank_correlation(first, second) == (None, len(first))


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=8))
def test_an_interval_lies_around_its_mean(values):
    found = estimate(values)
    assert found.low <= found.mean <= found.high


def of(values):
    return dict(enumerate(values))


def test_flipped_signs_of_three_seeds_are_counted_by_hand():
    found = sign_flips(of([3.0, 2.0, 4.0]), of([1.0, 1.0, 1.0]))
    assert (found.p, found.least, found.n, found.exact) == (0.25, 0.25, 3, True)  # 2 of 8: all above, all below
    found = sign_flips(of([3.0, 2.0, 0.5]), of([1.0, 1.0, 1.0]))
    assert found.p == 0.5  # +2 +1 -0.5 and +2 +1 +0.5, and both of them the other way round


def test_signs_of_differences_without_an_effect_are_below_a_level_as_often_as_it_says():
    random = np.random.default_rng(0)
    p = [sign_flips(of(random.normal(0, 1, 6)), of(np.zeros(6))).p for _ in range(400)]
    assert 0.06 < np.mean(np.array(p) <= 0.125) < 0.18


def test_many_seeds_are_drawn_and_the_same_each_time():
    random = np.random.default_rng(1)
    ours, theirs = of(random.normal(0.5, 1, 20)), of(np.zeros(20))
    assert sign_flips(ours, theirs) == sign_flips(ours, theirs)
    assert sign_flips(ours, theirs).exact is False


def test_one_seed_has_no_signs_to_flip():
    assert sign_flips({1: 2.0}, {1: 1.0}) is None
    assert sign_flips({1: 2.0, 2: 1.0}, {3: 1.0}) is None


def test_an_error_of_40_that_falls_by_10_points_falls_by_a_quarter():
    found = error_reduction({1: 70.0, 2: 80.0}, {1: 60.0, 2: 60.0})
    assert found.mean == pytest.approx(37.5)
    assert found.low == pytest.approx(estimate([25.0, 50.0]).low)


def test_where_there_is_no_error_none_can_be_reduced():
    assert error_reduction({1: 90.0}, {1: 100.0}) is None
    assert error_reduction({1: 90.0}, {2: 50.0}) is None
