"""`cairn score`: predictions against labels, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evaluators.errors import UnknownName
from evaluators.metrics.tagging import Behaviour
from evaluators.submission.scores import SuiteScores
from evaluators.submission.scoring import score_folders
from evaluators.submission.table import scores_json, scores_text
from evaluators.suites import find_suite

_BEHAVIOURS: dict[str, Behaviour] = {"legacy": "legacy", "current": "current"}


def score_text(
    predictions: Path,
    labels: Path,
    suite: str,
    *,
    tagging: str = "legacy",
    as_json: bool = False,
    say: Callable[[str], None] = lambda note: None,
) -> str:
    """The scores of a folder. `say` is told what spoils a score without forbidding it.

    Raises:
        CairnError: something cannot be scored, with every reason.
    """
    if tagging not in _BEHAVIOURS:
        raise UnknownName("reading of tags", tagging, _BEHAVIOURS)
    scores = score_folders(predictions, labels, find_suite(suite), _BEHAVIOURS[tagging])
    for note in scores.notes:
        say(f"note: {note}")
    return as_text(scores, as_json=as_json)


def as_text(scores: SuiteScores, *, as_json: bool) -> str:
    """Scores for people, or for programs."""
    return scores_json(scores) if as_json else scores_text(scores)
