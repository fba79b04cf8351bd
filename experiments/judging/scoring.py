"""`cairn score`: predictions against labels, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.attributes import Circumstances, attribute_text, by_attribute, pretraining_of
from analysis.decomposition import decompose, decomposition_text
from evaluators.errors import CairnError, UnknownName
from evaluators.metrics.tagging import Behaviour
from evaluators.submission.partial import score_what_is_there
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
    by: str | None = None,
    encoder: str = "",
    against: Path | None = None,
    partial: bool = False,
    say: Callable[[str], None] = lambda note: None,
) -> str:
    """The scores of a folder; by an attribute of languages, or against other predictions, where that is asked for.

    With `partial`, languages without labels are left out, and their tasks count as missing. `say` is told what spoils
    a score without forbidding it.

    Raises:
        CairnError: something cannot be scored, with every reason.
    """
    if tagging not in _BEHAVIOURS:
        raise UnknownName("reading of tags", tagging, _BEHAVIOURS)
    score = score_what_is_there if partial else score_folders
    scores = score(predictions, labels, find_suite(suite), _BEHAVIOURS[tagging])
    for note in scores.notes:
        say(f"note: {note}")
    if as_json and (by or against):
        raise CairnError("--json prints the scores alone; leave out --by and --against")
    parts = [as_text(scores, as_json=as_json)]
    values = {name: task.by_language() for name, task in scores.tasks.items()}
    if by == "selection":
        raise CairnError("which languages helped to choose is not in a folder of predictions; the report of a run says")
    if by == "seen" and pretraining_of(encoder) is None:
        whose = encoder or "the encoder"
        raise CairnError(f"what {whose} has read is not known; name one with --encoder: mBERT, XLM-R, mT5")
    if by is not None:
        parts.append(attribute_text(by_attribute(values, by, Circumstances(encoder=encoder))))
    if against is not None:
        parts.append(_gain_text(scores, score(against, labels, scores.suite, scores.tagging), against))
    return "\n\n".join(parts)


def _gain_text(scores: SuiteScores, others: SuiteScores, against: Path) -> str:
    ours, theirs = ({name: task.score for name, task in of.tasks.items()} for of in (scores, others))
    found = decompose(ours, theirs, scores.suite.groups)
    if found is None:
        raise CairnError(f"{against} has none of the tasks that were scored, so there is nothing to compare")
    shared = len(set(ours) & set(theirs))
    return f"gain over {against}, in points of the mean over {shared} tasks\n{decomposition_text(found)}"


def as_text(scores: SuiteScores, *, as_json: bool) -> str:
    """Scores for people, or for programs."""
    return scores_json(scores) if as_json else scores_text(scores)
