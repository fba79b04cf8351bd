import pytest

from evaluators.examples import Pair
from evaluators.sampling import in_search_half, pick

EXAMPLES = tuple(Pair(id=str(number), first="") for number in range(1000))


def test_parallel_languages_pick_the_same_items_whatever_their_order() -> None:
    picked = [example.id for example in pick(EXAMPLES, 50)]
    assert [example.id for example in pick(EXAMPLES[::-1], 50)] == picked


def test_a_smaller_limit_gives_a_prefix_of_a_larger_one() -> None:
    assert pick(EXAMPLES, 20) == pick(EXAMPLES, 50)[:20]
    assert set(pick(EXAMPLES, 5000)) == set(EXAMPLES)


def test_no_limit_gives_all_as_they_stand() -> None:
    assert pick(EXAMPLES, None) == EXAMPLES


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="the limit is 0"):
        pick(EXAMPLES, 0)


def test_the_choice_is_the_same_on_every_machine() -> None:
    assert [example.id for example in pick(EXAMPLES, 3)] == ["777", "93", "207"]
    assert [number for number in range(10) if in_search_half(str(number))] == [0, 5, 7]


def test_halves_are_about_equal_and_picking_from_one_is_not_picking_by_half() -> None:
    search = sum(in_search_half(example.id) for example in EXAMPLES)
    assert 450 < search < 550
    among_first = sum(in_search_half(example.id) for example in pick(EXAMPLES, 200))
    assert 70 < among_first < 130
