"""Inputs have the length that was asked for, and hold the language's own text."""

from itertools import islice

import pytest

from evaluators.errors import CairnError
from evaluators.task import Kind
from trainables.timing.inputs import batches

TEXTS = ["the dog is red", "a cat sees the blue bird and the mouse", "no"]


def made(tiny, family="xlm-roberta", **changed):
    given = {"head": "timed", "language": "sw", "length": 12, "size": 2, **changed}
    return batches(given.pop("texts", TEXTS), tiny(family), given.pop("kind", Kind.PAIR), **given)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "mt5"])
@pytest.mark.parametrize("length", [3, 12, 60])
def test_inputs_have_exactly_the_wanted_tokens(tiny, family, length) -> None:
    for batch in islice(made(tiny, family, length=length, size=3), 4):
        assert batch.input_ids.shape == (3, length)
        assert int(batch.mask.sum()) == 3 * length


def test_texts_of_their_own_length_are_padded_and_come_in_turn(tiny) -> None:
    first, second = islice(made(tiny, length=None, size=2), 2)
    assert int(first.mask.sum()) < first.mask.numel()
    assert first.input_ids.shape[0] == second.input_ids.shape[0] == 2
    assert second.input_ids.tolist() != first.input_ids.tolist()


def test_the_same_arguments_give_the_same_batches(tiny) -> None:
    pairs = zip(islice(made(tiny), 3), islice(made(tiny), 3), strict=True)
    assert all(one.input_ids.equal(other.input_ids) for one, other in pairs)


def test_choices_are_questions_of_one_answer(tiny) -> None:
    assert next(made(tiny, kind=Kind.CHOICE)).choices == (1, 1)


@pytest.mark.parametrize("length", [2, 65])
def test_a_length_that_the_encoder_does_not_read_is_refused(tiny, length) -> None:
    with pytest.raises(CairnError, match="reads 3 to 64 tokens"):
        next(made(tiny, length=length))


def test_no_text_is_refused(tiny) -> None:
    with pytest.raises(CairnError, match="no text in 'sw'"):
        next(made(tiny, texts=["", "  "]))
