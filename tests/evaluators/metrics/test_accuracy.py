import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Choice, Pair
from evaluators.metrics import ACCURACY


def test_two_of_three_divides_before_it_multiplies():
    gold = [Choice(id=str(i), prompt="", choices=("x", "y"), label=1) for i in range(3)]
    assert ACCURACY.compute(gold, [1, 1, 0], "en") == 66.66666666666666


def test_the_gold_of_a_translation_pair_is_its_own_place():
    gold = [Bitext(id=str(i), foreign="", english="") for i in range(4)]
    assert ACCURACY.compute(gold, [0, 1, 2, 0], "sw") == 75.0


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=1))
def test_labels_are_compared_as_they_are(pairs):
    gold = [Pair(id=str(i), first="", label=label) for i, (label, _) in enumerate(pairs)]
    wrong = sum(label != answer for label, answer in pairs)
    assert ACCURACY.compute(gold, [answer for _, answer in pairs], "en") == pytest.approx(
        100 - 100 * wrong / len(pairs)
    )


def test_a_pair_without_a_label_is_refused_by_its_id():
    with pytest.raises(CairnError, match="'row-3' has no gold"):
        ACCURACY.compute([Pair(id="row-3", first="")], ["neutral"], "en")


def test_a_label_from_nowhere_is_never_filled_in():
    with pytest.raises(CairnError, match="nothing to score"):
        ACCURACY.compute([], [], "en")
