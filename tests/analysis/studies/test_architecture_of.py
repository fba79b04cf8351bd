from dataclasses import replace

import pytest

from analysis.studies.architecture import Architecture, Pair
from evaluators.errors import CairnError, UnknownName


def asked(**changes):
    given = {"pairs": (Pair(sparse="sparse", dense="dense", matched_by="active"),)}
    return Architecture(kind="architecture", arm="mnli first", **{**given, **changes})


def test_the_sparse_encoder_that_gains_more_is_said_to(member):
    found = asked().answer([member("sparse", 6.0), member("dense", 2.0)])
    assert found.settled
    assert "sparse gains more than dense, matched by active parameters" in found.sentence
    assert found.numbers["pairs"][0]["mean"] == pytest.approx(4.0, abs=0.3)


def test_equal_gains_are_not_told_apart(member):
    members = [member("sparse", 2.0, noise=1.0), member("dense", 2.0, noise=1.0, parameters=12)]
    found = asked().answer(members)
    assert not found.settled
    assert "sparse is not told from dense" in found.sentence


def test_sizes_have_a_trend(member):
    members = [member(f"d{size}", gain, parameters=size) for size, gain in ((100, 6.0), (1000, 4.0), (10000, 2.0))]
    found = asked(pairs=(), sizes=("d100", "d1000", "d10000")).answer(members)
    assert "the gain shrinks with size" in found.sentence
    assert found.numbers["slope_by_size"]["mean"] == pytest.approx(-2.0, abs=0.3)


def test_a_table_stands_for_every_attribute_that_tells_languages_apart(member):
    tables = asked().answer([member("sparse", 6.0), member("dense", 2.0)]).tables
    script = next(table for table in tables if table.title == "Gain of mnli first by script")
    assert {row[0].text for row in script.rows} == {"Latin", "Devanagari", "Hebrew"}


def test_a_pair_of_a_run_that_is_not_there_is_told(member):
    with pytest.raises(UnknownName, match="run of the study 'dense'"):
        asked().answer([member("sparse", 6.0)])


def test_an_unknown_size_and_a_pair_without_a_common_seed_are_told(member):
    one = member("d1", 1.0)
    with pytest.raises(CairnError, match="how many parameters"):
        asked(pairs=(), sizes=("d1", "d2")).answer([one, type(one)("d2", one.run, None)])
    dense = member("dense", 2.0)
    moved = replace(dense.run, finals=tuple(replace(score, seed=score.seed + 50) for score in dense.run.finals))
    with pytest.raises(CairnError, match="share no seed"):
        asked().answer([member("sparse", 6.0), type(one)("dense", moved, 10)])


def test_a_sparse_encoder_has_active_parameters_only_where_the_file_says_so(member):
    def active(**given):
        rows = asked(**given).answer([member("sparse", 6.0), member("dense", 2.0)]).tables[0].rows
        return [row[3].text for row in rows]

    assert active() == ["–", "1,000"]
    assert active(active={"sparse": 700}) == ["700", "1,000"]
