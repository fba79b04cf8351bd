from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.chooser import Random, Replay
from search_spaces.order import Order, Ordering, count_orders

TASKS = ("a", "b", "c", "d")


def test_the_first_tasks_by_rank_are_used_in_that_order() -> None:
    ranks = {"order.length": 2, "order.rank.a": 0.9, "order.rank.b": 0.2, "order.rank.c": 0.1, "order.rank.d": 0.5}
    assert Order(tasks=TASKS, lengths=(1, 2)).draw(Replay(ranks)) == ("c", "b")


def test_a_written_order_keeps_its_places_whatever_the_ranks() -> None:
    ranks = {"order.rank.a": 0.9, "order.rank.b": 0.2, "order.rank.c": 0.1, "order.rank.d": 0.5}
    assert Order(tasks=TASKS, lengths=(2,), order="as_written").draw(Replay(ranks)) == ("b", "c")


@pytest.mark.parametrize("length", [0, 4])
def test_a_fixed_order_asks_nothing(length: int) -> None:
    order = Order(tasks=TASKS, lengths=(length,), order="as_written")
    assert order.draw(Replay({})) == TASKS[:length]


def test_every_order_is_as_likely_as_any_other() -> None:
    order = Order(tasks=("a", "b", "c"), lengths=(3,))
    drawn = Counter(order.draw(Random(seed)) for seed in range(1200))
    assert len(drawn) == 6 and min(drawn.values()) > 150


@given(st.integers(0, 4), st.sampled_from(["any", "as_written"]))
def test_every_order_is_listed_once_and_has_decisions_that_replay_it(length: int, ordering: Ordering) -> None:
    order = Order(tasks=TASKS, lengths=(length,), order=ordering)
    listed = list(order.every())
    assert len(set(listed)) == len(listed) == order.count()
    assert [order.draw(Replay(order.decisions(sequence))) for sequence in listed] == listed


@pytest.mark.parametrize("sequence", [("a",), ("a", "x"), ("a", "a"), ("b", "a")])
def test_a_sequence_outside_the_space_has_no_decisions(sequence: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"is not a sequence|is out of order"):
        Order(tasks=TASKS, lengths=(2,), order="as_written").decisions(sequence)


def test_orders_are_counted_without_listing_them() -> None:
    assert count_orders(9, (3,)) == 504
    assert count_orders(4, (2, 3, 4)) == 60
    assert count_orders(9, (0, 1)) == 10
    assert count_orders(9, (3,), "as_written") == 84


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lengths": (5,)}, "asks for 5 tasks in a row, but tasks names 4"),
        ({"lengths": ()}, "lengths is empty"),
        ({"lengths": (-1,)}, "0 or more"),
        ({"lengths": (1,), "tasks": ("a", "a")}, "names a more than once"),
    ],
)
def test_an_order_that_cannot_be_drawn_is_refused(fields: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Order(**{"tasks": TASKS, **fields})  # type: ignore[arg-type]
