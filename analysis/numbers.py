"""How numbers are written: the same in the answer, the page and the terminal. A gain always carries its sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
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
    return "" if found["half_width"] is None else f"± {found['half_width']:.2f}"


def exact(value: float) -> str:
    """All digits."""
    return str(value).replace("-", MINUS)


def told(found: Mapping[str, Any]) -> str:
    """An estimate in all its digits, with its interval, its seeds and each seed's value, where it has them."""
    parts = [exact(found["mean"])]
    if found["low"] is not None:
        share = 100 * found.get("confidence", 0.95)
        parts.append(f"{share:g}\u00a0% interval {exact(found['low'])} to {exact(found['high'])}")
    if (seeds := found.get("n", found.get("seeds"))) is not None:
        seeds = seeds if isinstance(seeds, int) else len(seeds)
        parts.append(f"{seeds} seed{', so no interval' if seeds == 1 else 's'}")
    if "items" in found:
        parts.append(f"{count(found['items'])} test items")
    parts += [f"seed {seed}: {exact(value)}" for seed, value in found.get("by_seed", {}).items()]
    return "; ".join(parts)


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


def moment(seconds: float) -> str:
    """A moment after the epoch, by universal time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
