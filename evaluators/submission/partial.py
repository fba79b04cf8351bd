"""Scores of what there is: of a suite's tasks in the languages that have labels, and no total unless all is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evaluators.errors import CairnError
from evaluators.metrics.tagging import Behaviour
from evaluators.submission.layout import layout_of
from evaluators.submission.scores import SuiteScores
from evaluators.submission.scoring import score_folders
from evaluators.suite import Suite
from evaluators.task import Task


def score_what_is_there(predictions: Path, labels: Path, suite: Suite, tagging: Behaviour = "legacy") -> SuiteScores:
    """As `score_folders`, where labels may lack languages: a task is scored in those it has, and counts as missing.

    Raises:
        CairnError: there are no labels, or files cannot be scored, with all the reasons.
    """
    known = {name: codes for name, codes in _labelled(labels, suite).items() if codes}
    if not known:
        raise CairnError(f"{labels} has no labels of {suite.name}, so there is nothing to score")
    scores = score_folders(predictions, labels, only(suite, known), tagging)
    missing = []
    for name, task in suite.targets.items():
        lacking = [code for code in task.languages("test") if code not in known.get(name, ())]
        if name not in scores.tasks:
            missing.append(name)
        elif lacking:
            missing.append(f"{name} in {', '.join(lacking)}")
    if not missing:
        return replace(scores, suite=suite)
    partial = {entry.partition(" ")[0] for entry in missing}
    groups = {name: value for name, value in scores.groups.items() if not partial & set(suite.groups[name])}
    return replace(scores, suite=suite, overall=None, missing=tuple(missing), groups=groups)


def only(suite: Suite, languages: Mapping[str, Sequence[str]]) -> Suite:
    """The suite cut down to these targets and languages."""
    targets = {name: _in(task, languages[name]) for name, task in suite.targets.items() if name in languages}
    groups = {name: members for name, members in suite.groups.items() if set(members) <= set(targets)}
    protocol = {name: courses for name, courses in suite.protocol.items() if name in targets}
    return replace(suite, targets=targets, groups=groups, protocol=protocol)


def _labelled(labels: Path, suite: Suite) -> dict[str, list[str]]:
    return {
        name: [code for code in sheet.languages if (labels / sheet.file(code)).is_file()]
        for name, sheet in layout_of(suite).sheets.items()
    }


def _in(task: Task, languages: Sequence[str]) -> Task:
    tables = {
        split: [
            replace(table, configs={code: configs for code, configs in table.configs.items() if code in languages})
            for table in tables
        ]
        for split, tables in task.tables.items()
    }
    return replace(task, tables=tables)
