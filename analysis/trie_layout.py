"""Where the tree of a search's prefixes is drawn: one column a stage, one row a trial.

Siblings stand best first, as the summary lists them (`analysis.prefixes`). A search with more trials than rows keeps
its winners, its controls and the best of the others; a prefix says how many trials below it are not drawn. Places are
in pixels. Names are set in a typewriter face, so that their widths are known without a browser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.load import Json

ROWS = 40
"""Trials that are drawn, at most."""
ROW = 21
RUNG = 13
MARGIN = 14
_HEAD = 26
_LETTER = 6.7
"""Width of a letter of the style sheet's 11 px typewriter face, rounded up."""
_GAP = 30
_NAME = 34
"""Letters of a name that are shown, at most."""


class Prefix(NamedTuple):
    """A drawn prefix."""

    row: Json
    x: float
    y: float
    label: str
    parent: int | None
    """Its place among the drawn."""
    wins: bool
    """Does the way to a winner lead through it?"""


class End(NamedTuple):
    """A drawn trial."""

    trial: Json
    prefix: int
    """The place of its plan's prefix among the drawn."""
    y: float
    arms: tuple[str, ...]
    """Winners of the finals that have its plan."""


class Drawing(NamedTuple):
    """Where everything stands."""

    prefixes: Sequence[Prefix]
    ends: Sequence[End]
    hidden: Sequence[Json]
    """Trials that are not drawn, best first."""
    columns: Sequence[float]
    """Where every depth begins."""
    track: float
    """Where the rungs begin."""
    scores: float
    """Where the scores end."""
    width: float
    height: float


def drawing(summary: Mapping[str, Any], rows: int = ROWS) -> Drawing:
    """Places of the prefixes and trials that are drawn."""
    trials = {row["trial"]: row for row in summary["trials"]}
    arms: dict[str, tuple[str, ...]] = {}
    for arm in summary["arms"]:
        if arm["winner"] and arm["trial"] is not None:
            arms[arm["trial"]] = (*arms.get(arm["trial"], ()), arm["arm"])
    kept = _kept(summary["trials"], arms, rows)
    nodes = summary["trie"]
    drawn = _through(nodes, kept)
    wins = _through(nodes, arms)
    columns = _columns(nodes, drawn)
    track = columns.pop()

    places: dict[int, int] = {}
    prefixes: list[Prefix] = []
    ends: list[End] = []
    for number, row in enumerate(nodes):
        if number not in drawn:
            continue
        places[number] = len(prefixes)
        y = _HEAD + ROW * (len(ends) + 0.5)
        parent = None if row["parent"] is None else places[row["parent"]]
        label = _label(row, row["trials"] - drawn[number])
        prefixes.append(Prefix(row, columns[row["depth"]], y, label, parent, number in wins))
        for name in row["ends"]:
            if name in kept:
                y = _HEAD + ROW * (len(ends) + 0.5)
                ends.append(End(trials[name], places[number], y, arms.get(name, ())))
    return Drawing(
        prefixes=prefixes,
        ends=ends,
        hidden=[row for row in summary["trials"] if row["trial"] not in kept],
        columns=columns,
        track=track,
        scores=(scores := track + max(RUNG * (len(summary["rungs"]) + 1), 40) + 64),
        width=scores + MARGIN + max((wide(trial_label(end)) for end in ends), default=0) + 8,
        height=_HEAD + ROW * len(ends) + 4,
    )


def _kept(trials: Sequence[Json], arms: Mapping[str, Sequence[str]], rows: int) -> set[str]:
    ranked = sorted(trials, key=lambda row: row["trial"] not in arms and row["control"] is None)
    return {row["trial"] for row in ranked[:rows]}


def _through(nodes: Sequence[Json], names: Mapping[str, object] | set[str]) -> dict[int, int]:
    """Prefix -> how many of these trials pass through it; prefixes without any are left out."""
    counts: Counter[int] = Counter()
    for number in reversed(range(len(nodes))):
        counts[number] += sum(name in names for name in nodes[number]["ends"])
        if nodes[number]["parent"] is not None:
            counts[nodes[number]["parent"]] += counts[number]
    return {number: count for number, count in counts.items() if count}


def _columns(nodes: Sequence[Json], drawn: Mapping[int, int]) -> list[float]:
    """Where every depth begins, and behind the last one where the rungs do."""
    widths: dict[int, float] = {}
    for number, count in drawn.items():
        row = nodes[number]
        widths[row["depth"]] = max(widths.get(row["depth"], 0.0), wide(_label(row, row["trials"] - count)))
    places = [10.0]
    for depth in range(max(widths, default=0) + 1):
        places.append(places[-1] + widths.get(depth, 0.0) + _GAP)
    return places


def _label(row: Json, hidden: int) -> str:
    return _short(row["stage"]) + (f" +{hidden}" if hidden and row["stage"] else "")


def trial_label(end: End) -> str:
    """The trial's name, and what it is beside that."""
    beside = [*end.arms, *([end.trial["control"]] if end.trial["control"] else [])]
    return _short(" · ".join([end.trial["trial"], *beside]))


def _short(name: str) -> str:
    """A name of at most so many letters; the end stays, where a stage has its learning rate."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 9]}…{name[-8:]}"


def wide(text: str) -> float:
    """Pixels."""
    return _LETTER * len(text)
