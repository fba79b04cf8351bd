"""Seeds that share luck: drawn whole, and counted for what they are worth."""

import numpy as np
import pytest
from scipy import stats

from analysis.scaling.fit import fit, lack_of_fit
from analysis.scaling.forms import Form, table_of
from analysis.scaling.law import parameters_of, redrawn, scaling
from analysis.scaling.luck import cell_means, design_effect, drawn_luck, freedom, normal_luck
from analysis.scaling.points import Point

SIZES = (1e6, 4e6, 1.6e7, 6.4e7)
DATA = (100, 600, 3600, 18000)


def of_trunks(number, *, shared, own, seeds=3, groups=("direct", "first"), factor=None):
    """A law of size and data; the luck of a seed's trunk is shared by all numbers of examples, and by both arms."""
    rng = np.random.default_rng(number)
    points = []
    for size in SIZES:
        for seed in range(seeds):
            trunk = rng.normal(0, shared)
            for group in groups:
                for amount in DATA:
                    error = (10 + 3000 * size**-0.3 * amount**-0.15) * (factor or {}).get(size, 1.0)
                    luck = float(np.exp(trunk + rng.normal(0, own)))
                    points.append(Point(size=size, data=amount, seed=seed, error=error * luck, group=group))
    return points


def test_points_that_share_all_their_luck_count_once():
    assert design_effect(table_of(of_trunks(0, shared=0.1, own=0.0))) == pytest.approx(8.0)
    assert design_effect(table_of(of_trunks(0, shared=0.1, own=0.0, groups=("one",)))) == pytest.approx(4.0)


def test_points_that_share_no_seed_count_fully(planted):
    assert design_effect(table_of(planted())) == 1.0
    assert np.mean([design_effect(table_of(of_trunks(one, shared=0.0, own=0.02))) for one in range(40)]) < 1.7


def test_a_trunk_of_one_arm_alone_counts_too():
    """What is shared within one group is not thinned by the other, which shares nothing."""
    rng = np.random.default_rng(0)
    points = [
        Point(size=size, data=amount, seed=seed, error=float(20 * np.exp(luck[group == "first"])), group=group)
        for size in SIZES
        for seed in range(30)
        for trunk in [rng.normal(0, 0.02)]
        for group in ("direct", "first")
        for amount in DATA
        for luck in [(rng.normal(0, 0.02), trunk)]
    ]
    assert design_effect(table_of(points)) == pytest.approx(4.0)


def test_seeds_are_drawn_whole():
    table = table_of(of_trunks(0, shared=0.1, own=0.0))
    drawn = drawn_luck(table, 50, np.random.default_rng(0))
    for luck in set(table.luck):
        mine = drawn[:, table.luck == luck]
        assert np.allclose(mine, mine[:, :1])
    assert len(np.unique(drawn[:, 0].round(9))) > 5
    assert freedom(table) == len(SIZES) * 2


@pytest.mark.parametrize("way", [drawn_luck, normal_luck])
def test_drawn_luck_scatters_as_the_measured_did(way):
    table = table_of(of_trunks(3, shared=0.0, own=0.05, seeds=20))
    drawn = way(table, 200, np.random.default_rng(0))
    assert drawn.std() == pytest.approx(0.05, rel=0.05)
    assert np.abs(drawn.mean()) < 0.002


def test_a_seed_that_lacks_points_is_drawn_all_the_same():
    points = of_trunks(1, shared=0.02, own=0.01)[:-3]
    table = table_of([*points, Point(size=1e9, data=100.0, seed=9, error=11.0, group="direct")])
    drawn = drawn_luck(table, 20, np.random.default_rng(0))
    assert np.isfinite(drawn).all()
    assert (drawn.std(axis=0) > 0).all()
    assert table.errors == pytest.approx(np.exp(cell_means(table)), rel=0.2)


def test_intervals_hold_the_truth_where_numbers_of_examples_share_a_trunk():
    rounds, held = 32, 0
    for number in range(rounds):
        points = of_trunks(number, shared=0.03, own=0.003, groups=("one",), seeds=3)
        chosen = fit(Form(table_of(points), "shared"))
        found = parameters_of(chosen, redrawn(chosen, 80, np.random.default_rng(0)))
        (a,) = (one for one in found if one["name"] == "a")
        held += a["low"] <= 0.3 <= a["high"]
    assert held >= stats.binom.ppf(0.001, rounds, 0.95)


def test_shared_luck_is_not_taken_for_lack_of_fit():
    rounds = 40
    off = [
        lack_of_fit(fit(Form(table_of(of_trunks(one, shared=0.03, own=0.003)), "shared")), draws=999).p < 0.05
        for one in range(rounds)
    ]
    assert sum(off) <= stats.binom.ppf(0.999, rounds, 0.05)


def test_a_size_off_the_curve_is_seen_through_shared_luck():
    bumped = [of_trunks(one, shared=0.02, own=0.01, factor={4e6: 1.15}) for one in range(5)]
    assert all(lack_of_fit(fit(Form(table_of(one), "shared"))).p < 0.01 for one in bumped)


def of_one_encoder(number, factor):
    rng = np.random.default_rng(number)
    return [
        Point(size=1e6, data=amount, seed=seed, error=float(error * np.exp(rng.normal(0, 0.01))))
        for amount in (100, 400, 1600, 6400, 25600)
        for seed in range(3)
        for error in [(10 + 200 * amount**-0.4) * (factor if amount == 1600 else 1.0)]
    ]


def test_three_seeds_of_one_encoder_tell_an_amount_of_data_off_the_curve():
    on, off = (
        [lack_of_fit(fit(Form(table_of(of_one_encoder(one, factor)), "shared"))).p < 0.01 for one in range(10)]
        for factor in (1.0, 1.2)
    )
    assert sum(on) <= 1 and sum(off) >= 9


def test_a_true_law_is_found_through_shared_luck():
    found = [scaling(of_trunks(one, shared=0.02, own=0.01), resamples=20) for one in range(6)]
    assert sum(one["law"] for one in found) >= 5
    assert all(one["independent_points"] < 60 < one["points"] == 96 for one in found)
