from dataclasses import replace

import pytest

from analysis.studies.by_size import GainBySize
from analysis.studies.member import zero_shot
from evaluators.errors import CairnError

ASKED = GainBySize(kind="gain-by-size", arm="mnli first", low=("qin", "qse"))


SIZES = (1_000, 10_000, 100_000)
LONGER, SHUFFLED = "target longer", "shuffled labels"


def of_sizes(member, gain_at, **options_at):
    def options(size):
        return {name: of(size) for name, of in options_at.items()}

    return [member(f"w{size}", gain_at(size), parameters=size, **options(size)) for size in SIZES]


def low(value, other=3.0):
    return {"en": 0.0, "qda": other, "qro": other, "qin": value, "qse": value}


def shrinking(size):
    return low({1_000: 6.0, 10_000: 4.0, 100_000: 2.0}[size])


def slope_of(found, languages, over="direct"):
    return found.numbers["slopes"][languages][over]["mean"]


def test_a_gain_that_shrinks_with_size_is_found_with_its_slope(member):
    found = ASKED.answer(of_sizes(member, shrinking))
    assert found.settled
    assert found.sentence.startswith("Yes: the gain of mnli first")
    assert "in points and as a share of the error" in found.sentence
    assert slope_of(found, "low-resource") == pytest.approx(-2.0, abs=0.3)
    assert slope_of(found, "other") == pytest.approx(0.0, abs=0.3)
    assert slope_of(found, "low-resource less other, in the same tasks") == pytest.approx(-2.0, abs=0.4)


def test_a_gain_that_grows_answers_no(member):
    gains = {1_000: 2.0, 10_000: 4.0, 100_000: 6.0}
    assert ASKED.answer(of_sizes(member, lambda size: low(gains[size]))).sentence.startswith("No:")


def test_an_even_gain_answers_nothing(member):
    found = ASKED.answer([member(f"w{size}", 3.0, parameters=size, noise=2.0) for size in SIZES])
    assert not found.settled
    assert found.sentence.startswith("The data cannot say: no trend")


def test_losses_have_no_gain_that_could_shrink(member):
    losses = {1_000: -2.0, 10_000: -4.0, 100_000: -6.0}
    found = ASKED.answer(of_sizes(member, lambda size: low(losses[size])))
    assert not found.settled
    assert found.sentence.startswith("The data cannot say: at no size is mnli first told to gain over direct")


def test_an_arm_that_takes_the_same_share_of_the_error_shrinks_in_points_only(member):
    base = {1_000: 20.0, 10_000: 50.0, 100_000: 80.0}
    tenth = of_sizes(member, lambda size: low((100 - base[size]) / 10), base=lambda size: base[size])
    found = ASKED.answer(tenth)
    assert not found.settled
    assert found.sentence.startswith("In points only:")


def test_a_gain_that_shrinks_in_points_and_grows_as_a_share_is_said_to_do_both(member):
    base, gains = {1_000: 20.0, 10_000: 50.0, 100_000: 85.0}, {1_000: 8.0, 10_000: 6.0, 100_000: 4.0}
    found = ASKED.answer(of_sizes(member, lambda size: low(gains[size]), base=lambda size: base[size]))
    assert not found.settled
    assert found.numbers["slopes"]["low-resource, share of the error"]["direct"]["low"] > 0
    assert found.sentence.startswith(
        "It depends on the measure: the gain of mnli first in low-resource languages shrinks with model size in "
        "points, and grows as a share of the error ("
    )


def test_no_low_resource_language_is_refused_before_anything_is_trained():
    with pytest.raises(ValueError, match="low is empty; name at least one language"):
        replace(ASKED, low=())


def test_a_control_that_trains_nothing_in_low_resource_languages_is_refused_with_its_mend(member):
    languages = {"xnli": ("en", "qda"), "tatoeba": ("qda", "qin", "qse")}
    members = of_sizes(member, shrinking, languages=lambda size: languages, controls=lambda size: {LONGER: 0.0})
    with pytest.raises(CairnError, match=r"qin, qse have no trained task.*leave it out of controls"):
        replace(ASKED, controls=(LONGER,)).answer(members)


CONTRAST = "low-resource less other, in the same tasks"


@pytest.mark.parametrize(
    ("languages", "controls", "told", "untold"),
    [
        (
            {"xnli": ("en", "qda", "qro"), "tatoeba": ("qda", "qin", "qse")},
            (),
            ["other", CONTRAST, "other, without retrieval"],
            ["low-resource, without retrieval", f"{CONTRAST}, without retrieval"],
        ),
        (
            {"xnli": ("en", "qin", "qse"), "tatoeba": ("qda", "qro")},
            (LONGER,),
            ["other", "low-resource, without retrieval"],
            [CONTRAST, "other, without retrieval", f"{CONTRAST}, without retrieval"],
        ),
        (
            {"xnli": ("en", "qin", "qse"), "tatoeba": ("qda", "qin")},
            (LONGER,),
            ["other", CONTRAST],
            ["other, without retrieval", f"{CONTRAST}, without retrieval"],
        ),
    ],
    ids=["low languages in retrieval alone", "no task shared", "no trained task shared"],
)
def test_a_side_measure_that_cannot_be_formed_is_left_out(member, languages, controls, told, untold):
    members = of_sizes(member, shrinking, languages=lambda size: languages, controls=lambda size: {LONGER: 0.0})
    found = replace(ASKED, controls=controls).answer(members)
    assert found.settled and found.sentence.startswith("Yes")
    assert set(told) <= set(found.numbers["slopes"])
    assert set(untold).isdisjoint(found.numbers["slopes"])
    for table in found.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
    if controls:
        assert set(found.numbers["slopes"]["other"]) == {"direct"}


