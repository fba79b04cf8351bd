import pytest

from evaluators.examples import Answer, Bitext, Choice, Pair, Question, Tagged, Text
from evaluators.gold import gold_of, gold_predictions


def test_gold_has_the_form_of_a_prediction() -> None:
    assert gold_of(Pair(id="1", first="a", label="yes")) == "yes"
    assert gold_of(Choice(id="1", prompt="a", choices=("b", "c"), label=0)) == 0
    assert gold_of(Tagged(id="1", words=("a",), tags=("X",))) == ("X",)
    answers = (Answer(text="b", start=0), Answer(text="c", start=1))
    assert gold_of(Question(id="1", question="q", context="bc", answers=answers)) == "b"
    assert gold_of(Question(id="1", question="q", context="bc", answers=())) == ""


def test_an_example_without_gold_has_none() -> None:
    assert gold_of(Pair(id="1", first="a")) is None
    assert gold_of(Question(id="1", question="q", context="c")) is None
    assert gold_of(Text(id="1", text="a")) is None


def test_the_gold_of_a_sentence_pair_is_its_place() -> None:
    pair = Bitext(id="1", foreign="a", english="b")
    assert gold_of(pair, 3) == 3
    assert gold_predictions([pair, pair]) == [0, 1]
    with pytest.raises(ValueError, match="its place in the list"):
        gold_of(pair)


def test_nothing_is_predicted_where_there_is_no_gold() -> None:
    with pytest.raises(ValueError, match="example 'b' has no gold"):
        gold_predictions([Pair(id="a", first="", label="yes"), Pair(id="b", first="")])
