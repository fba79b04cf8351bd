"""How numbers are written: the same in the answer, the page and the terminal. A gain always carries its sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NONE = "–"
MINUS = "\u2212"


def score(value: float | None) -> str:
    """A score in percent."""
    return NONE if value is None else f"{value:.2f}".replace("-", MINUS)


def signed(value: float | None) -> str:
    """A difference in points, `+0.00` if it rounds to nothing."""
    return NONE if value is None else f"{round(value, 2) + 0.0:+.2f}".replace("-", MINUS)


def interval(found: Mapping[str, Any]) -> str:
    """`+0.91 to +2.70`, or a dash where there is none."""
    return NONE if found["low"] is None else f"{signed(found['low'])} to {signed(found['high'])}"


def half_width(found: Mapping[str, Any]) -> str:
    """`± 0.90`, or nothing where there is no interval."""
    return "" if found["low"] is None else f"± {(found['high'] - found['low']) / 2:.2f}"


def probability(value: float, letter: str = "p") -> str:
    """`p = 0.04`, `p = 0.0031`, `p < 0.0001`."""
    if value < 0.0001:
        return f"{letter} < 0.0001"
    return f"{letter} = {value:.4f}" if value < 0.01 else f"{letter} = {value:.2f}"


def count(value: float | None) -> str:
    """A count with thin spaces between thousands."""
    return NONE if value is None else f"{value:,.0f}".replace(",", "\u202f")


def duration(seconds: float | None) -> str:
    """`43 s`, `12 min 5 s` or `3 h 4 min`."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
