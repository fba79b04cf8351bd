"""Where a gain comes from: an overall gain as a sum over groups of tasks.

The overall score is a plain mean over tasks, so each task brings its own gain over their number, and groups bring what
their tasks bring. A task that stands in two groups counts in the first; one that stands in none is its own group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 0.005
"""Points; below it a share of the gain would say nothing."""


@dataclass(frozen=True, kw_only=True)
class GroupShare:
    """What one group brings."""

    group: str
    tasks: tuple[str, ...]
    points: float
    """Of the overall gain; groups add up to it."""
    share: float | None
    """Of the overall gain; None where that is next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """A gain, and its parts, largest first."""

    gain: float
    parts: tuple[GroupShare, ...]

    def share_of(self, group: str) -> float | None:
        """The share of one group; None where there is none."""
        return next((part.share for part in self.parts if part.group == group), None)


def decompose(
    ours: Mapping[str, float], theirs: Mapping[str, float], groups: Mapping[str, Sequence[str]]
) -> Decomposition | None:
    """The gain of one set of task scores over another, over the tasks that both have; None if they share none."""
    shared = [task for task in ours if task in theirs]
    if not shared:
        return None
    points = {task: (ours[task] - theirs[task]) / len(shared) for task in shared}
    gain = sum(points.values())
    members: dict[str, list[str]] = {}
    for task in shared:
        group = next((name for name, tasks in groups.items() if task in tasks), task)
        members.setdefault(group, []).append(task)
    parts = [
        GroupShare(
            group=group,
            tasks=tuple(tasks),
            points=sum(points[task] for task in tasks),
            share=sum(points[task] for task in tasks) / gain if abs(gain) >= SMALLEST else None,
        )
        for group, tasks in members.items()
    ]
    return Decomposition(gain=gain, parts=tuple(sorted(parts, key=lambda part: -abs(part.points))))


def decomposition_text(found: Decomposition) -> str:
    """A table: group, points, share, tasks."""
    rows = [("group", "points", "share", "tasks")]
    rows += [
        (
            part.group,
            f"{part.points:+.2f}",
            "" if part.share is None else f"{100 * part.share:.0f} %",
            ", ".join(part.tasks),
        )
        for part in found.parts
    ]
    rows.append(("all", f"{found.gain:+.2f}", "" if abs(found.gain) < SMALLEST else "100 %", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows
    )
