"""A path of two stages with changes that are written down here."""

import pytest

from analysis.load import load
from analysis.report import build_report
from analysis.summary import summarise
from analysis.trajectories import trajectories

FIRST = {"mixture": {"mnli": 1.0}, "learning_rate": 1e-3, "steps": 300}
SECOND = {"mixture": {"squad1": 1.0}, "learning_rate": 1e-3, "steps": 300}
MLM = {"mixture": {"mlm": 1.0}, "learning_rate": 1e-3, "steps": 300}
SEEDS = (11, 12, 13)


def probed(writer, falls=(4.0, 5.0, 6.0)):
    """panx gains 2 by the first stage; by the second it falls, and mnli is forgotten by 10, 11 and 12 points."""
    plan = {"trunk": [FIRST, SECOND], "targets": []}
    writer.add_final("winner 1", plan, 1.0)
    writer.add_final("copy of it", plan, 1.0)
    for place, (seed, fall) in enumerate(zip(SEEDS, falls, strict=True)):
        luck = 10.0 * place
        writer.add_probe([], seed, {"panx": 40 + luck, "xquad": 50})
        writer.add_probe([FIRST], seed, {"panx": 42 + luck, "xquad": 50}, {"mnli": 70 + luck})
        learnt = {"mnli": 60 - place + luck, "squad1": 30}
        writer.add_probe([FIRST, SECOND], seed, {"panx": 42 + luck - 2 * fall, "xquad": 50}, learnt)
    return writer


def found_in(writer, excluded=()):
    return trajectories(load(writer.write()), excluded)


def test_forward_transfer_is_paired_by_seed_and_averaged_over_targets(empty_run):
    found = found_in(probed(empty_run()))
    (path,) = found["paths"]
    assert path["arms"] == ["winner 1", "copy of it"]
    first, second = path["stages"]
    assert first["targets"]["panx"]["mean"] == pytest.approx(2)
    assert (first["headline"]["mean"], first["headline"]["n"]) == (pytest.approx(1), 3)
    assert second["headline"]["mean"] == pytest.approx(-5)
    half = 4.302652729911275 / 3**0.5  # t of 2 degrees of freedom; the falls have a standard deviation of 1
    assert second["headline"]["low"] == pytest.approx(-5 - half)
    assert [point["since_start"]["mean"] for point in path["points"]] == pytest.approx([0, 1, -4])


def test_the_source_language_is_no_transfer(empty_run):
    """English rises by 30 points with the first stage, and nothing else does."""
    writer = probed(empty_run())
    for probe in writer.probes:
        for one in probe["scores"]:
            if one["role"] == "target" and one["language"] == "en":
                one["value"] += 30 * len(probe["trunk"])
    found = summarise(load(writer.write()))["trajectories"]
    assert found["targets"] == {"panx": ["de", "sw", "yo"], "xquad": ["de", "th"]}
    assert found["paths"][0]["stages"][0]["headline"]["mean"] == pytest.approx(1)


def test_forgetting_is_counted_from_the_stage_that_taught_the_task(empty_run):
    (path,) = found_in(probed(empty_run()))["paths"]
    first, second = path["stages"]
    assert (first["earlier"], first["backward"]) == ({}, None)
    assert list(second["earlier"]) == path["taught"][:1] == ["mnli"]
    assert second["earlier"]["mnli"]["mean"] == second["backward"]["mean"] == pytest.approx(-11)


def test_the_first_stage_that_lowers_the_targets_beyond_its_interval_is_named(empty_run):
    (path,) = found_in(probed(empty_run()))["paths"]
    assert path["wrong"]["stage"] == 2
    assert path["wrong"]["sentence"].startswith("It goes wrong at stage 2 of 2, squad1 1e-03:")
    assert "falls by 5.00 points (\u22127.48 to \u22122.52, 3 seeds)" in path["wrong"]["sentence"]


def test_a_fall_within_its_interval_is_nowhere_and_one_seed_is_no_verdict(empty_run):
    (path,) = found_in(probed(empty_run(), falls=(-4.0, 0.5, 5.0)))["paths"]
    assert path["wrong"] == {
        "stage": None,
        "sentence": "Nowhere does the mean over targets fall by more than its interval allows.",
    }
    alone = probed(empty_run())
    alone.probes = [row for row in alone.probes if row["seed"] == 11]
    (path,) = found_in(alone)["paths"]
    assert path["wrong"]["stage"] is None
    assert "cannot be said" in path["wrong"]["sentence"]


def test_a_seed_that_lacks_a_score_has_no_value_and_pivots_are_left_out(empty_run):
    writer = probed(empty_run())
    last = [row for row in writer.probes if row["seed"] == 13 and len(row["trunk"]) == 2]
    writer.probes.remove(next(row for row in last if row["scores"][0]["language"] == "sw"))
    found = found_in(writer, excluded=("de",))
    assert found["targets"]["panx"] == ["en", "sw", "yo"]
    (path,) = found["paths"]
    assert [stage["headline"]["n"] for stage in path["stages"]] == [3, 2]


def test_a_task_without_scores_is_named_and_a_failed_probe_told(empty_run):
    writer = probed(empty_run())
    writer.add_final("winner 2", {"trunk": [MLM], "targets": []}, 1.0)
    writer.add_probe([MLM], 11, {"panx": 40, "xquad": 50})
    failed = {"unit": "x", "trunk": [MLM], "seed": 12, "task": "panx", "scores": [], "error": "the loss is nan"}
    writer.probes.append(failed)
    found = found_in(writer)
    assert found["unscored"] == ["mlm"]
    assert found["failures"] == [{"prefix": "mlm 1e-03", "seed": 12, "task": "panx", "reason": "the loss is nan"}]


def test_the_page_has_a_figure_and_a_table_a_path_and_nothing_without_probes(empty_run):
    page = build_report(probed(empty_run()).write()).read_text()
    assert page.count("What each stage does: mnli 1e-03 &gt; squad1 1e-03") == 2  # the region's name and the caption
    assert page.count('aria-label="points gained since the start') == 1
    assert "It goes wrong at stage 2 of 2" in page


def test_a_run_without_probes_has_no_trajectories(full_run):
    writer = full_run()
    assert summarise(load(writer.write()))["trajectories"] is None
    assert "What each stage does" not in build_report(writer.path).read_text()
