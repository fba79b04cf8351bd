import pytest

from search_spaces.chooser import First, Random, Replay, ask


def test_equal_seeds_draw_equally() -> None:
    draws = [(r.one_of("a", (1, 2, 3)), r.uniform("b", 0.0, 1.0)) for r in (Random(7), Random(7))]
    assert draws[0] == draws[1]


def test_a_replay_gives_back_what_was_drawn() -> None:
    random = Random(3)
    drawn = [random.one_of("a", ("x", "y", "z")), random.uniform("b", 2.0, 3.0)]
    replay = Replay(random.decisions)
    assert [replay.one_of("a", ("x", "y", "z")), replay.uniform("b", 2.0, 3.0)] == drawn


def test_where_one_answer_is_possible_nobody_is_asked() -> None:
    random = Random(0)
    assert ask(random, "fixed", (5,)) == 5
    assert random.decisions == {}


def test_the_first_chooser_takes_the_defaults() -> None:
    assert First().one_of("a", (3, 1, 2)) == 3
    assert First().uniform("b", 0.5, 1.0) == 0.5


def test_a_replay_gives_the_option_and_not_its_json_twin() -> None:
    assert isinstance(Replay({"a": 1}).one_of("a", (1.0, 2.0)), float)


@pytest.mark.parametrize(
    ("decisions", "mend"),
    [({}, "another search space"), ({"a": 9}, "not among")],
)
def test_a_replay_of_another_space_is_refused(decisions: dict[str, int], mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        Replay(decisions).one_of("a", (1, 2))


def test_a_replayed_number_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number from"):
        Replay({"b": 1.5}).uniform("b", 0.0, 1.0)
