"""Scores a folder of predictions against a folder of labels, as the published scorer does."""

from __future__ import annotations

from pathlib import Path

from evaluators.errors import CairnError
from evaluators.metrics.tagging import Behaviour
from evaluators.submission.forms import FileScores, score_file
from evaluators.submission.layout import Sheet, layout_of
from evaluators.submission.problems import Problem, Unscorable
from evaluators.submission.reading import File
from evaluators.submission.scores import SuiteScores, TaskScores, suite_scores, task_scores
from evaluators.suite import Suite

MOST_REASONS = 40


def score_folders(predictions: Path, labels: Path, suite: Suite, tagging: Behaviour = "legacy") -> SuiteScores:
    """The scores of a suite. A task counts where both folders have its own; it then needs a file for every language.

    Raises:
        CairnError: a folder is missing, no task can be scored, or files cannot, with all the reasons.
    """
    for root in (predictions, labels):
        if not root.is_dir():
            raise CairnError(f"there is no folder {root}; give the folder that holds {', '.join(suite.targets)}")
    tasks: dict[str, TaskScores] = {}
    notes: list[Problem] = []
    reasons: list[Problem] = []
    for name, sheet in layout_of(suite).sheets.items():
        there = [root for root in (predictions, labels) if (root / name).is_dir()]
        if len(there) == 1:
            notes.append(_one_sided(name, there[0], labels if there[0] == predictions else predictions))
        if len(there) < 2:
            continue
        found = _languages(sheet, predictions, labels, tagging, notes, reasons)
        if len(found) == len(sheet.languages):
            tasks[name] = task_scores(sheet, found)
    if reasons:
        raise CairnError(_listed(reasons))
    if not tasks:
        raise CairnError(
            f"{predictions} and {labels} have no task of {suite.name} in common: {', '.join(suite.targets)}"
        )
    return suite_scores(suite, tasks, tagging, notes)


def _languages(
    sheet: Sheet, predictions: Path, labels: Path, tagging: Behaviour, notes: list[Problem], reasons: list[Problem]
) -> dict[str, FileScores]:
    found = {}
    for language in sheet.languages:
        predicted, gold = (File(root, sheet.file(language)) for root in (predictions, labels))
        try:
            found[language] = score_file(sheet, language, predicted, gold, tagging)
        except Unscorable as error:
            reasons.append(error.problem)
        notes += [*predicted.notes, *gold.notes]
    return found


def _one_sided(name: str, there: Path, absent: Path) -> Problem:
    return Problem(
        file=str(absent / name), what=f"the folder is missing, and {there} has it", mend="add it to score it"
    )


def _listed(reasons: list[Problem]) -> str:
    shown = [str(problem) for problem in reasons[:MOST_REASONS]]
    more = [f"and {len(reasons) - MOST_REASONS} more"] if len(reasons) > MOST_REASONS else []
    count = "a file" if len(reasons) == 1 else f"{len(reasons)} files"
    return "\n".join([f"{count} cannot be scored:", *(f"  {line}" for line in [*shown, *more])])
