"""Scores of a suite, and the averages: per task over its languages, per group and overall over tasks.

Values are added one after another in the suite's order, with equal weights: languages within a task, tasks within a
group. Questions count with the mean of exact match and F1. XTREME's total is the mean of its nine tasks, not of its
groups. XTREME-R's is ours: the published script can print none, as it demands LAReQA and cannot read it; here it is
the mean of the ten tasks, LAReQA's being the mean over all its questions. A suite that lacks a task has no total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaluators.metrics.tagging import Behaviour
from evaluators.submission.forms import FileScores
from evaluators.submission.layout import Form, Sheet
from evaluators.submission.problems import Problem
from evaluators.suite import Suite

COUNTED: Mapping[Form, tuple[str, ...]] = {
    Form.LABELS: ("accuracy",),
    Form.PLACES: ("accuracy",),
    Form.CHOICES: ("accuracy",),
    Form.TAGS: ("f1",),
    Form.PAIRS: ("f1",),
    Form.ANSWERS: ("exact_match", "f1"),
    Form.ENTITIES: ("map@20",),
    Form.PASSAGES: ("map@20",),
}
"""The metrics whose mean is the score."""

OFFICIAL_TOTALS = ("xtreme",)
"""Suites whose total the published script prints, too."""


@dataclass(frozen=True, kw_only=True)
class TaskScores:
    """One task in its languages."""

    task: str
    languages: Mapping[str, Mapping[str, float]]
    """Language -> metric -> percent."""
    beside: Mapping[str, Mapping[str, float]]
    """Language -> diagnostic -> percent; in no average."""
    score: float
    counted: tuple[str, ...]

    def by_language(self) -> dict[str, float]:
        """The number of each language that enters the task's score."""
        return {
            language: mean(values[metric] for metric in self.counted) for language, values in self.languages.items()
        }

    def without(self, language: str) -> float | None:
        """Mean over the other languages; None if the task does not have this one, or no other."""
        values = self.by_language()
        others = [value for code, value in values.items() if code != language]
        return mean(others) if others and language in values else None


@dataclass(frozen=True, kw_only=True)
class SuiteScores:
    """Everything that `cairn score` prints."""

    suite: Suite
    tagging: Behaviour
    tasks: Mapping[str, TaskScores]
    groups: Mapping[str, float]
    overall: float | None
    """None where a task is missing."""
    missing: tuple[str, ...]
    notes: tuple[Problem, ...] = ()
    """What spoils a score and does not forbid it."""

    @property
    def is_official(self) -> bool:
        """Does the published script print this total?"""
        return self.suite.name in OFFICIAL_TOTALS


def task_scores(sheet: Sheet, found: Mapping[str, FileScores]) -> TaskScores:
    """The average of one task over its languages: first each metric's, then their mean."""
    counted = COUNTED[sheet.form]
    if sheet.form is Form.PASSAGES:
        questions = sum(scores.items for scores in found.values())
        score = total(scores.values["map@20"] * scores.items for scores in found.values()) / questions
    else:
        score = mean(mean(scores.values[metric] for scores in found.values()) for metric in counted)
    return TaskScores(
        task=sheet.task,
        languages={language: dict(scores.values) for language, scores in found.items()},
        beside={language: dict(scores.beside) for language, scores in found.items() if scores.beside},
        score=score,
        counted=counted,
    )


def suite_scores(
    suite: Suite, tasks: Mapping[str, TaskScores], tagging: Behaviour, notes: Iterable[Problem] = ()
) -> SuiteScores:
    """Groups whose tasks are all there, and the total if all tasks are."""
    missing = tuple(name for name in suite.targets if name not in tasks)
    groups = {
        group: mean(tasks[name].score for name in members)
        for group, members in suite.groups.items()
        if all(name in tasks for name in members)
    }
    return SuiteScores(
        suite=suite,
        tagging=tagging,
        tasks={name: tasks[name] for name in suite.targets if name in tasks},
        groups=groups,
        overall=None if missing else mean(tasks[name].score for name in suite.targets),
        missing=missing,
        notes=tuple(notes),
    )


def mean(values: Iterable[float]) -> float:
    """Plain mean, added from left to right (Python's own sum compensates rounding since 3.12)."""
    listed = list(values)
    return total(listed) / len(listed)


def total(values: Iterable[float]) -> float:
    """Plain sum from left to right."""
    added = 0.0
    for value in values:
        added += value
    return added
