from collections.abc import Callable
from itertools import islice

from search_spaces.chooser import Replay
from search_spaces.exhaustive import every_draw
from search_spaces.space import Setting, Space


def test_every_plan_is_given_once_and_its_decisions_replay_it(space: Callable[..., Space], setting: Setting) -> None:
    wide = space(grouping="any", seeds=(0, 1))
    draws = list(every_draw(wide, setting))
    assert len({(draw.plan, draw.seed) for draw in draws}) == len(draws)
    for draw in draws:
        assert wide.plan(Replay(draw.decisions), setting) == draw.plan
        assert wide.seed(Replay(draw.decisions)) == draw.seed


def test_sequences_times_learning_rates_are_counted_by_hand(space: Callable[..., Space], setting: Setting) -> None:
    lengths = [len(draw.plan.trunk) for draw in every_draw(space(), setting)]
    assert [lengths.count(length) for length in range(4)] == [1, 3 * 2, 6 * 2**2, 6 * 2**3]


def test_orders_inside_one_mixture_are_one_plan(space: Callable[..., Space], setting: Setting) -> None:
    assert len(list(every_draw(space(lengths=(3,), grouping="together", learning_rates=(1e-3,)), setting))) == 1


def test_mixtures_and_sequences_of_three_tasks_are_the_ordered_partitions(
    space: Callable[..., Space], setting: Setting
) -> None:
    assert len(list(every_draw(space(lengths=(3,), grouping="any", learning_rates=(1e-3,)), setting))) == 13


def test_a_huge_space_is_enumerated_lazily(space: Callable[..., Space]) -> None:
    tasks = tuple(f"t{number}" for number in range(20))
    huge = space(tasks=tasks, lengths=(20,))
    assert len(list(islice(every_draw(huge, Setting(targets=("x",))), 5))) == 5
