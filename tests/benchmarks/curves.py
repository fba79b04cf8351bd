"""Curves over budgets as one SVG: a panel for each kind of landscape, bars of one standard error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 300, 240, 36, 26, 26
COLOURS = ("#b30000", "#999999", "#555555", "#8da0cb", "#1f5fa8", "#2a8c4a", "#a6761d", "#7a4fa3")
HIGH = 1.0

Points = Sequence[tuple[float, float]]


def curves_svg(panels: Mapping[str, Mapping[str, Points]], budgets: Sequence[int], *, low: float = 0.4) -> str:
    """Panels side by side from `low` to 1, the legend below; a point is (mean, standard error)."""
    names = list(next(iter(panels.values())))
    width, height = WIDTH * len(panels), HEIGHT + 20 * math.ceil(len(names) / 3) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{width}" height="{height}" fill="#ffffff"/>'
    ]
    for number, (title, curves) in enumerate(panels.items()):
        parts.append(f'<g transform="translate({number * WIDTH} 0)">{_panel(title, curves, budgets, low)}</g>')
    for number, name in enumerate(names):
        x, y = LEFT + (number % 3) * width / 3, HEIGHT + 18 + 20 * (number // 3)
        parts.append(f'<line x1="{x}" x2="{x + 24}" y1="{y}" y2="{y}" {_stroke(number)}/>')
        parts.append(f'<text x="{x + 30}" y="{y + 4}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _panel(title: str, curves: Mapping[str, Points], budgets: Sequence[int], low: float) -> str:
    right, bottom = WIDTH - 10, HEIGHT - BOTTOM
    parts = [f'<text x="{LEFT}" y="16" font-weight="bold">{title}</text>']
    for tenth in range(round(10 * low), round(10 * HIGH) + 1, 2):
        y = _y(tenth / 10, low)
        parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for budget in budgets:
        parts.append(f'<text x="{_x(budget, budgets):.1f}" y="{bottom + 16}" text-anchor="middle">{budget}</text>')
    for number, points in enumerate(curves.values()):
        places = [(_x(budget, budgets), mean, error) for budget, (mean, error) in zip(budgets, points, strict=True)]
        line = " ".join(f"{x:.1f},{_y(mean, low):.1f}" for x, mean, _ in places)
        parts.append(f'<polyline points="{line}" fill="none" {_stroke(number)}/>')
        for x, mean, error in places:
            below, above = _y(mean - error, low), _y(mean + error, low)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{below:.1f}" y2="{above:.1f}" {_stroke(number)}/>')
    return "".join(parts)


def _stroke(number: int) -> str:
    return f'stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="{2.5 if number == 0 else 1.3}"'


def _x(budget: int, budgets: Sequence[int]) -> float:
    share = math.log(budget / budgets[0]) / math.log(budgets[-1] / budgets[0])
    return LEFT + 12 + share * (WIDTH - 10 - LEFT - 24)


def _y(value: float, low: float) -> float:
    return TOP + (HIGH - min(max(value, low), HIGH)) / (HIGH - low) * (HEIGHT - BOTTOM - TOP)
