"""What a study says: one sentence first, then the tables behind it. Plain values, set out by a page and a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from analysis.load import Json
from analysis.numbers import MINUS, NONE, interval, score, signed
from analysis.statistics import Estimate


class Cell(NamedTuple):
    """What is shown, and the number behind it."""

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None


class Table(NamedTuple):
    """One table: cells by row, as many as there are columns."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]

    def as_json(self) -> Json:
        """Plain values."""
        rows = [[cell._asdict() for cell in row] for row in self.rows]
        return {"title": self.title, "note": self.note, "columns": list(self.columns), "rows": rows}


class Answer(NamedTuple):
    """A study's answer."""

    sentence: str
    """Answers the question, or says that the data cannot."""
    settled: bool
    tables: Sequence[Table]
    numbers: dict[str, Any]
    """Everything computed, unrounded."""

    def as_json(self) -> Json:
        """Plain values."""
        tables = [table.as_json() for table in self.tables]
        return {"answer": self.sentence, "settled": self.settled, "tables": tables, "numbers": self.numbers}


def text(value: str) -> Cell:
    """Words."""
    return Cell(value)


def number(value: float | None, form: str = ",.0f") -> Cell:
    """A plain number."""
    return Cell(NONE if value is None else format(value, form).replace("-", MINUS), value)


def scored(found: Estimate | None) -> Cell:
    """A score in percent with its interval."""
    if found is None:
        return Cell(NONE)
    wide = "" if found.low is None or found.high is None else f" ± {(found.high - found.low) / 2:.2f}"
    return Cell(score(found.mean) + wide, found.mean, found.low, found.high, found.n)


def gained(found: Estimate | None) -> Cell:
    """A difference in points with its interval."""
    if found is None:
        return Cell(NONE)
    wide = "" if found.low is None else f" ({interval(found._asdict())})"
    return Cell(signed(found.mean) + wide, found.mean, found.low, found.high, found.n)


def said(found: Estimate, unit: str = "points") -> str:
    """A difference in words: `+1.20 points (95 % interval +0.40 to +2.00)`."""
    wide = "one seed, so no interval" if found.low is None else f"95\u00a0% interval {interval(found._asdict())}"
    return f"{signed(found.mean)} {unit} ({wide})"
