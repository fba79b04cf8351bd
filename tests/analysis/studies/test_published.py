from dataclasses import replace

import pytest

from analysis.studies.published import Claim, Published
from evaluators.errors import UnknownName


def claim(**changes):
    given = {"says": "it helps", "certainty": "direction", "arm": "mnli first", "targets": ("xnli",), "at_least": 0.0}
    return Claim(**{**given, **changes})


def asked(*claims):
    return Published(kind="published", source="a paper", claims=claims)


def verdicts(found):
    return [one["verdict"] for one in found.numbers["one"]]


def test_a_claim_is_met_missed_or_open_by_its_interval(member):
    claims = (claim(), claim(at_least=10.0), claim(at_least=3.0), claim(at_least=None, at_most=0.0))
    found = asked(*claims).answer([member("one", 3.0)])
    assert verdicts(found) == ["agrees", "disagrees", "open", "disagrees"]
    assert found.sentence == ("one agrees with 1 of 4 claims taken from a paper, disagrees with 2 and leaves 1 open.")


def test_every_arm_is_shown_by_target(member):
    table = asked(claim()).answer([member("one", 3.0)]).tables[1]
    assert table.columns == ("arm", "all targets", "xnli", "tatoeba")
    assert [row[0].text for row in table.rows] == ["mnli first"]


def test_a_target_that_was_not_scored_is_told(member):
    with pytest.raises(UnknownName, match="panx"):
        asked(claim(targets=("panx",))).answer([member("one", 3.0)])


@pytest.mark.parametrize("wrong", [{"at_most": 1.0}, {"at_least": None}, {"targets": ()}])
def test_a_claim_that_claims_nothing_or_too_much_is_refused(wrong):
    with pytest.raises(ValueError, match="it helps"):
        claim(**wrong)


def test_an_arm_without_scores_of_a_target_leaves_a_dash_and_not_an_error(member):
    one = member("one", 3.0)
    lacking = replace(one.run, finals=tuple(f for f in one.run.finals if f.arm == "direct" or f.task == "xnli"))
    table = asked(claim()).answer([type(one)("one", lacking, 10)]).tables[1]
    assert [cell.text for cell in table.rows[0]][1::2] == ["–", "–"]
