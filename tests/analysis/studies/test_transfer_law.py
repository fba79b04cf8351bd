from dataclasses import replace
from math import log10

import pytest

from analysis.studies.member import Member
from analysis.studies.transfer_law import TransferLaw
from evaluators.errors import CairnError

ASKED = TransferLaw(kind="transfer-law", arm="mnli first", examples_of="xnli-translated")
SIZES = (1_000, 4_000, 16_000, 64_000)
EXAMPLES = (10, 40, 160, 640)
TRANSLATED = {"suite": "babel-translated", "targets": ["xnli"]}


def training(examples):
    return {"per_task": {"xnli-translated": {"max_examples": examples}}}


def resolved_as(one, **changes):
    """With another record; scores of other tasks than xnli are dropped."""
    finals = tuple(score for score in one.run.finals if score.task == "xnli")
    return Member(one.name, replace(one.run, resolved={**one.run.resolved, **changes}, finals=finals), one.parameters)


@pytest.fixture
def translated(member):
    return lambda *of, **options: resolved_as(member(*of, **options), **TRANSLATED)


@pytest.fixture
def english(member):
    """A run without target-language examples."""
    return lambda *of, **options: resolved_as(member(*of, **options), targets=["xnli"])


def with_control(one, name, below):
    """A control that scores so much less than the arm."""
    copies = tuple(
        replace(score, arm=name, value=score.value - below) for score in one.run.finals if score.arm == "mnli first"
    )
    plans = {**one.run.arm_plans, name: {"trunk": [], "targets": []}}
    return Member(one.name, replace(one.run, finals=(*one.run.finals, *copies), arm_plans=plans), one.parameters)


def grid(made, error, gain, sizes=SIZES, examples=EXAMPLES):
    return [
        made(
            f"s{size}-{count}",
            gain(size, count),
            parameters=size,
            base=100.0 - error(size, count),
            noise=0.02,
            training=training(count),
            encoder=f"encoder-{size}",
        )
        for size in sizes
        for count in examples
    ]


def test_slopes_of_the_gain_are_told_apart(translated):
    members = grid(translated, lambda s, d: 40.0, lambda s, d: 8.0 - 2.0 * log10(d) + 1.0 * log10(s / 1000))
    found = ASKED.answer(members)
    assert found.numbers["slope_by_examples"]["mean"] == pytest.approx(-2.0, abs=0.1)
    assert found.numbers["slope_by_size"]["mean"] == pytest.approx(1.0, abs=0.1)
    assert "examples in each of 5 target languages" in found.sentence
    assert "with 10 and by" in found.sentence
    assert "with 640" in found.sentence


def test_a_true_law_is_found_and_its_largest_size_foretold(translated):
    members = grid(translated, lambda s, d: 5.0 + 500 * s**-0.25 * d**-0.1, lambda s, d: 1.0)
    found = ASKED.answer(members)
    assert found.settled
    assert found.sentence.startswith("The error falls with size and examples by a law")


def test_a_largest_size_that_is_no_better_than_the_one_below_is_no_law(translated):
    members = grid(translated, lambda s, d: 5.0 + 500 * min(s, SIZES[-2]) ** -0.25 * d**-0.1, lambda s, d: 1.0)
    found = ASKED.answer(members)
    assert not found.settled
    assert "no better than by saying that nothing changes" in found.sentence


def test_english_training_is_told_in_examples_of_direct_fine_tuning(translated):
    """Direct gains 10 points for ten times the examples; the arm is 5 points above it, so worth 10 ** 0.5 times."""
    members = grid(translated, lambda s, d: 60.0 - 10 * log10(d), lambda s, d: 5.0)
    found = ASKED.answer(members)
    worths = found.numbers["worth_in_examples"]
    for count in (10, 40, 160):
        one = worths[f"s4000-{count}"]
        assert one["examples"] == pytest.approx(count * 10**0.5, rel=0.1)
        assert one["low"] <= one["examples"] <= one["high"] < 1.1 * count * 10**0.5
        assert set(one["by_seed"]) == {1, 2, 3, 4}
    assert worths["s4000-640"]["examples"] == "more"
    assert "mnli first with 10 does as well as direct fine-tuning on so many examples in each of 5" in found.sentence


