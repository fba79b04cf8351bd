"""Dot-and-interval strips: one small SVG a table row, all on one scale, so that a table is a figure too. And paths:
lines from stage to stage.

Coordinates are percentages of the width, sizes are pixels: a strip fills its table cell on any screen without its
text or dots being scaled. Colours come from the page's style sheet, which knows light, dark and paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from markupsafe import Markup

from analysis.numbers import MINUS, told

_MARGIN = 6.0
"""Percent kept free on both sides, for dots and tick labels."""
_ROW_PIXELS = 13
_PATH_PIXELS = 150
_STEPS = (1.0, 2.0, 5.0, 10.0)


class Scale(NamedTuple):
    """The range of a figure in points, and where its ticks are."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Percent of the width."""
        return _MARGIN + (100 - 2 * _MARGIN) * (value - self.low) / (self.high - self.low)


class Mark(NamedTuple):
    """One dot, with its interval where there is one; `style` is a class of the style sheet."""

    mean: float
    low: float | None
    high: float | None
    style: str
    told: str = ""
    """All digits, the interval and the seeds, for who points at it."""


def marks(estimates: Iterable[Mapping[str, Any] | None]) -> list[Mark]:
    """Marks of estimates from the summary, styled by their place; a missing one leaves its place empty."""
    return [
        Mark(found["mean"], found["low"], found["high"], f"series-{place}", told(found))
        for place, found in enumerate(estimates)
        if found is not None
    ]


def scale_of(rows: Iterable[Sequence[Mark]], *, with_zero: bool) -> Scale:
    """A round scale that holds all dots and, as far as they do not crowd the dots out, all intervals."""
    shown = [mark for row in rows for mark in row]
    if not shown:
        return Scale(-1.0, 1.0, (-1.0, 0.0, 1.0))
    dots = [mark.mean for mark in shown] + ([0.0] if with_zero else [])
    room = max(2.0 * (max(dots) - min(dots)), 1.0)
    ends = [end for mark in shown for end in (mark.low, mark.high) if end is not None]
    low = max(min([*dots, *ends]), min(dots) - room)
    high = min(max([*dots, *ends]), max(dots) + room)
    step = _step((high - low) / 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return Scale(first * step, last * step, tuple(round(place * step, 10) for place in range(first, last + 1)))


def strip(scale: Scale, row: Sequence[Mark], label: str) -> Markup:
    """The strip of one table row. Intervals that leave the scale are cut at its ends and lose their caps."""
    height = _ROW_PIXELS * max(1, len(row)) + 5
    parts = [_grid(scale, height)]
    for place, mark in enumerate(row):
        y = 2.5 + _ROW_PIXELS * (place + 0.5)
        dot = Markup('<circle class="{}" cx="{:.2f}%" cy="{}" r="4"/>').format(mark.style, scale.place(mark.mean), y)
        parts.append(
            Markup('<g class="exact"><title>{}</title>{}{}</g>').format(mark.told, _interval(scale, mark, y), dot)
        )
    return Markup('<svg class="strip" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        label, height, Markup("").join(parts)
    )


def path(scale: Scale, headline: Sequence[Mark | None], others: Sequence[Sequence[Mark | None]], label: str) -> Markup:
    """Values at one place after another, from left to right: a thick line with intervals, and thin ones behind it.

    A place without a value interrupts its line.
    """
    top, room = 8, _PATH_PIXELS - 16

    def y(value: float) -> float:
        return top + room * (scale.high - min(max(value, scale.low), scale.high)) / (scale.high - scale.low)

    def x(place: int) -> float:
        return 12 + 82 * place / max(1, len(headline) - 1)

    drawn = Markup('<line class="{}" x1="{:.2f}%" x2="{:.2f}%" y1="{:.1f}" y2="{:.1f}"/>')
    parts = []
    for tick in scale.ticks:
        parts.append(drawn.format("zero" if tick == 0 else "tick", 10.0, 96.0, y(tick), y(tick)))
        text = f"{tick:g}".replace("-", "\u2212")
        parts.append(Markup('<text x="8%" y="{:.1f}" text-anchor="end">{}</text>').format(y(tick) + 4, text))
    for line, style in [*((one, "faint") for one in others), (headline, "series-0")]:
        for place, (one, other) in enumerate(pairwise(line)):
            if one is not None and other is not None:
                parts.append(drawn.format(style, x(place), x(place + 1), y(one.mean), y(other.mean)))
    for place, mark in enumerate(headline):
        if mark is not None and mark.low is not None and mark.high is not None:
            parts.append(drawn.format("series-0", x(place), x(place), y(mark.low), y(mark.high)))
        if mark is not None:
            dot = Markup('<circle class="series-0" cx="{:.2f}%" cy="{:.1f}" r="4"/>')
            parts.append(dot.format(x(place), y(mark.mean)))
    return Markup('<svg class="strip" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        label, _PATH_PIXELS, Markup("").join(parts)
    )


def axis(scale: Scale) -> Markup:
    """The tick labels, for the figure's head; in words for who cannot see them."""
    labels = [
        Markup('<text x="{:.2f}%" y="12" text-anchor="middle">{}</text>').format(scale.place(tick), _plainly(tick))
        for tick in scale.ticks
    ]
    return Markup(
        '<span class="unseen">drawn from {} to {}</span>'
        '<svg class="strip" aria-hidden="true" width="100%" height="16">{}</svg>'
    ).format(_plainly(scale.low), _plainly(scale.high), Markup("").join(labels))


def _plainly(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _grid(scale: Scale, height: int) -> Markup:
    lines = [
        Markup('<line class="{}" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="{}"/>').format(
            "zero" if tick == 0 else "tick", height, x=scale.place(tick)
        )
        for tick in scale.ticks
    ]
    return Markup("").join(lines)


def _interval(scale: Scale, mark: Mark, y: float) -> Markup:
    if mark.low is None or mark.high is None:
        return Markup("")
    low, high = max(mark.low, scale.low), min(mark.high, scale.high)
    line = Markup('<line class="{}" x1="{:.2f}%" x2="{:.2f}%" y1="{}" y2="{}"/>').format(
        mark.style, scale.place(low), scale.place(high), y, y
    )
    caps = [
        Markup('<line class="{}" x1="{x:.2f}%" x2="{x:.2f}%" y1="{}" y2="{}"/>').format(
            mark.style, y - 3, y + 3, x=scale.place(end)
        )
        for end in (mark.low, mark.high)
        if scale.low <= end <= scale.high
    ]
    return line + Markup("").join(caps)


def _step(width: float) -> float:
    """The round number next above a width."""
    power = 10.0 ** math.floor(math.log10(width)) if width > 0 else 1.0
    return next(step * power for step in _STEPS if step * power >= width * (1 - 1e-9))
