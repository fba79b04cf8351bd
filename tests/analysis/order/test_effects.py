from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.order.effects import effects_of
from analysis.order.strata import Strata

ALL_OF_THREE = ["".join(order) for order in permutations("abc")]
ALL_OF_FOUR = ["".join(order) for order in permutations("abcd")]


def by_name(table):
    return {effect.name: effect for effect in effects_of(table, Strata(table))}


def test_two_orders_have_one_effect_which_is_their_paired_difference(tabled):
    ours, theirs = np.array([1.0, 2.0, 4.0, 3.5]), np.array([2.0, 1.0, 1.0, 0.5])
    found = by_name(tabled({"ab": ours, "ba": theirs}))
    paired = stats.ttest_rel(ours, theirs)
    assert list(found) == ["a before b"]
    effect = found["a before b"]
    assert (effect.mean, effect.p, effect.q) == pytest.approx(((ours - theirs).mean(), paired.pvalue, paired.pvalue))
    assert (effect.low, effect.high) == pytest.approx(tuple(paired.confidence_interval(0.95)))


def test_pairwise_effects_are_those_of_the_regression(drawn):
    table = drawn(ALL_OF_FOUR, 3)
    pairs = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")]
    signs = np.array([[1.0 if o.index(x) < o.index(y) else -1.0 for x, y in pairs] for o in ALL_OF_FOUR])
    fitted = sm.OLS(table.scores.mean(axis=1), sm.add_constant(signs)).fit().params[1:]
    found = by_name(table)
    assert [found[f"{x} before {y}"].mean for x, y in pairs] == pytest.approx(list(2 * fitted))


def test_a_planted_pair_is_found_in_its_own_kind_and_casts_no_shadow_there(tabled):
    table = tabled({order: [3.0 * (order.index("a") < order.index("b"))] * 2 for order in ALL_OF_FOUR})
    for name, effect in by_name(table).items():
        if effect.kind == "before":
            assert effect.mean == pytest.approx(3.0 if name == "a before b" else 0.0, abs=1e-9)


def test_a_place_is_told_from_the_mean_over_places(tabled):
    gains = {1: 0.5, 2: -0.1, 3: -0.4}
    table = tabled({order: [gains[1 + order.index("a")]] * 2 for order in ALL_OF_THREE})
    found = by_name(table)
    for place, gain in gains.items():
        # what "a" brings at a place, the others taking the places that are left
        assert found[f"a at {place} of 3"].mean - found[f"b at {place} of 3"].mean == pytest.approx(gain)
    assert sum(found[f"a at {place} of 3"].mean for place in gains) == pytest.approx(0)


def test_followers_and_neighbours_are_told_apart(tabled):
    following = tabled({order: [2.0 * ("ab" in order)] * 2 for order in ALL_OF_FOUR})
    found = by_name(following)
    assert found["a directly before b"].mean - found["c directly before d"].mean == pytest.approx(2.0)
    assert found["b directly before a"].mean == pytest.approx(found["c directly before d"].mean)
    beside = tabled({order: [2.0 * ("ab" in order or "ba" in order)] * 2 for order in ALL_OF_FOUR})
    found = by_name(beside)
    assert found["a beside b"].mean - found["c beside d"].mean == pytest.approx(2.0)


def test_what_a_part_of_the_orders_cannot_tell_is_left_out(drawn):
    whole, part = by_name(drawn(ALL_OF_THREE, 2)), by_name(drawn(["abc", "bca", "cab"], 2))
    assert {name for name, effect in whole.items() if effect.kind == "before"} == {
        "a before b",
        "a before c",
        "b before c",
    }
    assert not [effect for effect in part.values() if effect.kind == "before"]


def test_a_williams_square_tells_places_and_followers(drawn):
    from search_spaces.designs import williams

    square = ["".join("abcd"[task] for task in row) for row in williams(4)]
    assert len(square) == 4  # three differences cannot tell nine places apart
    assert not [effect for effect in by_name(drawn(square, 3)).values() if effect.kind == "place"]


def test_false_discoveries_are_kept_at_their_rate_over_all_kinds(drawn):
    table = drawn(ALL_OF_THREE, 4)
    effects = effects_of(table, Strata(table))
    assert {effect.kind for effect in effects} == {"before", "place", "carry-over", "neighbours"}
    expected = multipletests([effect.p for effect in effects], method="fdr_bh")[1]
    assert [effect.q for effect in effects] == pytest.approx(list(expected))


def test_effects_of_several_sets_are_pooled_by_what_they_know(tabled):
    pairs = {"ab": [1.0, 1.5], "ba": [0.0, 0.5]}
    triples = {order: [4.0, 5.0] if order.index("a") < order.index("b") else [1.0, 2.0] for order in ALL_OF_THREE}
    effect = by_name(tabled(pairs | triples))["a before b"]
    # 1 from two orders, 3 from six; three correlated pairs (1/3) leave two thirds of the six orders' information
    assert effect.mean == pytest.approx((2 * 1 + 4 * 3) / (2 + 4))
