"""Parts of the targets that the verdict on order may be asked about: the suite's groups, and all but retrieval.

A mean over targets can hide that order matters for one kind alone. Retrieval is read at the trunk's end, without
training, and so shows what the last stage left behind; the other targets are trained further.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from analysis.finals import Layout, layout_mean, metrics_of, restricted
from analysis.load import Run, Trial, search_scores

RETRIEVAL = "retrieval"
NO_RETRIEVAL = f"all but {RETRIEVAL}"


def parts_of(targets: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Name -> its targets, of parts that are neither empty nor all; none twice."""
    named: dict[str, Sequence[str]] = {}
    if RETRIEVAL in groups:
        named[NO_RETRIEVAL] = [task for task in targets if task not in groups[RETRIEVAL]]
    found: dict[str, tuple[str, ...]] = {}
    for name, tasks in {**named, **groups}.items():
        part = tuple(task for task in targets if task in tasks)
        if 0 < len(part) < len(targets) and part not in found.values():
            found[name] = part
    return found


class DevScores:
    """Scores of a search's trials at the last rung by task and language, without the source language."""

    def __init__(self, run: Run) -> None:
        last, source = len(run.resolved["rungs"]) - 1, run.resolved["source_language"]
        scored_by = metrics_of(run.resolved["suite"], run.resolved["targets"])
        metrics: dict[tuple[str, str, str], dict[str, float]] = {}
        for one in search_scores(run.path):
            if one.rung == last and one.metric in scored_by.get(one.task, ()):
                metrics.setdefault((one.trial, one.task, one.language), {})[one.metric] = one.value
        self._cells: dict[str, dict[tuple[str, str], float]] = {}
        for (trial, task, language), values in metrics.items():
            if len(values) == len(scored_by[task]):
                self._cells.setdefault(trial, {})[task, language] = fmean(values.values())
        cells = {cell for scored in self._cells.values() for cell in scored}
        every = {task: tuple(sorted(code for name, code in cells if name == task)) for task in scored_by}
        self._layout: Layout = restricted(every, lambda language: language != source)

    def mean(self, trial: Trial, tasks: Sequence[str]) -> float | None:
        """Over these targets, of the means over a target's languages, as `zero-shot-dev` is over all."""
        layout = {task: languages for task, languages in self._layout.items() if task in tasks}
        return layout_mean(self._cells.get(trial.name, {}), layout)
