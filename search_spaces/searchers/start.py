"""What the order model tries before it has learnt anything: the single tasks, then orders by size.

A prior says in which order single tasks are tried, and leaves none out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from search_spaces.exhaustive import Draw

_BLIND = 3
"""Plans that stand in where the space has no single tasks."""


def first_draws(draws: Sequence[Draw], sizes: Mapping[str, int], expected: Mapping[str, float]) -> list[Draw]:
    """One plan for each task that can stand alone, the first written; then the longest plans by size, both ways.

    Single tasks come in the order of what is `expected` of them; 0 of those that it does not name.

    Rules of thumb that need no study: train large tasks first, or last (Choi et al. 2023 find the former).
    """
    singles: dict[str, Draw] = {}
    for draw in draws:
        if len(draw.plan.trunk) == 1 and len(draw.plan.trunk[0].mixture) == 1:
            singles.setdefault(draw.plan.trunk[0].tasks[0], draw)
    ruled = _by_size(draws, sizes)
    if singles or ruled:
        return [*(singles[task] for task in sorted(singles, key=lambda task: -expected.get(task, 0.0))), *ruled]
    step = max(1, len(draws) // _BLIND)
    return list(draws[::step][:_BLIND])


def _by_size(draws: Sequence[Draw], sizes: Mapping[str, int]) -> list[Draw]:
    longest = max((len(draw.plan.trunk) for draw in draws), default=0)
    if longest < 2 or not sizes:
        return []
    ordered = sorted(sizes, key=lambda task: -sizes[task])[:longest]
    wanted = (ordered, ordered[::-1])
    found: dict[int, Draw] = {}
    for draw in draws:
        tasks = [stage.tasks for stage in draw.plan.trunk]
        for rule, order in enumerate(wanted):
            if tasks == [(task,) for task in order]:
                found.setdefault(rule, draw)
    return [found[rule] for rule in sorted(found)]
