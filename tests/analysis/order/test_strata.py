"""Against textbook analyses of variance, computed elsewhere."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.anova import AnovaRM

from analysis.order.strata import Strata

ALL_OF_THREE = ["".join(order) for order in permutations("abc")]


def long_form(table):
    names = ["".join(stage.tasks[0] for stage in plan.trunk) for plan in table.plans]
    rows = [
        {"order": name, "first": name[0], "seed": seed, "score": table.scores[place, column]}
        for place, name in enumerate(names)
        for column, seed in enumerate(table.seeds)
    ]
    return pd.DataFrame(rows)


def test_orders_that_share_nothing_give_the_analysis_of_variance_with_repeated_measures(drawn):
    table = drawn(["abcd", "bdac", "cadb", "dcba"], 5)
    strata = Strata(table)
    expected = AnovaRM(long_form(table), "score", "seed", within=["order"]).fit().anova_table.iloc[0]
    assert strata.order_square / strata.luck == pytest.approx(expected["F Value"], rel=1e-12)
    assert (strata.differences, strata.sizes.tolist()) == (expected["Num DF"], [3])
    assert strata.differences * (5 - 1) == expected["Den DF"]
    assert strata.sphericity == pytest.approx(1)


def test_first_stages_and_what_follows_them_are_strata_of_their_own(drawn):
    table = drawn(ALL_OF_THREE, 4)
    strata = Strata(table)
    assert strata.sizes.tolist() == [2, 3]
    firsts = long_form(table).groupby(["first", "seed"], as_index=False)["score"].mean()
    expected = AnovaRM(firsts, "score", "seed", within=["first"]).fit().anova_table.iloc[0]
    between = 4 * strata.total(strata.effects_K**2) / strata.sizes
    assert between[0] / strata.variances[0] == pytest.approx(expected["F Value"], rel=1e-12)


def test_variances_are_those_of_a_mixed_model_with_seeds_and_first_stages_at_random():
    random = np.random.default_rng(3)
    firsts, seeds = [order[0] for order in ALL_OF_THREE], 12
    shared = {(first, seed): random.normal(0, 1) for first in "abc" for seed in range(seeds)}
    rows = [
        {"order": order, "first": first, "seed": seed}
        | {"score": 3 * seed % 7 + shared[first, seed] + random.normal(0, 0.5)}
        for order, first in zip(ALL_OF_THREE, firsts, strict=True)
        for seed in range(seeds)
    ]
    frame = pd.DataFrame(rows)
    from analysis.order.table import OrderTable
    from search_spaces.plan import Plan, Stage

    plans = tuple(
        Plan(trunk=tuple(Stage(mixture=((t, 1.0),), learning_rate=1e-3, steps=1) for t in o), targets=())
        for o in ALL_OF_THREE
    )
    strata = Strata(OrderTable(plans, tuple(range(seeds)), frame["score"].to_numpy().reshape(6, seeds)))
    model = MixedLM.from_formula(
        "score ~ C(order)", frame, groups="seed", re_formula="1", vc_formula={"first": "0 + C(first)"}
    )
    fitted = model.fit(reml=True)
    first, rest = float(fitted.vcomp[0]), float(fitted.scale)
    assert strata.variances == pytest.approx([2 * first + rest, rest], rel=1e-3)
    contrast = np.zeros((6, 1))
    contrast[0], contrast[-1] = 1, -1  # abc less cba, which share nothing
    error, _ = strata.uncertainty(contrast)
    assert error[0] == pytest.approx(float(np.sqrt(2 * (first + rest) / seeds)), rel=1e-3)


def test_a_seed_that_lifts_all_orders_alike_changes_nothing(tabled):
    scores = {"ab": [1.0, 2.0, 4.0], "ba": [2.0, 1.0, 1.0]}
    lifted = {
        order: [one + level for one, level in zip(row, (0, 50, -7), strict=True)] for order, row in scores.items()
    }
    one, other = Strata(tabled(scores)), Strata(tabled(lifted))
    assert (other.luck, other.order_square) == pytest.approx((one.luck, one.order_square))


def test_a_difference_between_two_orders_is_as_uncertain_as_a_paired_difference(tabled):
    ours, theirs = np.array([1.0, 2.0, 4.0, 3.5]), np.array([2.0, 1.0, 1.0, 0.5])
    error, freedom = Strata(tabled({"ab": ours, "ba": theirs})).uncertainty(np.array([[1.0], [-1.0]]))
    assert error[0] == pytest.approx(np.std(ours - theirs, ddof=1) / 2)
    assert freedom[0] == pytest.approx(3)


def test_degrees_of_freedom_across_strata_are_satterthwaites(drawn):
    strata = Strata(drawn(ALL_OF_THREE, 4))
    contrast = np.array([[1.0], [0], [-1.0], [0], [0], [0]])  # abc less bac
    error, freedom = strata.uncertainty(contrast)
    parts = np.array([1.0, 1.0]) * strata.variances / 4  # half of the squared weights (2) in each stratum
    assert error[0] ** 2 == pytest.approx(parts.sum())
    assert freedom[0] == pytest.approx(parts.sum() ** 2 / (parts[0] ** 2 / (2 * 3) + parts[1] ** 2 / (3 * 3)))


def test_coordinates_are_orthonormal_also_where_sets_share_prefixes(drawn):
    orders = ["".join(order) for length in (2, 3) for order in permutations("abcd", length)]
    basis = Strata(drawn(orders, 2)).basis_PK
    assert basis.shape == (36, 36 - 10)
    assert np.allclose(basis.T @ basis, np.eye(26))
