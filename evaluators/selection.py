"""Scores as flat rows, and what a search reports of them: two numbers by which it may choose, and two to judge it by.

- **en-dev**: dev scores in the source language only. The strict zero-shot setting.
- **pivot-dev**: dev scores in a few named languages, which the headline then leaves out.
- **oracle**: dev scores in all languages; reported to show what honest selection costs, never used to choose.
- **zero-shot-dev**: dev scores in all languages but the source, so of transfer alone; what is said of order, where
  nothing was chosen, is said of it. Never used to choose either.

Each is a mean over tasks of a mean over languages of the task's score, which is the mean of the metrics in
`Task.scored_by` (XTREME: F1 and exact match for questions, one metric elsewhere). Rows are stored unaveraged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluators.examples import Example, Prediction
from evaluators.gold import gold_of
from evaluators.task import Split, Task, score


@dataclass(frozen=True, kw_only=True)
class Score:
    """One metric of one task in one language, in percent."""

    task: str
    language: str
    split: Split
    metric: str
    value: float
    examples: int
    signature: str


def score_rows(
    task: Task, language: str, split: Split, gold: Sequence[Example], predicted: Sequence[Prediction]
) -> list[Score]:
    """One row for each metric of the task.

    Raises:
        ValueError: lengths differ, there is nothing to score, or the split has no gold.
    """
    if not task.metrics:
        raise ValueError(f"{task.name} has no metric: it is trained on, not scored")
    if any(gold_of(example, place) is None for place, example in enumerate(gold)):
        raise ValueError(f"{task.name} has no gold for {split} in {language!r}; there is nothing to score against")
    values = score(task, gold, predicted, language)
    return [
        Score(
            task=task.name,
            language=language,
            split=split,
            metric=metric.name,
            value=values[metric.name],
            examples=len(gold),
            signature=metric.signature,
        )
        for metric in task.metrics
    ]


def task_score(rows: Iterable[Score], task: Task, languages: Sequence[str]) -> float:
    """Mean over `languages` of the mean of the task's `scored_by` metrics.

    Raises:
        ValueError: no language is given, a row is missing, or rows of several splits are mixed.
    """
    if not languages:
        raise ValueError(f"{task.name} is averaged over no language; name at least one")
    values = _values(rows)
    total = 0.0
    for language in languages:
        total += _language_score(values, task, language)
    return total / len(languages)


def selector_values(
    rows: Iterable[Score], targets: Mapping[str, Task], source_language: str, pivots: Sequence[str]
) -> dict[str, float]:
    """These four over the targets and languages for which there are rows.

    A task without any language of a selector is left out of that selector (Tatoeba has no English); a selector for
    which no task is left is left out of the answer.
    """
    rows = list(rows)
    scored = {name: list(dict.fromkeys(row.language for row in rows if row.task == name)) for name in targets}
    every = {row.language for row in rows}
    wanted = {
        "en-dev": {source_language},
        "pivot-dev": set(pivots),
        "oracle": every,
        "zero-shot-dev": every - {source_language},
    }
    selectors = {}
    for selector, allowed in wanted.items():
        chosen = {name: [code for code in codes if code in allowed] for name, codes in scored.items()}
        means = [task_score(rows, targets[name], codes) for name, codes in chosen.items() if codes]
        if means:
            selectors[selector] = sum(means) / len(means)
    return selectors


def _language_score(values: Mapping[tuple[str, str, str], float], task: Task, language: str) -> float:
    missing = [metric for metric in task.scored_by if (task.name, language, metric) not in values]
    if missing or not task.scored_by:
        raise ValueError(f"{task.name} has no {', '.join(missing) or 'metric to be scored by'} for {language!r}")
    return sum(values[task.name, language, metric] for metric in task.scored_by) / len(task.scored_by)


def _values(rows: Iterable[Score]) -> dict[tuple[str, str, str], float]:
    rows = list(rows)
    splits = {row.split for row in rows}
    if len(splits) > 1:
        raise ValueError(f"scores of {' and '.join(sorted(splits))} are averaged together; pass rows of one split")
    return {(row.task, row.language, row.metric): row.value for row in rows}
