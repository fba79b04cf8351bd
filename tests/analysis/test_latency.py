"""Planted times: what is equivalent is found so, what is not never, and restless blocks move little."""

import numpy as np
import pytest
from scipy import stats

from analysis.latency import EQUIVALENT, FASTER, SLOWER, UNKNOWN, compared, compared_over, quantiles, rate

BAND = 0.03


def planted(ratio=1.0, *, blocks=20, calls=5, noise=0.02, seed=0):
    rng = np.random.default_rng(seed)
    return 0.01 * ratio * np.exp(rng.normal(0.0, noise, (blocks, calls)))


def test_quantiles_of_known_times() -> None:
    seconds = np.arange(1.0, 101.0).reshape(20, 5)
    found = quantiles(seconds)
    assert {name: one.value for name, one in found.items()} == pytest.approx({"p50": 50.5, "p95": 95.05, "p99": 99.01})
    for one in found.values():
        assert one.low is not None and one.high is not None
        assert one.low <= one.value <= one.high


def test_one_block_has_no_interval_and_no_verdict() -> None:
    assert quantiles(np.ones((1, 5)))["p50"] == (1.0, None, None)
    assert compared(np.ones((1, 5)), np.ones((1, 5)), BAND).verdict == UNKNOWN


def test_a_rate_is_all_that_was_done_over_all_the_time() -> None:
    assert rate(np.full((2, 2), 8.0), np.array([[1.0, 1.0], [2.0, 4.0]])).value == 4.0


def test_intervals_of_the_median_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(100):
        found = quantiles(planted(blocks=40, seed=seed))["p50"]
        held += found.low <= 0.01 <= found.high
    assert stats.binom.ppf(0.001, 100, 0.93) <= held <= 99


@pytest.mark.parametrize(("ratio", "verdict"), [(1.0, EQUIVALENT), (1.2, SLOWER), (0.8, FASTER)])
def test_clear_cases_get_their_verdict(ratio, verdict) -> None:
    found = compared(planted(ratio, seed=1), planted(seed=2), BAND)
    assert found.verdict == verdict
    assert found.ratio == pytest.approx(ratio, rel=0.02)
    assert found.low < found.ratio < found.high


def test_a_difference_as_large_as_the_band_is_seldom_called_equivalent() -> None:
    wrong = sum(
        compared(planted(1.03, seed=2 * one), planted(seed=2 * one + 1), BAND).verdict == EQUIVALENT
        for one in range(200)
    )
    assert wrong <= stats.binom.ppf(0.999, 200, 0.05)


def test_the_same_model_is_mostly_found_equivalent_to_itself_even_if_some_blocks_are_disturbed() -> None:
    found = 0
    for one in range(50):
        ours, theirs = planted(seed=2 * one), planted(seed=2 * one + 1)
        ours[::9] *= 5
        theirs[4::9] *= 3
        found += compared(ours, theirs, BAND).verdict == EQUIVALENT
    assert found >= 45


def test_noise_is_not_equivalence() -> None:
    assert compared(planted(noise=0.8, seed=1), planted(noise=0.8, seed=2), BAND).verdict == UNKNOWN


def test_intervals_of_ratios_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for one in range(200):
        found = compared(planted(1.1, seed=2 * one), planted(seed=2 * one + 1), BAND)
        held += found.low <= 1.1 <= found.high
    assert stats.binom.ppf(0.001, 200, 0.9) <= held <= stats.binom.ppf(0.999, 200, 0.9)


@pytest.mark.parametrize("blocks", [6, 7, 8, 24, 50])
def test_the_interval_is_within_the_band_exactly_where_both_tests_reject(blocks) -> None:
    for seed in range(20):
        ours, theirs = (planted(blocks=blocks, noise=0.05, seed=2 * seed + one) for one in (0, 1))
        found = compared(ours, theirs, BAND)
        end = max(found.high, 1 / found.low)
        for band, verdict in ((end * (1 + 1e-9) - 1, True), (end * (1 - 1e-9) - 1, False)):
            assert (compared(ours, theirs, band).verdict == EQUIVALENT) == verdict


def test_kinds_of_input_weigh_the_same_whatever_they_take() -> None:
    pairs = [(planted(1.2, noise=0.0), planted(noise=0.0)), (100 * planted(noise=0.0), 100 * planted(noise=0.0))]
    assert compared_over(pairs, BAND).ratio == pytest.approx(1.2**0.5)
