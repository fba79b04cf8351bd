"""The order of timed calls, with a clock that the calls themselves move."""

import gc
from collections import Counter
from typing import Any

import pytest

from evaluators.errors import CairnError
from experiments.judging.blocks import Course, timed


class Planted:
    """Calls that take the seconds that are planted for them, and remember that they were made."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds, self.now, self.made = seconds, 0.0, []  # type: ignore[var-annotated]

    def call(self, entry: str, cell: int, turn: int) -> None:
        self.made.append((entry, cell, turn))
        self.now += self.seconds[entry] * cell

    def clock(self) -> float:
        return self.now


def run(blocks: int = 4, calls: int = 3, warmup: int = 2, seed: int = 0) -> tuple[Planted, dict[Any, Any]]:
    planted = Planted({"slow": 2.0, "fast": 1.0})
    course = Course(blocks=blocks, calls=calls, warmup=warmup, seed=seed)
    return planted, timed(["slow", "fast"], [1, 10], planted.call, course, clock=planted.clock)


def test_every_call_is_timed_alone() -> None:
    _, seconds = run()
    assert {key: set(found.ravel()) for key, found in seconds.items()} == {
        ("slow", 1): {2.0},
        ("slow", 10): {20.0},
        ("fast", 1): {1.0},
        ("fast", 10): {10.0},
    }
    assert all(found.shape == (4, 3) for found in seconds.values())


def test_warm_up_comes_first_and_is_not_timed() -> None:
    planted, _ = run()
    assert Counter(planted.made[:8]) == Counter((e, c, t) for e in ("slow", "fast") for c in (1, 10) for t in (0, 1))
    assert len(planted.made) == 8 + 4 * 4 * (3 + 1)


def test_every_block_asks_everybody_once_in_an_order_of_its_own() -> None:
    planted, _ = run(blocks=6, calls=1, warmup=0)
    visits = [planted.made[start : start + 8 : 2] for start in range(0, 48, 8)]
    orders = [tuple((entry, cell) for entry, cell, _ in block) for block in visits]
    assert all(set(order) == {("slow", 1), ("slow", 10), ("fast", 1), ("fast", 10)} for order in orders)
    assert len(set(orders)) > 1
    assert [{turn for _, _, turn in block} for block in visits] == [{number} for number in range(6)]


def test_the_order_follows_the_seed() -> None:
    assert run(seed=1)[0].made == run(seed=1)[0].made
    assert run(seed=1)[0].made != run(seed=2)[0].made


def test_the_collector_is_off_while_calls_are_timed_and_on_again_if_one_fails() -> None:
    states = []

    def failing(entry: str, cell: int, turn: int) -> None:
        states.append(gc.isenabled())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        timed(["one"], [1], failing, Course(blocks=1, calls=1, warmup=0))
    assert states == [False] and gc.isenabled()


def test_a_course_without_calls_is_refused() -> None:
    with pytest.raises(CairnError, match="0 blocks"):
        Course(blocks=0, calls=1, warmup=0)
