import pytest

from analysis.studies.transfer_law import TransferLaw
from evaluators.errors import CairnError

ASKED = TransferLaw(kind="transfer-law", arm="mnli first", examples_of="xnli-translated")
SIZES = (1_000, 4_000, 16_000, 64_000)
EXAMPLES = (10, 40, 160, 640)


def training(examples):
    return {"per_task": {"xnli-translated": {"max_examples": examples}}}


def grid(member, error, gain, sizes=SIZES, examples=EXAMPLES):
    return [
        member(
            f"s{size}-{count}",
            gain(size, count),
            parameters=size,
            base=100.0 - error(size, count),
            noise=0.02,
            training=training(count),
        )
        for size in sizes
        for count in examples
    ]


def test_slopes_of_the_gain_are_told_apart(member):
    from math import log10

    members = grid(member, lambda s, d: 40.0, lambda s, d: 8.0 - 2.0 * log10(d) + 1.0 * log10(s / 1000))
    found = ASKED.answer(members)
    assert found.numbers["slope_by_examples"]["mean"] == pytest.approx(-2.0, abs=0.1)
    assert found.numbers["slope_by_size"]["mean"] == pytest.approx(1.0, abs=0.1)
    assert "with 10 target-language examples" in found.sentence
    assert "with 640" in found.sentence


def test_too_few_sizes_are_no_law_and_the_gain_is_told_all_the_same(member):
    found = ASKED.answer(grid(member, lambda s, d: 40.0, lambda s, d: 2.0, sizes=SIZES[:2]))
    assert not found.settled
    assert found.sentence.startswith("No law can be fitted")
    assert "2.00 points" in found.sentence


def test_a_run_without_a_number_of_examples_is_refused(member):
    with pytest.raises(CairnError, match="max_examples"):
        ASKED.answer([member("one", 1.0)])


def test_examples_that_the_steps_do_not_reach_are_refused(member):
    members = [member("one", 1.0, training=training(3_000))]
    with pytest.raises(CairnError, match="do not reach them all"):
        ASKED.answer(members)


def test_one_size_has_a_slope_over_examples_alone(member):
    members = grid(member, lambda s, d: 40.0, lambda s, d: 2.0 if d == 10 else 1.0, sizes=(1_000,), examples=(10, 100))
    found = ASKED.answer(members)
    assert found.numbers["slope_by_size"] is None
    assert found.numbers["slope_by_examples"]["mean"] == pytest.approx(-1.0, abs=0.1)
