import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.chooser import Random, Replay
from search_spaces.grouping import Grouping


def test_a_sequence_of_four_has_eight_cuts() -> None:
    drawn = {Grouping(kind="any").draw(Random(seed), "abcd") for seed in range(200)}
    assert len(drawn) == 8
    assert {("a",), ("b",), ("c",), ("d",)} in [set(groups) for groups in drawn]


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.integers(0, 1000))
def test_groups_keep_the_sequence(sequence: list[str], seed: int) -> None:
    groups = Grouping(kind="any").draw(Random(seed), sequence)
    assert [task for group in groups for task in group] == sequence
    assert all(groups)


def test_joined_neighbours_share_a_group() -> None:
    answers = {"grouping.join.1": "joined", "grouping.join.2": "apart"}
    assert Grouping(kind="any").draw(Replay(answers), "abc") == (("a", "b"), ("c",))


@pytest.mark.parametrize(("kind", "groups"), [("separate", (("a",), ("b",))), ("together", (("a", "b"),))])
def test_a_fixed_grouping_asks_nothing(kind: str, groups: tuple[tuple[str, ...], ...]) -> None:
    assert Grouping(kind=kind).draw(Replay({}), "ab") == groups  # type: ignore[arg-type]


def test_nothing_makes_no_group() -> None:
    assert Grouping(kind="together").draw(Replay({}), "") == ()
