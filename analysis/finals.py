"""The final evaluation as a table of cells: (arm, seed, split) -> (task, language) -> score in percent.

A cell is the mean of the metrics by which the suite scores the task. A *layout* says which cells are averaged: task ->
languages. The headline, the source language's share, one task or one language are layouts like any other, and one
rule averages them all: languages within a task first, then tasks, as XTREME does. A seed with a missing cell gives no
value: a mean over what happens to be there would compare different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analysis.load import FinalScore, Run
from evaluators.errors import CairnError
from evaluators.suites import find_suite

Layout: TypeAlias = Mapping[str, tuple[str, ...]]
"""Task -> the languages that are averaged, in order."""
BySeed: TypeAlias = Mapping[int, float]

DIRECT = "direct"
ALL_MIXED = "all mixed"
ALONE = " alone"
WINNER = "winner "


@dataclass(frozen=True)
class Finals:
    """Scores of arms on fresh seeds."""

    cells: Mapping[tuple[str, int, str], Mapping[tuple[str, str], float]]
    arms: tuple[str, ...]
    """Winners in their order, then the direct baseline, then the other controls."""
    seeds: tuple[int, ...]
    layout: Layout
    """Every task and language scored on test by any arm, tasks in the order of the spec."""
    common: Layout
    """The part of `layout` that has a dev split too: what dev and test are compared on."""

    def by_seed(self, arm: str, split: str, layout: Layout) -> BySeed:
        """Seed -> the layout's mean. Seeds that lack one of its cells, and empty layouts, have no value."""
        values = {}
        for seed in self.seeds:
            value = layout_mean(self.cells.get((arm, seed, split), {}), layout)
            if value is not None:
                values[seed] = value
        return values

    def missing(self, arm: str, seed: int) -> dict[str, int]:
        """Task -> how many of its languages an arm lacks on test."""
        cells = self.cells.get((arm, seed, "test"), {})
        lacking = {
            task: sum((task, language) not in cells for language in languages)
            for task, languages in self.layout.items()
        }
        return {task: count for task, count in lacking.items() if count}

    @property
    def winners(self) -> tuple[str, ...]:
        """The arms that the search chose, best first."""
        return tuple(arm for arm in self.arms if is_winner(arm))

    @property
    def controls(self) -> tuple[str, ...]:
        """The arms that are always run."""
        return tuple(arm for arm in self.arms if not is_winner(arm))


def is_winner(arm: str) -> bool:
    """Was the arm chosen by the search?"""
    return arm.startswith(WINNER)


def layout_mean(cells: Mapping[tuple[str, str], float], layout: Layout) -> float | None:
    """The layout's mean over (task, language) cells; None if one of its cells is missing, or it has none."""
    wanted = [(task, language) for task, languages in layout.items() for language in languages]
    if not wanted or not all(cell in cells for cell in wanted):
        return None
    return _mean([_mean(cells[task, language] for language in layout[task]) for task in layout])


def finals_of(run: Run, scored_by: Mapping[str, Sequence[str]]) -> Finals:
    """Arrange the final scores; `scored_by` gives each target's metrics, tasks in the order of the averages.

    Raises:
        CairnError: a score belongs to a task that is no target of the suite.
    """
    unknown = sorted({score.task for score in run.finals} - set(scored_by))
    if unknown:
        raise CairnError(f"{run.path} holds final scores of {', '.join(unknown)}, which the run's spec does not target")
    cells: dict[tuple[str, int, str], dict[tuple[str, str], float]] = {}
    for (arm, seed, split, task, language), metrics in _grouped(run.finals).items():
        if all(metric in metrics for metric in scored_by[task]):
            value = _mean(metrics[metric] for metric in scored_by[task])
            cells.setdefault((arm, seed, split), {})[task, language] = value
    tested, developed = (
        {cell for (_, _, split), values in cells.items() if split == wanted for cell in values}
        for wanted in ("test", "dev")
    )
    return Finals(
        cells=cells,
        arms=_ordered(list(run.arm_plans)),
        seeds=tuple(sorted({seed for _, seed, _ in cells})),
        layout=_layout(scored_by, tested),
        common=_layout(scored_by, tested & developed),
    )


def restricted(layout: Layout, keep: Callable[[str], bool]) -> Layout:
    """The layout with only some languages; tasks left without any are left out."""
    kept = {task: tuple(filter(keep, languages)) for task, languages in layout.items()}
    return {task: languages for task, languages in kept.items() if languages}


def metrics_of(suite: str, targets: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Target -> names of the metrics whose mean is its score, from the suite's declaration.

    Raises:
        UnknownName: there is no such suite or target.
    """
    declared = find_suite(suite)
    return {task: tuple(declared.target(task).scored_by) for task in targets}


def _layout(tasks: Iterable[str], cells: set[tuple[str, str]]) -> Layout:
    layout = {task: tuple(sorted(language for name, language in cells if name == task)) for task in tasks}
    return {task: languages for task, languages in layout.items() if languages}


def _grouped(scores: Sequence[FinalScore]) -> dict[tuple[str, int, str, str, str], dict[str, float]]:
    grouped: dict[tuple[str, int, str, str, str], dict[str, float]] = {}
    for one in scores:
        grouped.setdefault((one.arm, one.seed, one.split, one.task, one.language), {})[one.metric] = one.value
    return grouped


def _ordered(arms: Iterable[str]) -> tuple[str, ...]:
    """Winners by number, the baseline, then controls as they came."""

    def rank(arm: str) -> tuple[int, int]:
        if is_winner(arm):
            return 0, int(arm.removeprefix(WINNER))
        return (1, 0) if arm == DIRECT else (2, 0)

    return tuple(sorted(dict.fromkeys(arms), key=rank))


def _mean(values: Iterable[float]) -> float:
    total, count = 0.0, 0
    for value in values:
        total += value
        count += 1
    return total / count
