import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics import estimate, paired_difference, rank_correlation


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
