from collections import Counter
from collections.abc import Callable
from itertools import pairwise, permutations

import numpy as np
import pytest

from search_spaces.chooser import Replay
from search_spaces.designs import design_draws, order_of_addition, pairwise_order, williams
from search_spaces.space import Setting, Space


@pytest.mark.parametrize("tasks", [2, 3, 4, 5, 6, 9])
def test_a_williams_design_balances_places_and_successions(tasks: int) -> None:
    square = williams(tasks)
    times = 1 if tasks % 2 == 0 else 2
    assert len(square) == times * tasks
    assert all(sorted(order) == list(range(tasks)) for order in square)
    places = Counter((place, task) for order in square for place, task in enumerate(order))
    assert set(places.values()) == {times}
    following = Counter(pair for order in square for pair in pairwise(order))
    assert len(following) == tasks * (tasks - 1)
    assert set(following.values()) == {times}


def information(orders: list[tuple[int, ...]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows = np.array([pairwise_order(order, 5) for order in orders])[
        :, 6:
    ]  # all tasks present: the pairs are what is left
    rows = np.column_stack([np.ones(len(rows)), rows])
    return np.asarray(rows.T @ rows / len(rows))


def test_24_orders_of_five_tasks_tell_all_pairwise_effects_nearly_as_well_as_all_120() -> None:
    chosen = order_of_addition(5, 5, count=24)
    assert len(set(chosen)) == 24
    full = information(list(permutations(range(5))))
    ratio = np.linalg.det(information(chosen)) / np.linalg.det(full)
    assert ratio ** (1 / 11) > 0.85


def test_the_chosen_orders_share_more_stages_than_random_ones() -> None:
    def stages(orders: list[tuple[int, ...]]) -> int:
        return len({order[: depth + 1] for order in orders for depth in range(len(order))})

    chosen = stages(order_of_addition(5, 5, count=24))
    everything = list(permutations(range(5)))
    random = np.random.default_rng(0)
    drawn = [stages([everything[n] for n in random.choice(120, 24, replace=False)]) for _ in range(50)]
    assert chosen < min(drawn)


def test_ordered_pairs_come_with_their_mixtures(space: Callable[..., Space], setting: Setting) -> None:
    wide = space(grouping="any")
    draws = design_draws("pairs", wide, setting, trials=None, seed=0)
    assert [len(draw.plan.trunk) for draw in draws] == [2] * 6 + [1] * 3
    assert {draw.plan.trunk[0].tasks for draw in draws[6:]} == {("mnli", "qqp"), ("ccg", "mnli"), ("ccg", "qqp")}
    assert all(wide.plan(Replay(draw.decisions), setting) == draw.plan for draw in draws)


def test_a_mixture_that_the_space_cannot_give_is_refused(space: Callable[..., Space], setting: Setting) -> None:
    with pytest.raises(ValueError, match="set grouping: any"):
        design_draws("pairs", space(), setting, trials=None, seed=0)
    with pytest.raises(ValueError, match="add it"):
        design_draws("pairs", space(lengths=(3,), grouping="any"), setting, trials=None, seed=0)


@pytest.mark.parametrize(("name", "count"), [("permutations", 6), ("williams", 6), ("order-of-addition", 4)])
def test_orders_use_the_longest_length_and_the_first_rate(
    space: Callable[..., Space], setting: Setting, name: str, count: int
) -> None:
    draws = design_draws(name, space(), setting, trials=4 if name == "order-of-addition" else None, seed=0)  # type: ignore[arg-type]
    assert len(draws) == len({draw.plan for draw in draws}) == count
    assert {stage.learning_rate for draw in draws for stage in draw.plan.trunk} == {1e-3}
    assert {len(draw.plan.trunk) for draw in draws} == {3}


def test_a_design_is_repeated_with_every_seed(space: Callable[..., Space], setting: Setting) -> None:
    wide = space(seeds=(5, 7))
    draws = design_draws("permutations", wide, setting, trials=None, seed=0)
    assert [draw.seed for draw in draws] == [5] * 6 + [7] * 6
    assert [draw.plan for draw in draws[:6]] == [draw.plan for draw in draws[6:]]
    assert all(wide.seed(Replay(draw.decisions)) == draw.seed for draw in draws)


def test_too_few_trials_for_a_design_give_every_seed_the_same_plans(
    space: Callable[..., Space], setting: Setting
) -> None:
    for name in ("permutations", "order-of-addition"):
        draws = design_draws(name, space(seeds=(5, 7)), setting, trials=8, seed=0)  # type: ignore[arg-type]
        assert [draw.plan for draw in draws[:4]] == [draw.plan for draw in draws[4:]]
        assert [draw.seed for draw in draws] == [5] * 4 + [7] * 4


@pytest.mark.parametrize(("trials", "mend"), [(10, "give 8 or 12$"), (3, "give 4$"), (23, "give 20 or 24$")])
@pytest.mark.parametrize("name", ["permutations", "williams", "order-of-addition"])
def test_trials_that_seeds_cannot_share_evenly_are_refused(
    space: Callable[..., Space], setting: Setting, name: str, trials: int, mend: str
) -> None:
    with pytest.raises(ValueError, match=f"{trials} trials cannot be shared out evenly to 4 seeds; {mend}"):
        design_draws(name, space(seeds=(1, 2, 3, 4)), setting, trials=trials, seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("trials", [24, 25, None])
def test_trials_for_the_whole_design_need_not_be_shared(
    space: Callable[..., Space], setting: Setting, trials: int | None
) -> None:
    draws = design_draws("permutations", space(seeds=(1, 2, 3, 4)), setting, trials=trials, seed=0)
    assert Counter(draw.seed for draw in draws) == dict.fromkeys((1, 2, 3, 4), 6)
