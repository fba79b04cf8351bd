"""Many studies without an effect, and with a known one: are verdicts as sure as they say?"""

import numpy as np
import pytest
from scipy.stats import binom

from analysis.hypotheses.calibration import BETTER, GAIN, MIXED, NAMES, NOTHING, ORDER_CLAIMS, Truth, judged
from analysis.order.calibration import Luck

STUDIES = 250
LUCKS = {"own": Luck(inherited=0.0), "shared": Luck(), "mostly shared": Luck(inherited=0.9)}


def verdicts(truth, luck, seeds, count=STUDIES):
    return [
        {name: decision.outcome for name, decision in one.items()}
        for one in judged(truth, luck, seeds=seeds, count=count)
    ]


def is_at_most(share, count, studies):
    """Is so many not in the outer 1 in 1,000?"""
    return binom.sf(count - 1, studies, share) > 0.001


@pytest.mark.parametrize("seeds", [3, 6])
@pytest.mark.parametrize("luck", LUCKS.values(), ids=LUCKS)
def test_of_claims_none_of_which_is_true_any_is_confirmed_in_one_study_of_twenty_at_most(luck, seeds):
    found = verdicts(NOTHING, luck, seeds)
    assert is_at_most(0.05, sum("confirmed" in one.values() for one in found), STUDIES)


def test_a_mixture_as_good_as_its_best_orders_does_not_beat_them_by_the_others():
    found = verdicts(Truth(order={"a before b": 6.0}), Luck(), 6)
    assert is_at_most(0.05, sum(one[MIXED] == "confirmed" for one in found), STUDIES)


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        *((name, Truth(order={name: 1.0})) for name in ORDER_CLAIMS),
        (MIXED, Truth(order={}, mixture=1.0)),
        (BETTER, Truth(order={}, better=1.0)),
        (GAIN, Truth(order={}, gain_in_group=12.0)),
    ],
    ids=NAMES,
)
def test_a_claim_that_is_just_true_is_seldom_rejected(name, truth):
    found = verdicts(truth, Luck(), 6, count=150)
    assert is_at_most(0.05, sum(one[name] == "rejected" for one in found), 150)


def test_what_is_so_is_found_the_more_often_the_more_seeds():
    truth = Truth(order={"a before b": 2.0}, mixture=2.0, better=2.0, gain_in_group=12.0)
    few, many = (
        {name: np.mean([one[name] == "confirmed" for one in found]) for name in NAMES}
        for found in (verdicts(truth, Luck(), seeds, count=60) for seeds in (3, 12))
    )
    for name in ("a before b", "large tasks first", MIXED, BETTER, GAIN):
        assert few[name] <= many[name]
        assert many[name] > 0.8
    assert sum(few.values()) < sum(many.values()) - 0.5


def test_that_nothing_is_so_is_found_too():
    found = verdicts(NOTHING, Luck(), 10, count=60)
    assert all(np.mean([one[name] == "rejected" for one in found]) > 0.6 for name in (*ORDER_CLAIMS, MIXED))
