from dataclasses import replace

import pytest

from analysis.studies.by_size import GainBySize
from analysis.studies.member import zero_shot
from evaluators.errors import CairnError

ASKED = GainBySize(kind="gain-by-size", arm="mnli first", low=("qin", "qse"))


def of_sizes(member, gain_at):
    return [member(f"w{size}", gain_at(size), parameters=size) for size in (1_000, 10_000, 100_000)]


def low(value, other=3.0):
    return {"en": 0.0, "qda": other, "qro": other, "qin": value, "qse": value}


def test_a_gain_that_shrinks_with_size_is_found_with_its_slope(member):
    gains = {1_000: 6.0, 10_000: 4.0, 100_000: 2.0}
    found = ASKED.answer(of_sizes(member, lambda size: low(gains[size])))
    assert found.settled
    assert found.sentence.startswith("Yes: the gain of mnli first")
    assert found.numbers["slopes"]["low-resource"]["mean"] == pytest.approx(-2.0, abs=0.3)
    assert found.numbers["slopes"]["other"]["mean"] == pytest.approx(0.0, abs=0.3)


def test_a_gain_that_grows_answers_no(member):
    gains = {1_000: 2.0, 10_000: 4.0, 100_000: 6.0}
    assert ASKED.answer(of_sizes(member, lambda size: low(gains[size]))).sentence.startswith("No:")


def test_an_even_gain_answers_nothing(member):
    found = ASKED.answer([member(f"w{size}", 3.0, parameters=size, noise=2.0) for size in (1_000, 10_000, 100_000)])
    assert not found.settled
    assert found.sentence.startswith("The data cannot say")


def test_the_table_is_in_the_order_of_sizes_and_names_every_run(member):
    members = of_sizes(member, lambda size: low(2.0))[::-1]
    rows = ASKED.answer(members).tables[0].rows
    assert [row[0].text for row in rows] == ["w1000", "w10000", "w100000"]
    assert all(len(row) == len(ASKED.answer(members).tables[0].columns) for row in rows)


def test_two_sizes_are_no_trend(member):
    with pytest.raises(CairnError, match="needs 3 different ones"):
        ASKED.answer(of_sizes(member, lambda size: 1.0)[:2])


def test_an_encoder_of_unknown_size_is_refused(member):
    members = of_sizes(member, lambda size: 1.0)
    unknown = type(members[0])("unknown", members[0].run, None)
    with pytest.raises(CairnError, match="how many parameters"):
        ASKED.answer([*members, unknown])


def test_languages_that_no_run_has_are_told(member):
    asked = GainBySize(kind="gain-by-size", arm="mnli first", low=("yo",))
    with pytest.raises(CairnError, match="no language in common among yo"):
        asked.answer(of_sizes(member, lambda size: 1.0))


def test_an_arm_that_is_not_there_is_told_with_those_that_are(member):
    asked = GainBySize(kind="gain-by-size", arm="qqp first", low=("qse",))
    with pytest.raises(CairnError, match=r"'qqp first'.*direct, mnli first"):
        asked.answer(of_sizes(member, lambda size: 1.0))


def test_a_mistyped_language_beside_a_right_one_is_told(member):
    asked = GainBySize(kind="gain-by-size", arm="mnli first", low=("qse", "qine"))
    with pytest.raises(CairnError, match="low names qine"):
        asked.answer(of_sizes(member, lambda size: 1.0))


def test_runs_that_share_no_seed_are_told(member):
    members = of_sizes(member, lambda size: 1.0)
    other = members[0].run
    moved = replace(other, finals=tuple(replace(one, seed=one.seed + 50) for one in other.finals))
    with pytest.raises(CairnError, match="share no seed"):
        ASKED.answer([type(members[0])("moved", moved, 50), *members[1:]])


def test_pivots_that_helped_to_choose_are_left_out(member):
    members = [member(f"w{size}", 1.0, parameters=size, selector="pivot-dev") for size in (1_000, 10_000)]
    assert {code for codes in zero_shot(members).values() for code in codes} == {"qda", "qse"}
