"""Plans chosen beforehand, so that the effects of order can be told apart, whatever the scores turn out to be.

`permutations`: every order of the longest length. `pairs`: every ordered pair of tasks and the mixture of each pair.
`williams`: a square (two for an odd number of tasks) in which every task stands at every place, and directly after
every other task, equally often (Williams 1949). `order-of-addition`: a part of all orders from which pairwise order
effects can be estimated nearly as well as from all (Voelkel 2019), chosen so that plans begin alike and share their
stages.

Everything but the order has the first value of its grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, permutations
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from search_spaces.chooser import Decisions
from search_spaces.exhaustive import Draw, Scripted
from search_spaces.space import Setting, Space

DesignName: TypeAlias = Literal["permutations", "pairs", "williams", "order-of-addition"]

_WEIGHED = 5_040
"""Orders that an order-of-addition design chooses from, at most: drawn at random where there are more."""
_PRIOR = 1e-3
"""Information about each effect before the first order: next to none."""


def design_draws(name: DesignName, space: Space, setting: Setting, *, trials: int | None, seed: int) -> list[Draw]:
    """The plans of a design, at most `trials` of them: all with the first seed of the space, then with the next.

    Fewer trials than the whole takes are shared out to the seeds evenly, so that all have the same plans.

    Raises:
        ValueError: the space does not allow the design, or the trials cannot be shared out evenly.
    """
    seeds = len(space.seeds)
    each = None if trials is None else -(-trials // seeds)
    orders = list(islice(_orders_of(name, space, count=each, seed=seed), each))
    draws = [draw_of(space, setting, order, seed=one, joined=joined) for one in space.seeds for order, joined in orders]
    if trials is not None and len(draws) > trials:
        near = [str(count) for count in (len(draws) - seeds, len(draws)) if count]
        raise ValueError(f"{trials} trials cannot be shared out evenly to {seeds} seeds; give {' or '.join(near)}")
    return draws


def _orders_of(name: DesignName, space: Space, *, count: int | None, seed: int) -> Iterator[tuple[Sequence[str], bool]]:
    """Orders of tasks, and whether they are one mixture."""
    length = max(space.lengths)
    if name == "pairs":
        yield from ((order, False) for order in _of_length(space, 2))
        yield from ((pair, True) for pair in _mixed_pairs(space))
    elif name == "permutations":
        yield from ((order, False) for order in _of_length(space, length))
    else:
        rows = williams(len(space.tasks))
        if name == "order-of-addition":
            rows = order_of_addition(len(space.tasks), length, count=count or 0, seed=seed)
        yield from ((tuple(space.tasks[task] for task in row[:length]), False) for row in rows)


def williams(tasks: int) -> list[tuple[int, ...]]:
    """Orders of all tasks, numbered from 0: as many as tasks, or twice as many if their number is odd."""
    zigzag = [0, *(step // 2 + 1 if step % 2 == 0 else tasks - 1 - step // 2 for step in range(tasks - 1))]
    square = [tuple((task + shift) % tasks for task in zigzag) for shift in range(tasks)]
    return square if tasks % 2 == 0 else square + [order[::-1] for order in square]


def order_of_addition(tasks: int, length: int, *, count: int, seed: int = 0) -> list[tuple[int, ...]]:
    """`count` orders of `length` out of `tasks` tasks.

    One after another: the order that adds most to what is known of all pairwise effects (log determinant of their
    information), for each stage that no order before it has trained.
    """
    orders = _orders(tasks, length, seed)
    rows = np.array([pairwise_order(order, tasks) for order in orders])
    spread = np.eye(rows.shape[1]) / _PRIOR
    trained: set[tuple[int, ...]] = set()
    left = np.ones(len(orders), dtype=bool)
    chosen: list[tuple[int, ...]] = []
    for _ in range(min(count, len(orders))):
        gain = np.log1p(np.einsum("nd,de,ne->n", rows, spread, rows))
        missing = np.array([_missing(order, trained) for order in orders])
        best = int(np.argmax(np.where(left, gain / np.maximum(missing, 1), -np.inf)))
        along = spread @ rows[best]
        spread = spread - np.outer(along, along) / (1 + rows[best] @ along)
        trained.update(orders[best][: depth + 1] for depth in range(length))
        left[best] = False
        chosen.append(orders[best])
    return chosen


def pairwise_order(order: Sequence[int], tasks: int) -> npt.NDArray[np.float64]:
    """1, each task's presence, and for each pair 1 or -1 by who comes first; 0 where one of them is missing."""
    place = {task: number for number, task in enumerate(order)}
    present = [float(task in place) for task in range(tasks)]
    pairs = [
        float(np.sign(place[other] - place[one])) if one in place and other in place else 0.0
        for one, other in combinations(range(tasks), 2)
    ]
    return np.array([1.0, *present, *pairs])


def draw_of(space: Space, setting: Setting, order: Sequence[str], *, seed: int, joined: bool) -> Draw:
    """The plan of an order, its tasks in stages of their own or in one mixture, at the first value of every grid.

    Raises:
        ValueError: the space cannot give it.
    """
    join = "joined" if joined else "apart"
    decided: Decisions = {"seed": seed, **{f"grouping.join.{place}": join for place in range(1, len(order))}}
    choose = Scripted(space.dimensions().order.decisions(order) | decided)
    draw = Draw(space.plan(choose, setting), space.seed(choose), choose.decisions)
    if len(draw.plan.trunk) != (1 if joined else len(order)):
        raise ValueError(f"the design has stages that are {join}, and grouping is {space.grouping}; set grouping: any")
    return draw


def _of_length(space: Space, length: int) -> Iterator[tuple[str, ...]]:
    """Every order of so many tasks. Raises ValueError if the space has none."""
    if length not in space.lengths:
        raise ValueError(f"the design has sequences of {length} tasks, and lengths is {list(space.lengths)}; add it")
    return (order for order in space.dimensions().order.every() if len(order) == length)


def _mixed_pairs(space: Space) -> Iterator[tuple[str, ...]]:
    return combinations(space.tasks, 2)


def _orders(tasks: int, length: int, seed: int) -> list[tuple[int, ...]]:
    listed = list(islice(permutations(range(tasks), length), _WEIGHED + 1))
    if len(listed) <= _WEIGHED:
        return listed
    random = np.random.default_rng(seed)
    drawn = (random.permutation(tasks)[:length].tolist() for _ in range(_WEIGHED))
    return list(dict.fromkeys(tuple(order) for order in drawn))


def _missing(order: tuple[int, ...], trained: set[tuple[int, ...]]) -> int:
    return sum(order[: depth + 1] not in trained for depth in range(len(order)))
