from dataclasses import replace

import pytest

from analysis.studies.architecture import Architecture, Pair
from evaluators.errors import CairnError, UnknownName


def asked(**changes):
    given = {"pairs": (Pair(sparse="sparse", dense="dense", matched_by="total"),)}
    return Architecture(kind="architecture", arm="mnli first", **{**given, **changes})


def test_the_sparse_encoder_that_gains_more_is_said_to(member):
    found = asked().answer([member("sparse", 6.0), member("dense", 2.0)])
    assert found.settled
    assert "its effect on sparse lies above that on dense, matched by total parameters without" in found.sentence
    assert found.numbers["pairs"][0]["over"]["direct"]["mean"] == pytest.approx(4.0, abs=0.3)


def test_equal_gains_are_not_told_apart(member):
    members = [member("sparse", 2.0, noise=1.0), member("dense", 2.0, noise=1.0, parameters=12)]
    found = asked().answer(members)
    assert not found.settled
    assert "its effect on sparse is not told from that on dense" in found.sentence


def test_sizes_have_a_trend(member):
    members = [member(f"d{size}", gain, parameters=size) for size, gain in ((100, 6.0), (1000, 4.0), (10000, 2.0))]
    found = asked(pairs=(), sizes=("d100", "d1000", "d10000")).answer(members)
    assert "its effect falls with size" in found.sentence
    assert found.numbers["slope_by_size"]["direct"]["mean"] == pytest.approx(-2.0, abs=0.3)


@pytest.mark.parametrize("sizes", [("dense",), ("dense", "dense"), ("sparse", "dense")])
def test_runs_of_one_size_alone_are_refused_as_sizes(member, sizes):
    with pytest.raises(CairnError, match=f"sizes is {', '.join(sizes)}, all of one size"):
        asked(sizes=sizes).answer([member("sparse", 6.0), member("dense", 2.0)])


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
        members = [member("sparse", 6.0, embeddings=200), member("dense", 2.0, embeddings=300)]
        rows = asked(**given).answer(members).tables[0].rows
        return [row[4].text for row in rows]

    assert active() == ["–", "700"]
    assert active(active={"sparse": 650}) == ["450", "700"]


@pytest.mark.parametrize(
    ("by", "active", "dense_embeddings", "matched"),
    [
        ("total", {}, 0, "not matched, with 500 and 1,000 total parameters without embeddings"),
        ("total", {}, 500, "matched by total parameters without embeddings"),
        ("active", {}, 500, "whose active parameters without embeddings are not known"),
        ("active", {"sparse": 930}, 500, "matched by active parameters without embeddings"),
        ("active", {"sparse": 920}, 500, "not matched, with 420 and 500 active parameters without embeddings"),
    ],
)
def test_embeddings_do_not_match_two_encoders(member, by, active, dense_embeddings, matched):
    pair = Pair(sparse="sparse", dense="dense", matched_by=by)
    members = [member("sparse", 6.0, embeddings=500), member("dense", 2.0, embeddings=dense_embeddings)]
    found = asked(pairs=(pair,), active=active).answer(members)
    assert f"that on dense, {matched} (" in found.sentence
    assert found.settled == matched.startswith("matched")


def test_a_difference_that_longer_training_makes_as_well_is_over_direct_only(member):
    members = [
        member("sparse", 6.0, controls={"target longer": 4.0}),
        member("dense", 2.0, controls={"target longer": 0.0}),
    ]
    found = asked(controls=("target longer",)).answer(members)
    assert not found.settled
    assert "lies above that on dense over direct, but not surely over target longer" in found.sentence
    assert "sparse and dense are told to gain by it over direct and target longer" in found.sentence


def test_an_encoder_that_gains_no_more_than_a_control_is_not_told_to_gain(member):
    members = [
        member("sparse", 6.0, controls={"shuffled labels": 6.0}),
        member("dense", 2.0, controls={"shuffled labels": 0.0}),
    ]
    assert (
        "Of mnli first: dense is told to gain by it over direct and"
        in asked(controls=("shuffled labels",)).answer(members).sentence
    )
    none = asked(controls=("shuffled labels",)).answer(
        [members[0], member("dense", 2.0, controls={"shuffled labels": 2.0})]
    )
    assert "Of mnli first: no encoder is told to gain" in none.sentence


def test_a_pair_may_be_held_to_the_languages_of_one_script(member):
    latin = {"qda": 5.0, "qro": 5.0}
    pair = Pair(sparse="sparse", dense="dense", matched_by="total", script="Latin")
    found = asked(pairs=(pair,)).answer([member("sparse", latin), member("dense", 1.0)])
    assert found.numbers["pairs"][0]["over"]["direct"]["mean"] == pytest.approx(4.0, abs=0.3)
    assert "in Latin script" in found.sentence
