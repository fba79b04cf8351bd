from itertools import permutations

import numpy as np
import pytest
from scipy.stats import studentized_range
from statsmodels.stats.power import TTestPower

from analysis.order.equivalence import extremes_of
from analysis.order.power import _range_quantile, detection_power, least_seeds, seeds_needed
from analysis.order.strata import Strata

ALL_OF_THREE = ["".join(order) for order in permutations("abc")]


@pytest.mark.parametrize("seeds", [3, 8, 30])
def test_the_power_for_two_orders_is_that_of_the_paired_t_test(tabled, seeds):
    strata = Strata(tabled({"ab": [1.0, 2.0, 4.0], "ba": [0.0, 0.0, 0.0]}))
    deviation = np.std([1.0, 2.0, 4.0], ddof=1)
    expected = TTestPower().power(1.5 / deviation, seeds, 0.05)
    assert detection_power(strata, 1.5, sets=1, seeds=seeds) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("count", [2, 6, 24])
def test_the_range_of_equal_means_is_tukeys(count):
    assert _range_quantile(0.8, count) == pytest.approx(studentized_range.ppf(0.8, count, np.inf), abs=1e-4)


@pytest.mark.parametrize(("rearrangements", "least"), [(2, 6), (6, 3), (24, 2), (48, 2), (20, 2), (19, 3)])
def test_enough_seeds_are_needed_for_enough_rearrangements(rearrangements, least):
    assert least_seeds(np.log(rearrangements)) == least
    assert rearrangements ** -(least - 1) <= 0.05 * (1 + 1e-9) < rearrangements ** -(least - 2)


def test_nothing_that_can_be_rearranged_can_be_tested_with_no_number_of_seeds():
    assert least_seeds(0.0) is None


def test_smaller_bands_need_more_seeds_and_hopeless_ones_have_no_number(drawn):
    table = drawn(ALL_OF_THREE, 3)
    strata = Strata(table)
    found = [seeds_needed(table, strata, extremes_of(table, strata), band, least=2) for band in (4.0, 2.0, 1.0, 0.001)]
    assert found[0] < found[1] < found[2]
    assert found[3] is None


def test_so_many_seeds_settle_it_in_four_of_five_studies():
    from analysis.order.calibration import Luck, orders_of, rates

    plans, luck = orders_of("abc", [3]), Luck(deviation=0.5, inherited=0.5)
    from analysis.order.table import OrderTable

    many = luck.draw(plans, 400, 1, np.random.default_rng(1))[0]
    table = OrderTable(tuple(plans), tuple(range(400)), many)
    strata = Strata(table)
    needed = seeds_needed(table, strata, extremes_of(table, strata), 1.0, least=2)
    least = np.zeros(6)
    least[0], least[-1] = 0.5, -0.5
    none = rates(plans, np.zeros(6), luck, seeds=needed, band=1.0, count=300)
    some = rates(plans, least, luck, seeds=needed, band=1.0, count=300)
    assert none.equivalent > 0.75
    assert some.rejected > 0.75
