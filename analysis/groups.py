"""The finals by groups of languages and of tasks: what kind of language gains, and from which tasks a gain comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from analysis.attributes import ATTRIBUTES, UNKNOWN, Circumstances, TaskValues, by_attribute
from analysis.decomposition import decompose
from analysis.finals import DIRECT, Finals, Layout
from analysis.load import Json
from evaluators.suites import find_suite


def language_groups(finals: Finals, layout: Layout, given: Circumstances) -> list[Json]:
    """Classes of every attribute that tells languages apart: the leading winner's mean, direct's, and the gain."""
    if not finals.winners or DIRECT not in finals.arms:
        return []
    ours, theirs = (_values(finals, arm, layout) for arm in (finals.winners[0], DIRECT))
    rows = []
    for attribute in ATTRIBUTES:
        before = {one.value: one.mean for one in by_attribute(theirs, attribute, given)}
        classes = [one for one in by_attribute(ours, attribute, given) if one.value in before]
        if len({one.value for one in classes} - {UNKNOWN}) < 2:
            continue
        rows += [
            {
                "attribute": attribute,
                "value": one.value,
                "languages": list(one.languages),
                "tasks": len(one.tasks),
                "winner": one.mean,
                "direct": before[one.value],
                "gain": one.mean - before[one.value],
            }
            for one in classes
        ]
    return rows


def gain_sources(finals: Finals, layout: Layout, suite: str) -> list[Json]:
    """Each winner's gain over direct as a sum over the suite's groups of tasks."""
    groups, found = find_suite(suite).groups, []
    if DIRECT not in finals.arms:
        return []
    theirs = _tasks(_values(finals, DIRECT, layout))
    for winner in finals.winners:
        parts = decompose(_tasks(_values(finals, winner, layout)), theirs, groups)
        if parts is not None:
            found.append({"winner": winner, **asdict(parts)})
    return found


def _values(finals: Finals, arm: str, layout: Layout) -> TaskValues:
    """Task -> language -> mean over the seeds that have the cell."""
    values: dict[str, dict[str, float]] = {}
    for task, languages in layout.items():
        for language in languages:
            cells = [finals.cells.get((arm, seed, "test"), {}).get((task, language)) for seed in finals.seeds]
            known = [cell for cell in cells if cell is not None]
            if known:
                values.setdefault(task, {})[language] = sum(known) / len(known)
    return values


def _tasks(values: TaskValues) -> Mapping[str, float]:
    return {task: sum(languages.values()) / len(languages) for task, languages in values.items()}
