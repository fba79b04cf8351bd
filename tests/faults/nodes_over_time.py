"""Nodes over time as one SVG: beside them what is worked on and what waits for a place, and when nodes were killed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 820, 250, 34, 34, 40
NODES, WORKING, WAITING, KILLED = "#c9d8ea", "#1f5fa8", "#a6761d", "#b30000"

Steps: TypeAlias = Sequence[tuple[float, int]]
"""(second, from then on so many)."""


class Course(NamedTuple):
    """What is drawn; all times in seconds since the study began."""

    nodes: Steps
    working: Steps
    waiting: Steps
    kills: Sequence[float]
    ends: Mapping[str, float]


def nodes_svg(course: Course) -> str:
    """Nodes as an area, what works and what waits as lines, kills as crosses, ends of phases as dashed lines."""
    last = course.nodes[-1][0]
    most = max(count for steps in (course.nodes, course.working, course.waiting) for _, count in steps)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="11"><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    ]
    corners = f"{_path(course.nodes, last, most)} {_x(last, last):.1f},{_y(0, most):.1f} {LEFT},{_y(0, most):.1f}"
    parts.append(f'<polygon points="{corners}" fill="{NODES}"/>')
    for count in range(most + 1):
        y = _y(count, most)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{count}</text>')
    for second in range(0, int(last) + 1, 20):
        parts.append(f'<text x="{_x(second, last):.1f}" y="{HEIGHT - 22}" text-anchor="middle">{second} s</text>')
    for name, second in course.ends.items():
        x = _x(second, last)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - 4}" {_DASHED}/>')
        parts.append(f'<text x="{x - 4:.1f}" y="{HEIGHT - 6}" text-anchor="end" fill="#555555">{name} ends</text>')
    for steps, colour in ((course.waiting, WAITING), (course.working, WORKING)):
        parts.append(f'<polyline points="{_path(steps, last, most)}" fill="none" stroke="{colour}" {_LINE}/>')
    parts += [f'<path d="{_cross(_x(second, last), TOP - 6)}" {_CROSS}/>' for second in course.kills]
    return "\n".join([*parts, *_legend(), "</svg>\n"])


_DASHED = 'stroke="#555555" stroke-dasharray="4 3"'
_LINE = 'stroke-width="1.8"'
_CROSS = f'stroke="{KILLED}" stroke-width="2"'


def _legend() -> list[str]:
    parts = [f'<rect x="{LEFT}" y="6" width="24" height="10" fill="{NODES}"/><text x="{LEFT + 30}" y="15">nodes</text>']
    for x, colour, name in ((110, WORKING, "at work"), (205, WAITING, "waiting for a place")):
        parts.append(f'<line x1="{x}" x2="{x + 24}" y1="11" y2="11" stroke="{colour}" {_LINE}/>')
        parts.append(f'<text x="{x + 30}" y="15">{name}</text>')
    parts.append(f'<path d="{_cross(372, 11)}" {_CROSS}/><text x="384" y="15">a node is killed</text>')
    return parts


def _path(steps: Steps, last: float, most: int) -> str:
    points, before = [], steps[0][1]
    for second, count in steps:
        if count != before:
            points += [(second, before), (second, count)]
        before = count
    points = [(steps[0][0], steps[0][1]), *points, (last, before)]
    return " ".join(f"{_x(second, last):.1f},{_y(count, most):.1f}" for second, count in points)


def _cross(x: float, y: float) -> str:
    return f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"


def _x(second: float, last: float) -> float:
    return LEFT + second / last * (WIDTH - 10 - LEFT)


def _y(count: float, most: int) -> float:
    return HEIGHT - BOTTOM - count / most * (HEIGHT - BOTTOM - TOP)
