"""Intervals over seeds and items for a run whose finals left the counts of their items behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from analysis.bootstrap import Replicates, replicates
from analysis.finals import Layout
from analysis.load import Json
from evaluators.item_files import arms_with_items, read_items
from evaluators.suites import find_suite


def item_replicates(run: Path, suite: str, layout: Layout, arms: Sequence[str]) -> Replicates | None:
    """Draws of the arms' test headlines; None where the run has no items of them.

    Raises:
        BadData: a file of items is damaged.
    """
    found = arms_with_items(run)
    wanted = {arm: found[arm] for arm in arms if arm in found}
    if not wanted or not layout:
        return None
    counted = {
        arm: {
            seed: {task: read_items(path) for task, path in tasks.items() if task in layout}
            for seed, tasks in seeds.items()
        }
        for arm, seeds in wanted.items()
    }
    declared = find_suite(suite)
    drawn = replicates(counted, layout, {task: declared.target(task) for task in layout})
    return drawn if drawn.drawn else None


def difference(drawn: Replicates | None, arm: str, other: str) -> Json | None:
    """One arm less another; None where one has no items."""
    if drawn is None or arm not in drawn.drawn or other not in drawn.drawn:
        return None
    return asdict(drawn.difference(arm, other))
