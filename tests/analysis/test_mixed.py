"""Against the analysis of variance where that is exact, and against generated scores whose truth is known."""

import numpy as np
import pytest

from analysis.finals import finals_of, metrics_of
from analysis.load import load
from analysis.mixed import COMPONENTS, Observation, mixed_fit, observations_of
from analysis.summary import summarise

SPREAD = {"seed": 0.5, "arm and seed": 0.5, "language": 5.0, "arm and language": 0.5, "rest": 0.4}


def generated(random, *, arms=4, seeds=3, languages=6, gain=0.0, **changes):
    spread = SPREAD | changes
    by_seed = random.normal(0, spread["seed"], seeds)
    by_run = random.normal(0, spread["arm and seed"], (arms, seeds))
    by_language = random.normal(0, spread["language"], languages)
    by_cell = random.normal(0, spread["arm and language"], (arms, languages))
    return [
        Observation(
            "direct" if arm == 0 else f"arm {arm}",
            seed,
            f"l{code}",
            60
            + gain * (arm > 0)
            + by_seed[seed]
            + by_run[arm, seed]
            + by_language[code]
            + by_cell[arm, code]
            + random.normal(0, spread["rest"]),
        )
        for arm in range(arms)
        for seed in range(seeds)
        for code in range(languages)
    ]


def mean_squares(observations, arms, seeds, languages):
    """Of a three-way layout without replication; the rest is seed and language, and all three together."""
    y = np.array([one.score for one in observations]).reshape(arms, seeds, languages)
    a, s, t = y.mean((1, 2), keepdims=True), y.mean((0, 2), keepdims=True), y.mean((0, 1), keepdims=True)
    a_s, a_t, m = y.mean(2, keepdims=True), y.mean(1, keepdims=True), y.mean()
    return {
        "seed": arms * languages * ((s - m) ** 2).sum() / (seeds - 1),
        "arm and seed": languages * ((a_s - a - s + m) ** 2).sum() / ((arms - 1) * (seeds - 1)),
        "arm and language": seeds * ((a_t - a - t + m) ** 2).sum() / ((arms - 1) * (languages - 1)),
        "rest": ((y - a_s - a_t + a) ** 2).sum() / (arms * (seeds - 1) * (languages - 1)),
    }


def test_variances_of_a_balanced_table_are_those_of_the_analysis_of_variance():
    arms, seeds, languages = 5, 6, 8
    observations = generated(
        np.random.default_rng(4), arms=arms, seeds=seeds, languages=languages, **{"seed": 2.0, "arm and seed": 1.0}
    )
    found = mixed_fit(observations)
    squares = mean_squares(observations, arms, seeds, languages)
    rest = squares["rest"]
    assert found.words == ()
    assert found.variances["rest"] == pytest.approx(rest, rel=1e-3)
    by_run = (squares["arm and seed"] - rest) / languages
    by_cell = (squares["arm and language"] - rest) / seeds
    assert found.variances["arm and seed"] == pytest.approx(by_run, rel=1e-2)
    assert found.variances["arm and language"] == pytest.approx(by_cell, rel=1e-2)
    by_seed = (squares["seed"] - squares["arm and seed"]) / (arms * languages)
    assert found.variances["seed"] == pytest.approx(by_seed, rel=2e-2)
    assert found.freedom == (arms - 1) * (seeds - 1)


def test_the_gain_is_the_difference_of_means_and_its_error_that_of_what_is_crossed_with_arms():
    observations = generated(np.random.default_rng(5), arms=2, gain=2.0)
    found = mixed_fit(observations)
    means = {arm: np.mean([one.score for one in observations if one.arm == arm]) for arm in ("direct", "arm 1")}
    (gain,) = found.gains
    assert gain.mean == pytest.approx(means["arm 1"] - means["direct"], abs=1e-6)
    parts = found.variances["arm and seed"] / 3 + found.variances["arm and language"] / 6 + found.variances["rest"] / 18
    from scipy.stats import t

    assert gain.high - gain.mean == pytest.approx(t.ppf(0.975, 2) * np.sqrt(2 * parts), rel=1e-3)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    random, held = np.random.default_rng(6), []
    for _ in range(30):
        held += [g.low <= 1.0 <= g.high for g in mixed_fit(generated(random, arms=3, languages=4, gain=1.0)).gains]
    assert 0.9 <= np.mean(held) <= 1.0


def test_languages_of_one_training_do_not_pass_for_trainings():
    observations = generated(np.random.default_rng(7), arms=2, languages=30, **{"arm and seed": 3.0})
    (gain,) = mixed_fit(observations).gains
    assert gain.high - gain.low > 6


def test_a_component_at_nil_is_named():
    found = mixed_fit(
        generated(np.random.default_rng(8), **{"seed": 0.0, "arm and seed": 0.0, "arm and language": 0.0})
    )
    assert any("at nil" in text and "seed" in text for text in found.words)
    assert found.variances["language"] > 1
    assert len(found.gains) == 3


def test_scores_without_luck_are_told_and_give_no_numbers():
    found = mixed_fit(generated(np.random.default_rng(9), **dict.fromkeys((*COMPONENTS, "rest"), 0.0)))
    assert (found.gains, dict(found.variances)) == ((), {})
    assert len(found.words) == 1


@pytest.mark.parametrize(
    ("arms", "seeds", "languages"), [(1, 3, 4), (3, 1, 4), (3, 3, 1)], ids=["one arm", "one seed", "one language"]
)
def test_too_little_gives_no_model(arms, seeds, languages):
    assert mixed_fit(generated(np.random.default_rng(0), arms=arms, seeds=seeds, languages=languages)) is None
    assert mixed_fit([]) is None


def test_a_training_with_a_missing_score_is_left_out_and_the_rest_are_means_over_tasks(full_run):
    writer = full_run(noise=0)
    writer.scores = [
        row for row in writer.scores if (row["arm"], row["seed"], row["task"]) != ("winner 1", 12, "xquad")
    ]
    run = load(writer.write())
    finals = finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))
    found = observations_of(finals, finals.layout)
    assert {one.seed for one in found if one.arm == "winner 1"} == {11, 13}
    english = next(one for one in found if (one.arm, one.seed, one.language) == ("direct", 11, "en"))
    assert english.score == pytest.approx(64.0)  # second place in pawsx, panx and xquad


def test_the_summary_has_the_model_beside_the_paired_gains(full_run):
    summary = summarise(load(full_run(noise=0.3).write()))
    found = summary["mixed"]
    assert {row["component"] for row in found["variances"]} == {*COMPONENTS, "rest"}
    assert sum(row["share"] for row in found["variances"]) == pytest.approx(1.0)
    paired = {arm["arm"]: arm["gain"]["headline"] for arm in summary["arms"] if arm["arm"] != "direct"}
    for row in found["gains"]:
        assert row["mean"] == pytest.approx(paired[row["arm"]]["mean"], abs=0.5)
