"""Measured errors with what was varied: from a table, or from the finals of several runs.

A table is `.csv`, `.tsv` or `.jsonl` with the columns `size`, `seed`, `error`, and if there is more than one of them
`data` and `group`. Sizes and data are counts above 0 in any unit; errors are above 0, such as 100 minus a score.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from analysis.finals import DIRECT, Finals, Layout, finals_of, metrics_of, restricted
from analysis.load import Run
from evaluators.errors import BadData, CairnError, UnknownName

WAYS = ("all", "language", "arm")
"""To group the scores of runs."""
ENDINGS = (".csv", ".tsv", ".jsonl")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One training's error."""

    size: float
    data: float | None = None
    seed: int = 0
    error: float
    group: str = ""

    def __post_init__(self) -> None:
        for name in ("size", "data", "error"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise CairnError(f"{name} is {value}; it must be a number above 0, for its logarithm is taken")


class SizedRun(NamedTuple):
    """A run and the parameters of its encoder."""

    run: Run
    parameters: float


def read_points(path: Path) -> list[Point]:
    """The rows of a table.

    Raises:
        BadData: the file cannot be read, lacks a column, or a value is no number above 0; names the row.
    """
    if path.suffix not in ENDINGS:
        raise BadData(f"{path} is no table; give a file that ends in {', '.join(ENDINGS)}, or run folders")
    try:
        rows = list(_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise BadData(f"{path} cannot be read: {error}") from error
    return [_point(row, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]


def points_of_runs(runs: Sequence[SizedRun], *, by: str = "all", arm: str = DIRECT) -> list[Point]:
    """100 minus the zero-shot test score of every seed: of one arm's headline or languages, or of every arm.

    The data of a run are its `max_examples`, where every run has one. The source language is in no headline.

    Raises:
        CairnError: the runs have not the same tasks and languages, or lack the arm.
    """
    if by not in WAYS:
        raise UnknownName("way to group", by, WAYS)
    found = [(one, _finals(one.run)) for one in runs]
    layouts = [_zero_shot(one.run, finals) for one, finals in found]
    if odd := next(
        (one.run.path for (one, _), layout in zip(found, layouts, strict=True) if layout != layouts[0]), None
    ):
        raise CairnError(
            f"{odd} and {runs[0].run.path} were not scored on the same tasks and languages; their errors are of "
            "different things"
        )
    amounts = [one.run.resolved["training"].get("max_examples") for one in runs]
    known = None not in amounts
    points = []
    for (one, finals), layout, amount in zip(found, layouts, amounts, strict=True):
        for group, name, part in _parts(finals, layout, by, arm):
            scores = finals.by_seed(name, "test", part)
            if not scores:
                raise CairnError(f"{one.run.path} has no complete test scores of {name!r}; finish it, or name an --arm")
            points += [
                Point(
                    size=one.parameters,
                    data=float(amount) if known else None,
                    seed=seed,
                    error=100.0 - score,
                    group=group,
                )
                for seed, score in scores.items()
            ]
    return points


def _parts(finals: Finals, layout: Layout, by: str, arm: str) -> Iterator[tuple[str, str, Layout]]:
    """Group, arm, layout."""
    if by == "arm":
        yield from ((name, name, layout) for name in finals.arms)
    elif by == "all":
        yield "", arm, layout
    else:
        for code in sorted({code for codes in layout.values() for code in codes}):
            yield code, arm, restricted(layout, lambda language, wanted=code: language == wanted)  # type: ignore[misc]


def _finals(run: Run) -> Finals:
    return finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))


def _zero_shot(run: Run, finals: Finals) -> Layout:
    return restricted(finals.layout, lambda language: language != run.resolved["source_language"])


def _rows(path: Path) -> Iterable[Mapping[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return csv.DictReader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ",")


def _point(row: Mapping[str, Any], where: str) -> Point:
    try:
        return Point(
            size=float(row["size"]),
            data=float(row["data"]) if row.get("data") not in (None, "") else None,
            seed=int(row["seed"]),
            error=float(row["error"]),
            group=str(row.get("group") or ""),
        )
    except KeyError as missing:
        raise BadData(f"{where}: there is no column {missing}; a table has size, seed, error, data, group") from missing
    except (TypeError, ValueError) as error:
        raise BadData(f"{where}: {error}") from error
