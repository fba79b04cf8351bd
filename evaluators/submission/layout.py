"""Which files a suite's predictions consist of: a folder a task, a file a language.

    <task>/test-<language>.<suffix>

Derived from the suite: a folder is called as its target, languages stand in the order in which scores are added, and
the kind of the question decides what a file holds. LAReQA's folder is ours: the published scorer reads none, and stops
if it finds one on both sides, so a submission leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from evaluators.metrics import BUCC_F1, MAP_20, MLQA_F1
from evaluators.suite import Suite
from evaluators.task import Kind, Task


class Form(StrEnum):
    """What a file holds."""

    LABELS = "one label a line"
    CHOICES = 'a JSON object a line, {"label": number}'
    TAGS = "one tag a line, a blank line between sentences"
    ANSWERS = "a JSON object, question id -> answer"
    PAIRS = "two sentence ids a line, with a tab between them"
    PLACES = "one number a line, the place of the foreign sentence"
    ENTITIES = "a JSON object, mention id -> entity ids from the best on"
    PASSAGES = "a JSON object, question id -> passage ids from the best on"


Rule: TypeAlias = Literal["squad", "mlqa"]
"""By which answers are normalised."""

_SUFFIXES = {
    Form.CHOICES: "jsonl",
    Form.ANSWERS: "json",
    Form.ENTITIES: "json",
    Form.PASSAGES: "json",
}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The files of one task."""

    task: str
    form: Form
    languages: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """Labels or tags that a prediction may be."""
    rule: Rule = "squad"

    @property
    def official(self) -> bool:
        """Does the published scorer read the folder?"""
        return self.form is not Form.PASSAGES

    def file(self, language: str) -> str:
        """The file of a language, below the folder of predictions or of labels."""
        return f"{self.task}/test-{language}.{_SUFFIXES.get(self.form, 'tsv')}"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """All files of one suite."""

    suite: Suite
    sheets: Mapping[str, Sheet]


def layout_of(suite: Suite) -> Layout:
    """The layout that follows from a suite's targets."""
    return Layout(suite=suite, sheets={name: sheet_of(task) for name, task in suite.targets.items()})


def sheet_of(task: Task) -> Sheet:
    """The files of one target."""
    signatures = {metric.signature for metric in task.metrics}
    return Sheet(
        task=task.name,
        form=_form(task, signatures),
        languages=task.languages("test"),
        labels=tuple(task.labels),
        rule="mlqa" if MLQA_F1.signature in signatures else "squad",
    )


def _form(task: Task, signatures: set[str]) -> Form:
    if task.kind is Kind.BITEXT:
        return Form.PAIRS if BUCC_F1.signature in signatures else Form.PLACES
    if task.kind is Kind.RANKING:
        return Form.PASSAGES if MAP_20.signature in signatures else Form.ENTITIES
    return {Kind.PAIR: Form.LABELS, Kind.CHOICE: Form.CHOICES, Kind.TAGS: Form.TAGS, Kind.SPAN: Form.ANSWERS}[task.kind]
