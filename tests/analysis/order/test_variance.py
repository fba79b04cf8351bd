from itertools import permutations

import numpy as np
import pytest
from scipy.stats import f, ncf

from analysis.order.noncentral import noncentral_f
from analysis.order.strata import Strata
from analysis.order.variance import by_depth, variance_ratio


def test_variances_are_those_computed_by_hand(tabled):
    # differences ab - ba: 4, 2, 6, so 4 on average; halves of them: variance between orders 2 * 2^2, luck 2 * 1 / 2
    table = tabled({"ab": [4.0, 2.0, 6.0], "ba": [0.0, 0.0, 0.0]})
    found = variance_ratio(Strata(table), 3)
    assert found.luck == pytest.approx(2.0)  # of d / sqrt 2: 4 / 2
    assert found.order == pytest.approx((3 * 8 - 2) / 3)
    assert found.ratio == pytest.approx(11 / 3)


def test_the_interval_holds_the_ratios_that_the_noncentral_f_allows(drawn):
    orders, seeds = ["abcd", "bdac", "cadb", "dcba"], 5
    strata = Strata(drawn(orders, seeds, effects={"abcd": 4.0}))
    found = variance_ratio(strata, seeds)
    seen = strata.order_square / strata.luck
    assert ncf.cdf(seen, 3, 12, found.low * seeds * 3) == pytest.approx(0.975)
    assert ncf.cdf(seen, 3, 12, found.high * seeds * 3) == pytest.approx(0.025)
    assert found.low < found.ratio < found.high


def test_less_than_luck_gives_nothing(tabled):
    found = variance_ratio(Strata(tabled({"ab": [1.0, -1.0, 0.1], "ba": [0.0, 0.0, 0.0]})), 3)
    assert (found.order, found.ratio, found.low) == (0.0, 0.0, 0.0)
    assert found.high > 0


def test_without_luck_there_is_no_ratio(tabled):
    found = variance_ratio(Strata(tabled({"ab": [1.0, 1.0], "ba": [0.0, 0.0]})), 2)
    assert (found.ratio, found.low, found.high) == (None, None, None)
    assert found.order == pytest.approx(0.5)


@pytest.mark.parametrize("levels", [[0.0, 0.0, 0.0], [0.3, -2.7, 1.1]])
def test_rounding_is_no_luck(tabled, levels):
    values = dict(
        zip(("".join(order) for order in permutations("abc")), (51.37, 50.11, 49.2, 48.93, 50.6, 51.9), strict=True)
    )
    strata = Strata(tabled({order: [value + level for level in levels] for order, value in values.items()}))
    changes = strata.coordinates_KR - strata.effects_K[:, None]
    assert np.abs(changes).max() > 0
    assert (strata.luck, strata.variances.tolist()) == (0.0, [0.0, 0.0])
    assert variance_ratio(strata, 3).ratio is None


def test_an_enormous_ratio_still_has_an_interval(tabled):
    found = variance_ratio(Strata(tabled({"ab": [1e6, 1e6 + 1e-3, 1e6], "ba": [0.0, 0.0, 0.0]})), 3)
    assert 0 < found.low < found.ratio < found.high < np.inf


@pytest.mark.parametrize("noncentrality", [0.0, 3.0, 400.0])
def test_the_noncentral_f_is_the_librarys_where_it_has_one(noncentrality):
    expected = ncf.cdf(2.0, 5, 20, noncentrality) if noncentrality else f.cdf(2.0, 5, 20)
    assert noncentral_f(2.0, 5, 20, noncentrality) == pytest.approx(expected)


@pytest.mark.parametrize(("between", "within"), [(1, 4), (5, 10), (119, 238)])
def test_beyond_the_library_the_noncentral_f_agrees_with_draws(between, within):
    random, noncentrality = np.random.default_rng(0), 1e12
    above = random.noncentral_chisquare(between, noncentrality, 100_000) / between
    drawn = above / (random.chisquare(within, 100_000) / within)
    for share in (0.1, 0.5, 0.9):
        value = float(np.quantile(drawn, share))
        assert noncentral_f(value, between, within, noncentrality) == pytest.approx(share, abs=0.006)


def test_box_epsilon_is_that_of_the_strata(drawn):
    strata = Strata(drawn(["".join(order) for order in permutations("abc")], 4))
    spread = np.repeat(strata.variances, strata.sizes)
    assert strata.sphericity == pytest.approx(spread.sum() ** 2 / (5 * (spread**2).sum()))


def test_both_variances_fall_apart_by_the_stage_at_which_orders_part(drawn):
    table = drawn(["".join(order) for order in permutations("abc")], 4, effects={"abc": 6.0, "acb": 6.0})
    strata = Strata(table)
    first, second = by_depth(strata, 4)
    assert (first.depth, first.differences, second.depth, second.differences) == (1, 2, 2, 3)
    assert first.luck + second.luck == pytest.approx(strata.luck)
    assert first.order > 20 * second.order  # the first stage alone was given an effect
    means = table.scores.mean(axis=1).reshape(3, 2).mean(axis=1)  # of first stages, of two orders each
    luck = first.luck * strata.differences / 4
    assert first.order == pytest.approx((2 * ((means - means.mean()) ** 2).sum() - luck) / 5)
