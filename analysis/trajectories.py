"""What each stage of a path does: to the targets, to what was learnt before it, and where the path goes wrong.

Made of probes: the same short stage from every prefix of a path, judged on dev. All changes are paired by seed, with t
intervals over seeds; a seed with a missing score has no value. *Forward transfer* of a stage is how far it moves the
probes of the targets in languages other than the source. *Forgetting* of a task is how far its probe has moved since
the stage that last taught it; the mean over the tasks before a stage is the *backward transfer* there (Lopez-Paz and
Ranzato, 2017, "Gradient Episodic Memory for Continual Learning"), below 0 where the path forgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TypeAlias

from analysis.finals import BySeed, Layout, layout_mean
from analysis.load import Json, ProbeScore, Run
from analysis.numbers import interval, score
from analysis.statistics import Estimate, estimate, paired_difference
from evaluators.suites import find_suite
from search_spaces.plan import Plan, Stage, describe, from_json

Prefix: TypeAlias = tuple[Stage, ...]
TARGET, LEARNT = "target", "learnt"


def trajectories(run: Run, excluded: Sequence[str]) -> Json | None:
    """The paths that were probed; None for a run without probes. `excluded`: languages that are no transfer."""
    settings = run.resolved.get("probes")
    if not settings:
        return None
    probed = _Probed(run, excluded)
    arms: dict[Prefix, list[str]] = {}
    for arm, plan in run.arm_plans.items():
        trunk = from_json(plan).trunk
        if trunk and trunk in probed.prefixes:
            arms.setdefault(trunk, []).append(arm)
    learnt = {task for trunk in arms for stage in trunk for task in stage.tasks}
    return {
        "steps": settings["steps"],
        "seeds": probed.seeds,
        "targets": {task: list(languages) for task, languages in probed.targets.items()},
        "paths": [_Path(probed, trunk).as_json(named) for trunk, named in arms.items()],
        "unscored": sorted(learnt - set(probed.learnt)),
        "failures": [
            {"prefix": _text(one.prefix), "seed": one.seed, "task": one.task, "reason": one.error}
            for one in run.probe_failures
        ],
    }


class _Probed:
    """Scores of prefixes, with the mean of the metrics by which the suite scores a task in every cell."""

    def __init__(self, run: Run, excluded: Sequence[str]) -> None:
        suite = find_suite(run.resolved["suite"])
        scored_by = {
            (one.role, one.task): (suite.target if one.role == TARGET else suite.training_task)(one.task).scored_by
            for one in run.probes
        }
        self._cells: dict[tuple[Prefix, int, str], dict[tuple[str, str], float]] = {}
        for (prefix, seed, role, task, language), metrics in _grouped(run.probes).items():
            if set(scored_by[role, task]) <= metrics.keys():
                value = fmean(metrics[name] for name in scored_by[role, task])
                self._cells.setdefault((prefix, seed, role), {})[task, language] = value
        self.prefixes = {prefix for prefix, _, _ in self._cells}
        self.seeds = sorted({seed for _, seed, _ in self._cells})
        self.targets = self._layout(TARGET, run.resolved["targets"], excluded)
        """What the mean over targets averages."""
        self.learnt = self._layout(LEARNT, sorted({task for role, task in scored_by if role == LEARNT}), ())

    def by_seed(self, prefix: Prefix, role: str, layout: Layout) -> BySeed:
        """Seed -> the layout's mean at a prefix; seeds that lack a cell have none."""
        found = {seed: layout_mean(self._cells.get((prefix, seed, role), {}), layout) for seed in self.seeds}
        return {seed: value for seed, value in found.items() if value is not None}

    def _layout(self, role: str, tasks: Sequence[str], excluded: Sequence[str]) -> Layout:
        cells = {cell for (_, _, one), found in self._cells.items() if one == role for cell in found}
        layout = {
            task: tuple(sorted(code for name, code in cells if name == task and code not in excluded)) for task in tasks
        }
        return {task: languages for task, languages in layout.items() if languages}


