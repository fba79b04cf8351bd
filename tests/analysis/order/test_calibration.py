"""Many tables without an effect, and with a known one: is the verdict as sure as it says?"""

import numpy as np
import pytest
from scipy.stats import binom, f

from analysis.order.calibration import Luck, coverage, orders_of, rates
from analysis.order.strata import Strata
from analysis.order.table import OrderTable

TABLES = 1000
PLANS = {
    "two orders, six seeds": (orders_of("ab", [2]), 6),
    "all orders of three tasks, three seeds": (orders_of("abc", [3]), 3),
    "all orders of three tasks, two seeds": (orders_of("abc", [3]), 2),
    "pairs and triples of three tasks, four seeds": (orders_of("abc", [2, 3]), 4),
}
LUCKS = {"own": Luck(inherited=0.0), "shared": Luck(), "mostly shared": Luck(inherited=0.9)}


def likely(count, rate, tables):
    """Is so many not in the outer 1 in 1,000 on either side?"""
    return binom.cdf(count, tables, rate) > 0.0005 and binom.sf(count - 1, tables, rate) > 0.0005


@pytest.mark.parametrize("luck", LUCKS.values(), ids=LUCKS)
@pytest.mark.parametrize(("plans", "seeds"), PLANS.values(), ids=PLANS)
def test_without_an_effect_order_is_said_to_matter_as_often_as_the_level_says(plans, seeds, luck):
    found = rates(plans, np.zeros(len(plans)), luck, seeds=seeds, band=1.0, count=TABLES)
    assert likely(round(found.rejected * TABLES), 0.05, TABLES)


def test_an_f_test_that_takes_all_luck_for_a_plans_own_finds_far_too_much():
    plans, luck = orders_of("abcd", [4]), Luck(inherited=0.9)
    drawn = luck.draw(plans, 3, 300, np.random.default_rng(0))
    tables = [Strata(OrderTable(tuple(plans), (0, 1, 2), scores)) for scores in drawn]
    naive = np.mean([f.sf(one.order_square / one.luck, 23, 46) < 0.05 for one in tables])
    assert naive > 0.12
    assert rates(plans, np.zeros(24), luck, seeds=3, band=1.0, count=300).rejected < 0.08


@pytest.mark.parametrize("luck", LUCKS.values(), ids=LUCKS)
def test_the_larger_the_effect_the_more_often_it_is_found(luck):
    plans = orders_of("abc", [3])
    pattern = np.array([1.0 if plan.trunk[0].tasks == ("a",) else -0.5 for plan in plans])
    found = [rates(plans, size * pattern, luck, seeds=5, band=1.0, count=200).rejected for size in (0, 0.3, 0.7, 1.6)]
    assert found[0] < found[1] < found[2] < found[3]
    assert found[3] > 0.9


@pytest.mark.parametrize(
    ("plans", "seeds"), [(orders_of("ab", [2]), 6), (orders_of("abc", [3]), 8)], ids=["two", "six"]
)
def test_orders_as_far_apart_as_the_band_are_called_equivalent_in_one_of_twenty_tables_at_most(plans, seeds):
    truth = np.zeros(len(plans))
    truth[0] = 1.0
    found = rates(plans, truth, Luck(), seeds=seeds, band=1.0, count=TABLES)
    assert binom.sf(round(found.equivalent * TABLES) - 1, TABLES, 0.05) > 0.0005
    assert rates(plans, 0 * truth, Luck(), seeds=seeds, band=1.0, count=200).equivalent > 0.3


@pytest.mark.parametrize("luck", LUCKS.values(), ids=LUCKS)
def test_intervals_hold_the_truth_as_often_as_they_say(luck):
    plans = orders_of("abc", [3])
    truth = np.random.default_rng(5).normal(0, 0.5, 6)
    found = coverage(plans, truth, luck, seeds=3, count=300)
    assert 0.93 < found.effects < 0.975
    assert 0.92 < found.ratio < 0.99


def test_luck_is_shared_by_what_is_shared_and_as_large_as_asked():
    plans = orders_of("abc", [3])
    drawn = Luck(deviation=0.5, inherited=0.5).draw(plans, 1, 20_000, np.random.default_rng(0))[:, :, 0]
    names = ["".join(stage.tasks[0] for stage in plan.trunk) for plan in plans]
    covariance = np.cov((drawn - drawn.mean(axis=1, keepdims=True)).T)
    whole = np.cov(drawn.T)
    abc, acb, bac = (names.index(name) for name in ("abc", "acb", "bac"))
    assert whole[abc, abc] == pytest.approx(0.25 + 0.25, rel=0.05)  # its own and the seed's level
    assert whole[abc, acb] == pytest.approx(0.25 + 0.25 / 2**4, rel=0.05)  # two of the three stages are not shared
    assert whole[abc, bac] == pytest.approx(0.25, rel=0.05)
    assert covariance.sum() == pytest.approx(0, abs=1e-9)