@pytest.mark.parametrize("control", [LONGER, SHUFFLED])
def test_what_longer_training_gains_as_well_is_no_gain_of_the_arm(member, control):
    asked = replace(ASKED, controls=(control,))
    members = of_sizes(member, shrinking, controls=lambda size: {control: shrinking(size)})
    assert ASKED.answer(members).sentence.startswith("Yes")
    found = asked.answer(members)
    assert not found.settled
    assert found.sentence.startswith(
        f"The data cannot say: at no size is mnli first told to gain over direct and {control}"
    )


def test_a_trend_that_a_control_shares_is_not_the_arm_s(member):
    def less_two(size):
        return {code: gain - 2.0 for code, gain in shrinking(size).items()}

    members = of_sizes(member, shrinking, controls=lambda size: {SHUFFLED: less_two(size)})
    found = replace(ASKED, controls=(SHUFFLED,)).answer(members)
    assert not found.settled
    assert "shrinks with model size over direct, but not over shuffled labels" in found.sentence


def test_a_trend_over_every_control_counts(member):
    members = of_sizes(member, shrinking, controls=lambda size: {LONGER: 0.5, SHUFFLED: 0.3})
    found = replace(ASKED, controls=(LONGER, SHUFFLED)).answer(members)
    assert found.settled and found.sentence.startswith("Yes")
    assert [column for column in found.tables[1].columns if column.startswith("over")] == [
        "over direct",
        "over target longer",
        "over shuffled labels",
    ]


def test_longer_targets_are_no_control_of_retrieval(member):
    members = of_sizes(member, lambda size: {"xnli": 1.0, "tatoeba": 9.0}, controls=lambda size: {LONGER: 1.0})
    found = replace(ASKED, controls=(LONGER,)).answer(members)
    assert "at no size is mnli first told to gain over direct and target longer" in found.sentence
    gain = found.numbers["gains"]["low-resource"][LONGER]["w1000"]
    assert sum(gain.values()) / len(gain) == pytest.approx(0.0, abs=0.4)


def test_a_trend_of_retrieval_alone_is_seen_in_the_slopes_without_it(member):
    gains = {1_000: 9.0, 10_000: 6.0, 100_000: 3.0}
    found = ASKED.answer(of_sizes(member, lambda size: {"xnli": 1.0, "tatoeba": gains[size]}))
    assert slope_of(found, "low-resource") == pytest.approx(-1.5, abs=0.3)
    assert slope_of(found, "low-resource, without retrieval") == pytest.approx(0.0, abs=0.3)
    assert "without retrieval" in found.sentence


def test_languages_weigh_the_same_and_are_compared_within_their_tasks(member):
    languages = {"xnli": ("en", "qda", "qse"), "tatoeba": ("qda", "qro", "qin", "qse")}
    gain = {"xnli": 2.0, "tatoeba": 6.0}
    members = of_sizes(member, lambda size: gain, languages=lambda size: languages)
    found = ASKED.answer(members)
    for name, expected in {"low-resource": 5.0, "low-resource less other, in the same tasks": 0.0}.items():
        values = found.numbers["gains"][name]["direct"]["w1000"].values()
        assert sum(values) / len(values) == pytest.approx(expected, abs=0.3)  # qin 6, qse the mean of 2 and 6


def test_languages_never_read_stand_apart(member):
    gains = {"sw": 2.0, "de": 2.0, "yo": 9.0}
    languages = {"xnli": ("en", "sw", "de", "yo"), "tatoeba": ("sw", "de")}
    members = of_sizes(
        member,
        lambda size: gains,
        languages=lambda size: languages,
        suite=lambda size: "xtreme-r",
        encoder=lambda size: "FacebookAI/xlm-roberta-base",
    )
    found = replace(ASKED, low=("sw",)).answer(members)
    apart = found.numbers["gains"]["never read in pretraining"]["direct"]["w1000"].values()
    others = found.numbers["gains"]["other"]["direct"]["w1000"].values()
    assert sum(apart) / len(apart) == pytest.approx(9.0, abs=0.5)
    assert sum(others) / len(others) == pytest.approx(2.0, abs=0.5)
    with pytest.raises(CairnError, match="low names yo, which an encoder never read"):
        replace(ASKED, low=("sw", "yo")).answer(members)


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
    with pytest.raises(CairnError, match="low names yo, in which the runs have no zero-shot score"):
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
