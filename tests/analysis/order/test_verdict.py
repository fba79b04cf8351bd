import json

import numpy as np
import pytest

from analysis.order.calibration import Luck, orders_of
from analysis.order.sources import Evidence
from analysis.order.table import OrderTable
from analysis.order.verdict import verdict_of

PLANS = orders_of("abc", [3])


def judged(effect, *, seeds, band=1.0, deviation=0.5):
    truth = np.array([effect if plan.trunk[0].tasks == ("a",) else 0.0 for plan in PLANS])
    drawn = Luck(deviation=deviation).draw(PLANS, seeds, 1, np.random.default_rng(2))[0]
    table = OrderTable(tuple(PLANS), tuple(range(seeds)), truth[:, None] + drawn)
    return verdict_of(Evidence("finals", table), band)


def test_a_large_effect_matters():
    verdict = judged(3.0, seeds=4)
    assert verdict.answer == "order matters"
    assert verdict.sentence.startswith("Order matters: orders of the same stages differ beyond luck (permutation test")
    assert "6 orders of one set of stages, 4 seeds of each" in verdict.sentence


def test_no_effect_and_little_luck_does_not_matter():
    verdict = judged(0.0, seeds=4, deviation=0.1)
    assert verdict.answer == "order does not matter"
    assert "within the band of 1 set beforehand" in verdict.sentence


def test_an_effect_that_is_sure_but_smaller_than_the_band_does_not_matter_and_is_told():
    verdict = judged(0.4, seeds=6, deviation=0.05)
    assert verdict.answer == "order does not matter"
    assert "that they differ at all is beyond luck" in verdict.sentence


def test_no_effect_and_much_luck_asks_for_more():
    verdict = judged(0.0, seeds=3)
    needed = verdict.measured.seeds_needed
    assert verdict.answer == "not enough data yet"
    assert f"about {needed - 3} more seeds of each order ({6 * (needed - 3)} runs) would settle it" in verdict.sentence


def test_without_a_band_nothing_is_equivalent():
    verdict = judged(0.0, seeds=4, deviation=0.01, band=None)
    assert verdict.answer == "not enough data yet"
    assert "no equivalence band was set beforehand" in verdict.sentence


def test_one_seed_tells_nothing_however_far_apart_orders_are():
    verdict = judged(50.0, seeds=1)
    assert (verdict.answer, verdict.measured) == ("not enough data yet", None)
    assert "1 more seed of each order (6 runs)" in verdict.sentence


def test_two_orders_need_six_seeds_before_anything_can_be_found(tabled):
    table = tabled({"ab": [9.0, 9.1, 9.2, 9.0, 9.1], "ba": [0.0, 0.1, 0.0, 0.2, 0.0]})
    verdict = verdict_of(Evidence("finals", table), 1.0)
    assert verdict.answer == "not enough data yet"
    assert verdict.measured.p == pytest.approx(2 / 2**5, abs=0.02)
    assert "about 1 more seed of each order (2 runs) would settle it" in verdict.sentence


def test_no_table_says_why():
    verdict = verdict_of(Evidence(None, None, ("the finals hold no arms", "the search has not ended")), 1.0)
    assert verdict.answer == "not enough data yet"
    assert verdict.sentence.endswith("whether order matters: the finals hold no arms and the search has not ended.")


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_verdict_is_plain_json(seeds):
    found = judged(1.0, seeds=seeds).as_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["orders"], found["sets"], found["seeds"]) == (6, 1, list(range(seeds)))
    assert len(found["effects"]) == (21 if seeds > 1 else 0)


def test_orders_that_never_vary_are_told_apart_by_their_values(tabled):
    same = tabled({"ab": [1.0] * 6, "ba": [1.0] * 6})
    assert verdict_of(Evidence("finals", same), 1.0).answer == "order does not matter"
    far = tabled({"ab": [3.0] * 6, "ba": [1.0] * 6})
    verdict = verdict_of(Evidence("finals", far), 1.0)
    assert verdict.answer == "order matters"
    assert "seeds of an order do not differ at all" in verdict.sentence
    json.dumps(verdict.as_json(), allow_nan=False)
