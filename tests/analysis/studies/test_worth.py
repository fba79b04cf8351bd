import numpy as np
import pytest
from scipy import stats

from analysis.studies.worth import worth, worth_cell, worth_text
from evaluators.errors import CairnError

SEEDS = (1, 2, 3)


def even(score):
    return dict.fromkeys(SEEDS, score)


CURVE = {10.0: even(40.0), 100.0: even(50.0), 1000.0: even(70.0)}


@pytest.mark.parametrize(
    ("score", "examples"),
    [(45.0, 10**1.5), (50.0, 100.0), (60.0, 10**2.5), (40.0, 10.0), (70.0, 1000.0), (39.0, "less"), (71.0, "more")],
)
def test_a_score_is_read_off_the_curve_over_log_examples(score, examples):
    found = worth(even(score), CURVE)
    assert found.examples == (examples if isinstance(examples, str) else pytest.approx(examples))


def test_luck_that_a_seed_brings_to_both_cancels():
    luck = {1: -3.0, 2: 0.5, 3: 4.0}
    curve = {amount: {seed: score + luck[seed] for seed, score in one.items()} for amount, one in CURVE.items()}
    found = worth({seed: 60.0 + luck[seed] for seed in SEEDS}, curve)
    assert (found.low, found.high) == pytest.approx((10**2.5, 10**2.5), rel=0.02)
    assert found.by_seed == pytest.approx(dict.fromkeys(SEEDS, 10**2.5))


def test_the_interval_holds_what_is_not_told_apart_and_no_more():
    """The gap at x is 45 - direct(x) with seeds -1, 0, 1 apart: half width 4.303 / sqrt(3) = 2.484 points."""
    found = worth({1: 44.0, 2: 45.0, 3: 46.0}, CURVE)
    assert found.low == pytest.approx(10 ** (1 + 0.2516), rel=0.02)
    assert found.high == pytest.approx(10 ** (1 + 0.7484), rel=0.02)
    assert worth_text(found) == "32 (95\u00a0% interval 18 to 56)"


def test_intervals_hold_the_truth_as_often_as_they_say():
    rounds, held = 300, 0
    for number in range(rounds):
        rng = np.random.default_rng(number)
        curve = {
            amount: {seed: score + rng.normal(0, 1) for seed, score in one.items()} for amount, one in CURVE.items()
        }
        found = worth({seed: 60.0 + rng.normal(0, 1) for seed in SEEDS}, curve)
        low, high = ({"less": 0.0, "more": np.inf}.get(one, one) for one in (found.low, found.high))
        held += low <= 10**2.5 <= high
    assert held >= stats.binom.ppf(0.001, rounds, 0.95)


def test_an_interval_that_leaves_the_range_says_so():
    found = worth({1: 40.0, 2: 41.0, 3: 42.0}, CURVE)
    assert found.low == "less"
    assert worth_text(found).startswith("13 (95\u00a0% interval less than 10 to ")
    above = worth({1: 69.0, 2: 71.0, 3: 73.0}, CURVE)
    assert (above.examples, above.high) == ("more", "more")
    assert 100 < above.low < 1000


def test_a_score_wholly_above_or_below_the_curve_says_so():
    assert worth_text(worth(even(80.0), CURVE)) == "more than 1,000 (and so is the whole 95\u00a0% interval)"
    assert worth_text(worth(even(30.0), CURVE)) == "less than 10 (and so is the whole 95\u00a0% interval)"
    assert worth_cell(worth(even(80.0), CURVE)).value is None


FALLING = {10.0: even(60.0), 100.0: even(50.0), 1000.0: even(40.0)}


def test_a_curve_that_falls_promises_nothing_beyond_its_end():
    found = worth(even(65.0), FALLING)
    assert (found.examples, found.low, found.high) == ("not reached",) * 3
    assert set(found.by_seed.values()) == {"not reached"}
    assert worth_text(found) == "not reached with 10 to 1,000 (95\u00a0% interval holds none)"
    assert worth_cell(found).value is None
    unsure = worth({1: 60.0, 2: 61.0, 3: 62.0}, FALLING)
    assert worth_text(unsure) == "not reached with 10 to 1,000 (95\u00a0% interval from less than 10)"
    assert worth_text(worth({1: 65.0}, FALLING)) == "not reached with 10 to 1,000 (one seed, so no interval)"
    assert worth(even(55.0), FALLING).examples == "less"


def test_of_a_curve_that_bends_back_the_fewest_examples_count():
    bent = {**CURVE, 300.0: even(45.0)}
    assert worth(even(48.0), bent).examples == pytest.approx(10**1.8)


def test_one_seed_has_no_interval():
    found = worth({1: 45.0}, {amount: {1: one[1]} for amount, one in CURVE.items()})
    assert (found.low, found.high) == (None, None)
    assert worth_text(found) == "32 (one seed, so no interval)"


def test_one_number_of_examples_is_no_curve():
    assert worth(even(45.0), {10.0: even(40.0)}) is None
    assert worth_cell(None).text == "–"


def test_scores_that_share_no_seed_with_the_curve_are_told():
    with pytest.raises(CairnError, match="share no seed"):
        worth({9: 45.0}, CURVE)