class _Path:
    """One trunk: the scores after each of its stages, the empty prefix first."""

    def __init__(self, probed: _Probed, trunk: Prefix) -> None:
        self._trunk = trunk
        prefixes = [trunk[:length] for length in range(len(trunk) + 1)]
        self._headline = [probed.by_seed(prefix, TARGET, probed.targets) for prefix in prefixes]
        self._targets = {
            task: [probed.by_seed(prefix, TARGET, {task: languages}) for prefix in prefixes]
            for task, languages in probed.targets.items()
        }
        self._learnt = {
            task: [probed.by_seed(prefix, LEARNT, {task: languages}) for prefix in prefixes]
            for task, languages in probed.learnt.items()
        }

    def as_json(self, arms: Sequence[str]) -> Json:
        """Plain values; `arms`: who takes this path."""
        last = len(self._trunk)
        return {
            "arms": list(arms),
            "plan": _text(self._trunk),
            "points": [
                {
                    "headline": _plain(estimate(list(values.values()))),
                    "since_start": _plain(paired_difference(values, self._headline[0])),
                    "targets": {task: _plain(_change(of, 0, place)) for task, of in self._targets.items()},
                }
                for place, values in enumerate(self._headline)
            ],
            "stages": [self._stage(place) for place in range(1, last + 1)],
            "taught": list(self._taught_before(last + 1)),
            "wrong": self._wrong(),
        }

    def _stage(self, place: int) -> Json:
        earlier = {
            task: _plain(_change(self._learnt[task], taught, place))
            for task, taught in self._taught_before(place).items()
        }
        return {
            "stage": _text(self._trunk[place - 1 : place]),
            "headline": _plain(_change(self._headline, place - 1, place)),
            "targets": {task: _plain(_change(of, place - 1, place)) for task, of in self._targets.items()},
            "earlier": earlier,
            "backward": _plain(self._backward(place)),
        }

    def _taught_before(self, place: int) -> dict[str, int]:
        """Scored tasks that stages before this one taught, and it does not: the last stage that did."""
        here = self._trunk[place - 1].tasks if place <= len(self._trunk) else ()
        taught = {
            task: number for number, stage in enumerate(self._trunk[: place - 1], start=1) for task in stage.tasks
        }
        return {task: number for task, number in taught.items() if task in self._learnt and task not in here}

    def _backward(self, place: int) -> Estimate | None:
        """The mean change of all earlier tasks."""
        changes = []
        for task, taught in self._taught_before(place).items():
            then, now = self._learnt[task][taught], self._learnt[task][place]
            changes.append({seed: now[seed] - then[seed] for seed in now if seed in then})
        if not changes:
            return None
        whole = set.intersection(*(set(change) for change in changes))
        return estimate([fmean(change[seed] for change in changes) for seed in sorted(whole)])

    def _wrong(self) -> Json:
        """The first stage after which the headline falls by more than its interval allows."""
        changes = [_change(self._headline, place - 1, place) for place in range(1, len(self._trunk) + 1)]
        for place, change in enumerate(changes, start=1):
            if change is not None and change.verdict == "worse":
                sentence = (
                    f"It goes wrong at stage {place} of {len(changes)}, {_text(self._trunk[place - 1 : place])}: the "
                    f"mean over targets falls by {score(-change.mean)} points ({interval(change._asdict())}, "
                    f"{change.n} seeds)."
                )
                return {"stage": place, "sentence": sentence}
        if any(change is None or change.low is None for change in changes):
            return {"stage": None, "sentence": "Where it goes wrong cannot be said: a stage has no interval yet."}
        return {"stage": None, "sentence": "Nowhere does the mean over targets fall by more than its interval allows."}


def _change(values: Sequence[BySeed], before: int, after: int) -> Estimate | None:
    return paired_difference(values[after], values[before])


def _grouped(scores: Sequence[ProbeScore]) -> dict[tuple[Prefix, int, str, str, str], dict[str, float]]:
    grouped: dict[tuple[Prefix, int, str, str, str], dict[str, float]] = {}
    for one in scores:
        grouped.setdefault((one.prefix, one.seed, one.role, one.task, one.language), {})[one.metric] = one.value
    return grouped


def _text(trunk: Prefix) -> str:
    return describe(Plan(trunk=trunk, targets=()))


def _plain(found: Estimate | None) -> Json | None:
    return None if found is None else {**found._asdict(), "half_width": found.half_width, "verdict": found.verdict}
