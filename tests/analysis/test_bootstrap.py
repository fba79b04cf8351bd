"""Intervals over seeds and items: known truths are covered, pairing and parallel items matter, nothing is by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.bootstrap import Interval, Replicates, SeedItems, replicates
from evaluators.items import ItemCounts
from evaluators.suites import XTREME

PAWSX = replace(XTREME.targets["pawsx"], parallel=False)
PARALLEL = XTREME.targets["pawsx"]
PANX = XTREME.targets["panx"]


def right(values: np.ndarray) -> ItemCounts:
    counts = np.stack([values.astype(float), np.ones(len(values))], axis=1)
    return ItemCounts(tuple(str(n) for n in range(len(values))), counts)


def arm(rng: np.random.Generator, easiness: np.ndarray, seeds: int, spread: float, languages: int = 1) -> SeedItems:
    """Items of given easiness answered by seeds that differ in skill."""
    skill = rng.normal(0, spread, size=seeds)
    return {
        seed: {
            "pawsx": {
                f"l{code}": right(rng.random(len(easiness)) < np.clip(easiness + skill[seed], 0, 1))
                for code in range(languages)
            }
        }
        for seed in range(seeds)
    }


def interval(arms: dict[str, SeedItems], task=PAWSX, languages: tuple[str, ...] = ("l0",), **given: int) -> Replicates:
    return replicates(arms, {"pawsx": languages}, {"pawsx": task}, **given)


def width(one: Interval) -> float:
    return one.high - one.low


def test_the_mean_is_the_observed_one_and_lies_inside() -> None:
    rng = np.random.default_rng(0)
    found = arm(rng, np.full(200, 0.7), 3, 0.02)
    scores = [found[seed]["pawsx"]["l0"].counts[:, 0].mean() * 100 for seed in found]
    one = interval({"a": found}).of("a")
    assert one.mean == pytest.approx(np.mean(scores))
    assert one.low < one.mean < one.high
    assert (one.seeds, one.items) == (3, 200)


def test_about_95_of_100_intervals_cover_the_truth_where_items_are_what_varies() -> None:
    rng, covered = np.random.default_rng(1), 0
    for number in range(200):
        one = interval({"a": arm(rng, np.full(150, 0.7), 1, 0.0)}, resamples=400, seed=number).of("a")
        covered += one.low <= 70.0 <= one.high
    assert 180 <= covered <= 199


def test_intervals_of_ten_seeds_cover_a_truth_in_which_both_vary() -> None:
    rng, covered = np.random.default_rng(2), 0
    for number in range(150):
        one = interval({"a": arm(rng, np.full(100, 0.6), 10, 0.05)}, resamples=400, seed=number).of("a")
        covered += one.low <= 60.0 <= one.high
    assert 132 <= covered <= 149


def test_items_that_stand_in_all_languages_are_drawn_together_and_say_less() -> None:
    rng = np.random.default_rng(3)
    hard = rng.random(200) < 0.6
    same = {0: {"pawsx": {f"l{code}": right(hard) for code in range(6)}}}
    languages = tuple(f"l{code}" for code in range(6))
    together = interval({"a": same}, PARALLEL, languages).of("a")
    apart = interval({"a": same}, PAWSX, languages).of("a")
    assert width(together) > 1.8 * width(apart)
    assert (together.items, apart.items) == (200, 1200)


def test_a_language_that_lacks_parallel_items_is_drawn_with_those_it_has() -> None:
    rng = np.random.default_rng(4)
    whole = right(rng.random(100) < 0.5)
    part = ItemCounts(whole.ids[:40], whole.counts[:40])
    one = interval({"a": {0: {"pawsx": {"l0": whole, "l1": part}}}}, PARALLEL, ("l0", "l1")).of("a")
    assert one.items == 100
    assert one.mean == pytest.approx((whole.counts[:, 0].mean() + part.counts[:, 0].mean()) / 2 * 100)


def test_a_difference_is_paired_in_items_and_seeds() -> None:
    rng = np.random.default_rng(5)
    base = rng.random((3, 300)) < 0.6
    better = base.copy()
    better[:, :15] = True
    arms = {
        name: {seed: {"pawsx": {"l0": right(values[seed])}} for seed in range(3)}
        for name, values in {"a": better, "b": base}.items()
    }
    found = interval(arms)
    difference = found.difference("a", "b")
    assert difference.mean == pytest.approx((better.mean() - base.mean()) * 100)
    assert difference.low > 0
    assert width(difference) < width(found.of("a")) / 2
    assert found.difference("a", "a") == Interval(mean=0, low=0, high=0, seeds=3, items=300, confidence=0.95)


def test_seeds_that_lack_a_cell_are_left_out_and_so_is_an_arm_without_a_whole_one() -> None:
    rng = np.random.default_rng(6)
    whole = arm(rng, np.full(50, 0.5), 3, 0.0)
    found = interval({"a": {**whole, 2: {}}, "b": {0: {}}})
    assert found.seeds == {"a": 2}


def test_spans_are_scored_from_summed_counts() -> None:
    counts = np.array([[1, 2, 1], [0, 1, 2], [3, 3, 3]], dtype=float)
    items = {0: {"panx": {"en": ItemCounts(("0", "1", "2"), counts)}}}
    one = replicates({"a": items}, {"panx": ("en",)}, {"panx": PANX}).of("a")
    assert one.mean == pytest.approx(200 * 4 / 12)
    assert one.low >= 0
    assert one.high <= 100


def test_the_same_seed_draws_the_same() -> None:
    found = arm(np.random.default_rng(7), np.full(997, 0.5), 2, 0.03)
    assert interval({"a": found}, seed=1).of("a") == interval({"a": found}, seed=1).of("a")
    assert interval({"a": found}, seed=1).of("a") != interval({"a": found}, seed=2).of("a")


def measured(values: np.ndarray) -> ItemCounts:
    """Items with a score of any size, right for the fraction."""
    return ItemCounts(tuple(str(n) for n in range(len(values))), np.stack([values, np.ones(len(values))], axis=1))


def test_intervals_of_a_difference_cover_it_where_seeds_and_items_have_known_variances() -> None:
    rng, covered, variances = np.random.default_rng(8), 0, []
    for number in range(200):
        items, seeds = rng.normal(0, 0.2, (2, 100)), rng.normal(0, 0.04, (2, 8))
        arms = {
            name: {seed: {"pawsx": {"l0": measured(0.6 + items[n] + seeds[n, seed])}} for seed in range(8)}
            for n, name in enumerate(("a", "b"))
        }
        found = interval(arms, resamples=300, seed=number)
        one = found.difference("a", "b")
        covered += one.low <= 0.0 <= one.high
        variances.append((found.drawn["a"] - found.drawn["b"]).var())
    assert 178 <= covered <= 199
    assert np.mean(variances) == pytest.approx(2 * 100**2 * (0.2**2 / 100 + 0.04**2 / 8), rel=0.1)


def test_where_every_seed_is_lucky_with_other_items_intervals_are_too_wide_and_not_too_narrow() -> None:
    rng, covered = np.random.default_rng(9), 0
    for number in range(150):
        easiness = rng.uniform(0.3, 0.8, 100)
        arms = {name: arm(rng, easiness, 8, 0.0) for name in ("a", "b")}
        one = interval(arms, resamples=300, seed=number).difference("a", "b")
        covered += one.low <= 0.0 <= one.high
    assert covered >= 138
