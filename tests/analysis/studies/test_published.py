from dataclasses import replace

import numpy as np
import pytest

from analysis.statistics import estimate
from analysis.studies.published import VERDICTS, Claim, Published
from evaluators.errors import UnknownName


def claim(**changes):
    given = {"says": "it helps", "certainty": "direction", "arm": "mnli first", "targets": ("xnli",), "at_least": 0.0}
    return Claim(**{**given, **changes})


def asked(*claims):
    return Published(kind="published", source="a paper", claims=claims)


def verdicts(found):
    return [one["verdict"] for one in found.numbers["one"]]


def differences(gain, seeds, *, deviation=0.3, studies=400):
    rng = np.random.default_rng(0)
    return [estimate(rng.normal(gain, deviation, seeds), 0.9) for _ in range(studies)]


def shares(one, found):
    told = [one.verdict(gain) for gain in found]
    return {verdict: told.count(verdict) / len(told) for verdict in VERDICTS}


NO_GAIN = claim(at_least=None, at_most=0.0, margin=0.5)
FIGURE = claim(at_least=None, about=8.2, margin=2.0)


def test_a_claim_is_met_missed_or_open_by_its_interval(member):
    claims = (claim(), claim(at_least=10.0), claim(at_least=3.0), claim(at_least=None, at_most=0.0))
    found = asked(*claims).answer([member("one", 3.0)])
    assert verdicts(found) == ["agrees", "disagrees", "open", "disagrees"]
    assert found.sentence == (
        "one agrees with 1 of 4 claims taken from a paper, disagrees with 2 and leaves 1 open (zero-shot test scores)."
    )


def test_where_there_is_no_gain_and_seeds_enough_no_gain_is_found():
    assert shares(NO_GAIN, differences(0.0, 10))["agrees"] > 0.98
    assert shares(NO_GAIN, differences(0.0, 5))["agrees"] > 0.85
    assert shares(replace(NO_GAIN, margin=0.0), differences(0.0, 10))["agrees"] < 0.1


def test_a_gain_as_large_as_the_margin_is_called_none_in_one_of_twenty_studies_at_most():
    assert 0.02 < shares(NO_GAIN, differences(0.5, 5))["agrees"] < 0.08
    assert shares(NO_GAIN, differences(1.5, 5))["disagrees"] > 0.98


def test_a_figure_is_met_within_its_margin_and_missed_on_both_sides():
    assert shares(FIGURE, differences(8.0, 5, deviation=1.0))["agrees"] > 0.9
    assert shares(FIGURE, differences(5.0, 5))["disagrees"] > 0.98
    assert shares(FIGURE, differences(12.0, 5))["disagrees"] > 0.98
    assert shares(FIGURE, differences(10.2, 5))["agrees"] < 0.08
    assert [one.claimed() for one in (FIGURE, NO_GAIN, claim())] == [
        "+8.2, within 2",
        "not above 0, within 0.5",
        "above 0",
    ]


def test_no_difference_at_all_is_no_gain():
    nothing = estimate([0.0, 0.0, 0.0], 0.9)
    assert claim().verdict(nothing) == "disagrees"
    assert NO_GAIN.verdict(nothing) == "agrees"
    assert NO_GAIN.verdict(estimate([0.0], 0.9)) == "open"
    assert replace(NO_GAIN, margin=0.0).verdict(nothing) == "agrees"
    assert replace(NO_GAIN, margin=0.0).verdict(estimate([0.1, 0.1, 0.1], 0.9)) == "disagrees"


def test_an_arm_can_be_held_against_another_than_direct(member):
    one = member("one", 3.0)
    other = member("one", 5.0, arm="all nine")
    both = type(one)(
        "one",
        replace(
            one.run, finals=one.run.finals + other.run.finals, arm_plans={**one.run.arm_plans, **other.run.arm_plans}
        ),
        10,
    )
    better = claim(arm="all nine", over="mnli first")
    assert verdicts(asked(better, claim(arm="mnli first", over="all nine")).answer([both])) == ["agrees", "disagrees"]


def test_published_means_of_dev_with_english_are_held_against_the_same_means(member):
    one = member("one", 3.0)
    dev = tuple(
        replace(f, split="dev", value=f.value + 30 * (f.language == "en" and f.arm != "direct")) for f in one.run.finals
    )
    both = type(one)("one", replace(one.run, finals=one.run.finals + dev), 10)
    nine = claim(at_least=None, about=9.0, margin=1.0)
    found = replace(asked(nine), scored_on="dev with source").answer([both])
    assert verdicts(found) == ["agrees"]  # English, one language of five, gains 33, the others 3
    assert found.numbers["one"][0]["gain"]["mean"] == pytest.approx(9.0, abs=0.5)
    assert found.sentence.endswith(
        "(dev scores, the source language among the others, as published; the margins are this study's own)."
    )
    beside = dict(zip(found.tables[0].columns, found.tables[0].rows[0], strict=True))
    assert beside["zero-shot test scores, which decide nothing"].value == pytest.approx(3.0, abs=0.5)
    assert verdicts(asked(nine).answer([both])) == ["disagrees"]


def test_every_arm_is_shown_by_target(member):
    table = asked(claim()).answer([member("one", 3.0)]).tables[1]
    assert table.columns == ("arm", "all targets", "xnli", "tatoeba")
    assert [row[0].text for row in table.rows] == ["mnli first"]


def test_a_target_that_was_not_scored_is_told(member):
    with pytest.raises(UnknownName, match="panx"):
        asked(claim(targets=("panx",))).answer([member("one", 3.0)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"at_most": 1.0},
        {"about": 1.0, "margin": 1.0},
        {"at_least": None},
        {"at_least": None, "about": 8.2},
        {"margin": -1.0},
        {"targets": ()},
    ],
)
def test_a_claim_that_claims_nothing_or_too_much_is_refused(wrong):
    with pytest.raises(ValueError, match="it helps"):
        claim(**wrong)


def test_an_arm_without_scores_of_a_target_leaves_a_dash_and_not_an_error(member):
    one = member("one", 3.0)
    lacking = replace(one.run, finals=tuple(f for f in one.run.finals if f.arm == "direct" or f.task == "xnli"))
    table = asked(claim()).answer([type(one)("one", lacking, 10)]).tables[1]
    assert [cell.text for cell in table.rows[0]][1::2] == ["–", "–"]
