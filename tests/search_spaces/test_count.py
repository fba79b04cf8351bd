from collections.abc import Callable

import pytest

from search_spaces.count import Run, StageCounter, content_key
from search_spaces.exhaustive import every_draw
from search_spaces.ladder import Ladder
from search_spaces.plan import Plan, Stage
from search_spaces.space import Setting, Space

A, B, C = (Stage(mixture=((name, 1.0),), learning_rate=1e-3, steps=90) for name in "abc")
PLAIN = StageCounter(continues=False)
CONTINUING = StageCounter(continues=True)


def trunks(space: Space) -> list[Run]:
    draws = every_draw(space, Setting(targets=("x",)))
    return [Run(Plan(trunk=draw.plan.trunk, targets=()), draw.seed) for draw in draws]


@pytest.mark.parametrize(
    ("tasks", "lengths", "rates", "naive", "shared"),
    [
        (9, (3,), (1e-3,), 1512, 585),
        (4, (2, 3, 4), (1e-3,), 192, 64),
        (9, (2,), (1e-3, 2e-3, 3e-3), 1296, 675),
    ],
)
def test_exhaustive_spaces_share_as_many_stages_as_arithmetic_says(
    space: Callable[..., Space],
    tasks: int,
    lengths: tuple[int, ...],
    rates: tuple[float, ...],
    naive: int,
    shared: int,
) -> None:
    names = tuple(f"t{number}" for number in range(tasks))
    counted = PLAIN.count(trunks(space(tasks=names, lengths=lengths, learning_rates=rates)))
    assert (counted.naive, counted.shared) == (naive, shared)


def test_a_grown_study_trains_only_what_is_new(space: Callable[..., Space]) -> None:
    def runs(tasks: int) -> list[Run]:
        return trunks(space(tasks=tuple(f"t{n}" for n in range(tasks)), lengths=(3,), learning_rates=(1e-3,)))

    stored: set[str] = set()

    def store(start: str | None, stage: Stage, seed: int) -> str:
        stored.add(key := content_key(start, stage, seed))
        return key

    StageCounter(continues=False, key_of=store).count(runs(9))
    grown = StageCounter(continues=False, known=frozenset(stored).__contains__)
    assert grown.count(runs(11)).to_train == 526
    assert grown.count(runs(9)).to_train == 0


def test_target_branches_all_start_from_the_end_of_the_trunk() -> None:
    counted = PLAIN.count([Run(Plan(trunk=(A,), targets=(B, C)), 0), Run(Plan(trunk=(A,), targets=(C, B)), 0)])
    assert (counted.naive, counted.shared) == (6, 3)


def test_other_seeds_share_nothing() -> None:
    plan = Plan(trunk=(A, B), targets=(C,))
    assert PLAIN.count([Run(plan, 0), Run(plan, 1)]).shared == 6


def test_a_stage_from_the_same_start_is_continued_where_the_schedule_allows() -> None:
    runs = [Run(rung.of(Plan(trunk=(A, B), targets=())), 0) for rung in Ladder().rungs]
    # A at 10, 30, 90 steps continues: 90. B starts from three different As: 10 + 30 + 90.
    assert CONTINUING.count(runs).steps_to_train == 90 + 130
    assert PLAIN.count(runs).steps_to_train == 130 + 130
    assert CONTINUING.count(runs).naive_steps == 260


def test_a_shorter_stage_after_a_longer_one_is_trained_by_itself() -> None:
    runs = [Run(Plan(trunk=(A.scaled(scale),), targets=()), 0) for scale in (1.0, 1 / 3)]
    assert CONTINUING.count(runs).steps_to_train == 90 + 30


def test_a_stored_short_stage_is_continued() -> None:
    short, whole = (Run(Plan(trunk=(A.scaled(scale),), targets=()), 0) for scale in (1 / 3, 1.0))
    stored = content_key(None, A.scaled(1 / 3), 0)
    counted = StageCounter(continues=True, known=stored.__eq__).count([short, whole])
    assert (counted.in_store, counted.to_train, counted.steps_to_train) == (1, 1, 60)


def test_examples_are_steps_times_the_batch_of_each_stage() -> None:
    counter = StageCounter(continues=True, examples_a_step=lambda stage: 32 if stage.tasks == ("a",) else 8)
    counted = counter.count([Run(Plan(trunk=(A,), targets=(B,)), 0)] * 2)
    assert (counted.naive_examples, counted.examples_to_train) == (2 * 90 * 40, 90 * 40)