def test_english_alone_stands_at_no_examples_and_in_no_fit(translated, english):
    members = grid(translated, lambda s, d: 60.0 - 10 * log10(d), lambda s, d: 5.0)
    zero = [
        english(f"s{size}-0", 1.0, parameters=size, base=40.0 + 10 * log10(100), noise=0.02, encoder=f"encoder-{size}")
        for size in SIZES
    ]
    found, without = ASKED.answer([*zero, *members]), ASKED.answer(members)
    assert found.numbers["worth_in_examples"]["s1000-0"]["examples"] == pytest.approx(100, rel=0.1)
    assert "English training alone does as well as direct fine-tuning on so many examples in each" in found.sentence
    assert found.numbers["law"] == without.numbers["law"]
    assert found.numbers["slope_by_examples"] == without.numbers["slope_by_examples"]
    rows = found.tables[0].rows
    assert [row[0].text for row in rows[:2]] == ["s1000-0", "s1000-10"]
    assert all(len(row) == len(table.columns) for table in found.tables for row in table.rows)


def test_gains_over_controls_are_told_beside_the_gain_over_direct(translated):
    members = [
        with_control(one, "target twice", 2.0)
        for one in grid(translated, lambda s, d: 40.0, lambda s, d: 5.0, sizes=SIZES[:2])
    ]
    asked = replace(ASKED, controls=("target twice",))
    found = asked.answer(members)
    assert found.numbers["gains"]["target twice"]["s1000-10"][1] == pytest.approx(2.0)
    assert "over target twice by +2.00 points" in found.sentence
    assert "gain over target twice" in found.tables[1].columns
    with pytest.raises(CairnError, match="'target thrice'"):
        replace(ASKED, controls=("target thrice",)).answer(members)


def test_passes_over_the_examples_are_shown(translated):
    found = ASKED.answer(grid(translated, lambda s, d: 40.0, lambda s, d: 5.0, sizes=(1_000,), examples=(10, 40)))
    place = found.tables[1].columns.index("passes over them")
    assert [row[place].text for row in found.tables[1].rows] == ["200.0", "50.0"]  # 100 steps of 100, five languages


def test_too_few_sizes_are_no_law_and_the_gain_is_told_all_the_same(translated):
    found = ASKED.answer(grid(translated, lambda s, d: 40.0, lambda s, d: 2.0, sizes=SIZES[:2]))
    assert not found.settled
    assert found.sentence.startswith("No law can be fitted")
    assert "2.00 points" in found.sentence


def scored_in_full(one):
    finals = tuple(replace(score, value=100.0) for score in one.run.finals)
    return Member(one.name, replace(one.run, finals=finals), one.parameters)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (lambda members: [scored_in_full(members[0]), *members[1:]], "direct of s1000-10: error is 0.0"),
        (lambda members: members[:1], "all points have the same size and data"),
        (
            lambda members: [*members, replace(members[0], name="again")],
            "s1000-10 and again have one size, number of examples and seed",
        ),
    ],
)
def test_what_no_law_can_be_fitted_to_leaves_the_rest_of_the_study(translated, changed, reason):
    found = ASKED.answer(changed(grid(translated, lambda s, d: 60.0 - 10 * log10(d), lambda s, d: 5.0)))
    assert not found.settled
    assert found.sentence.startswith(f"No law can be fitted ({reason}")
    assert reason in found.numbers["no_law"]
    assert "mnli first changes the score" in found.sentence
    assert found.numbers["gains"]["direct"] and "s1000-10" in found.numbers["worth_in_examples"]


def test_a_run_without_a_number_of_examples_is_refused(translated):
    with pytest.raises(CairnError, match="max_examples"):
        ASKED.answer([translated("one", 1.0)])


def test_runs_of_which_none_has_the_examples_are_refused(english):
    with pytest.raises(CairnError, match="no run with xnli-translated"):
        ASKED.answer([english("one", 1.0)])


def test_examples_that_the_steps_do_not_reach_are_refused(translated):
    with pytest.raises(CairnError, match="do not reach them all"):
        ASKED.answer([translated("one", 1.0, training=training(3_000))])


def test_one_size_has_a_slope_over_examples_alone(translated):
    gain = lambda s, d: 2.0 if d == 10 else 1.0  # noqa: E731
    found = ASKED.answer(grid(translated, lambda s, d: 40.0, gain, sizes=(1_000,), examples=(10, 100)))
    assert found.numbers["slope_by_size"] is None
    assert found.numbers["slope_by_examples"]["mean"] == pytest.approx(-1.0, abs=0.1)
