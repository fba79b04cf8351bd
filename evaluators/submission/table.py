"""Scores as text and as JSON: the same numbers, rounded for reading and unrounded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from evaluators.submission.scores import SuiteScores, TaskScores

_WIDTH = 110


def scores_json(scores: SuiteScores) -> str:
    """One object, unrounded. What stands under `beside` is in no average."""
    return json.dumps(
        {
            "suite": scores.suite.name,
            "overall": scores.overall,
            "missing": list(scores.missing),
            "groups": dict(scores.groups),
            "tasks": {
                name: {"score": task.score, "languages": {code: dict(of) for code, of in task.languages.items()}}
                for name, task in scores.tasks.items()
            },
            "beside": {
                "tagging": scores.tagging,
                "official_total": scores.is_official,
                "token_accuracy": {name: values for name, task in scores.tasks.items() if (values := _tokens(task))},
                "non_english": {
                    name: value for name, task in scores.tasks.items() if (value := task.without("en")) is not None
                },
            },
        },
        ensure_ascii=False,
        indent=2,
        allow_nan=False,
    )


def scores_text(scores: SuiteScores) -> str:
    """A table of tasks, one of groups and the total, then every task's languages."""
    return "\n".join([*_tasks(scores), "", *_totals(scores), "", *_languages(scores)])


def _tasks(scores: SuiteScores) -> Iterable[str]:
    rows = []
    for name, task in scores.tasks.items():
        means = [f"{metric} {_mean_of(task, metric):.2f}" for metric in task.counted] if len(task.counted) > 1 else []
        others = task.without("en")
        tokens = _tokens(task)
        rows.append(
            (
                name,
                f"{task.score:.2f}",
                "" if others is None else f"{others:.2f}",
                f"{sum(tokens.values()) / len(tokens):.2f}" if tokens else "",
                str(len(task.languages)),
                ", ".join(means) or task.counted[0],
            )
        )
    header = ("task", "score", "non-English", "token accuracy", "languages", "metric")
    yield from _aligned([header, *rows])


def _totals(scores: SuiteScores) -> Iterable[str]:
    name = scores.suite.name
    yield from _aligned([(group, f"{value:.2f}") for group, value in scores.groups.items()])
    if scores.overall is None:
        yield f"{name}: incomplete; missing: {'; '.join(scores.missing)}"
    elif scores.is_official:
        yield f"{name}: {scores.overall:.2f} (mean of {len(scores.tasks)} tasks)"
    else:
        yield f"{name}: {scores.overall:.2f} (mean of {len(scores.tasks)} tasks; ours, no published script prints it)"
    if any(_tokens(task) for task in scores.tasks.values()):
        yield f"tags are scored as spans in seqeval's {scores.tagging} reading; token accuracy is in no average"


def _languages(scores: SuiteScores) -> Iterable[str]:
    for name, task in scores.tasks.items():
        cells = [f"{code} {value:.2f}" for code, value in task.by_language().items()]
        yield from _wrapped(name, cells)


def _wrapped(name: str, cells: Sequence[str]) -> Iterable[str]:
    indent = " " * 16
    line = f"{name:<16}"
    for cell in cells:
        if len(line) + len(cell) + 2 > _WIDTH:
            yield line.rstrip()
            line = indent
        line += f"{cell}  "
    yield line.rstrip()


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Columns; the first and the last to the left, the others to the right."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    for row in rows:
        cells = [
            cell.ljust(width) if column == 0 or (column == last and last > 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _mean_of(task: TaskScores, metric: str) -> float:
    return sum(values[metric] for values in task.languages.values()) / len(task.languages)


def _tokens(task: TaskScores) -> dict[str, float]:
    return {code: values["token_accuracy"] for code, values in task.beside.items() if "token_accuracy" in values}
