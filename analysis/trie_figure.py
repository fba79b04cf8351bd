"""The tree of a search's prefixes as a figure: what was trained after what, and at which rung every trial stopped.

Places come from `analysis.trie_layout`, colours from the page's style sheet. Every mark says its exact numbers, in a
title for who points at it and in a label for who listens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from analysis.load import COMPLETED, FAILED, RUNNING, STOPPED, Json
from analysis.numbers import NONE, exact, score
from analysis.trie_layout import MARGIN, ROW, RUNG, Drawing, End, Prefix, trial_label, wide

_ENDED = {
    COMPLETED: "reached the end",
    STOPPED: "was stopped early",
    FAILED: "failed",
    RUNNING: "did not end",
}


def trie(drawn: Drawing, summary: Mapping[str, Any]) -> Markup:
    """The figure, as inline SVG."""
    selector, rungs = summary["selector"], summary["rungs"]
    parts = [
        _head(drawn, selector),
        *(_leader(drawn, end) for end in drawn.ends),
        *(_edge(drawn, one) for one in sorted(drawn.prefixes, key=lambda one: one.wins)),
        *(_prefix(one, selector, len(rungs)) for one in drawn.prefixes),
        *(_end(drawn, end, selector, rungs) for end in drawn.ends),
    ]
    return Markup(
        '<svg class="trie" role="group" aria-label="{}" width="{w:g}" height="{h:g}" viewBox="0 0 {w:g} {h:g}">{}</svg>'
    ).format("The tree of prefixes, and how far each trial got", Markup("").join(parts), w=drawn.width, h=drawn.height)


def left_out(drawn: Drawing) -> str:
    """What the figure does not show, in words; nothing if it shows all."""
    if not drawn.hidden:
        return ""
    by_end = Counter((row["status"], row["rung"]) for row in drawn.hidden)
    told = [
        f"{count} {_ENDED[status]}{'' if rung is None else f' at rung {rung}'}"
        for (status, rung), count in sorted(by_end.items(), key=lambda item: -item[1])
    ]
    return f"{len(drawn.hidden)} of {len(drawn.hidden) + len(drawn.ends)} trials are not drawn: {', '.join(told)}."


def _head(drawn: Drawing, selector: str) -> Markup:
    words = [(x - 4, "start", f"stage {depth}") for depth, x in enumerate(drawn.columns) if depth]
    words += [
        (drawn.track, "start", "rungs"),
        (drawn.scores, "end", selector),
        (drawn.scores + MARGIN, "start", "trial"),
    ]
    return Markup("").join(
        Markup('<text class="head" x="{:g}" y="13" text-anchor="{}">{}</text>').format(x, anchor, text)
        for x, anchor, text in words
    )


def _edge(drawn: Drawing, one: Prefix) -> Markup:
    if one.parent is None:
        return Markup("")
    above = drawn.prefixes[one.parent]
    return Markup('<path class="edge{}" d="M{:g} {:g}H{:g}V{:g}H{:g}"/>').format(
        " wins" if one.wins else "", _behind(above), above.y, one.x - 14, one.y, one.x - 4
    )


def _leader(drawn: Drawing, end: End) -> Markup:
    """From a prefix, or from below its mark, to the rungs of a trial that ends there."""
    prefix = drawn.prefixes[end.prefix]
    start = f"M{_behind(prefix):g} {end.y:g}" if end.y == prefix.y else f"M{prefix.x:g} {prefix.y + 4:g}V{end.y:g}"
    return Markup('<path class="leader" d="{}H{:g}"/>').format(start, drawn.track - 6)


def _behind(prefix: Prefix) -> float:
    return prefix.x + (wide(prefix.label) + 11 if prefix.label else 4)


def _prefix(one: Prefix, selector: str, rungs: int) -> Markup:
    whole = one.row["best"] is not None and one.row["best"]["rung"] == rungs - 1
    return Markup(
        '<g class="exact prefix{}{}" role="img" aria-label="{tip}"><title>{tip}</title>'
        '<circle cx="{x:g}" cy="{y:g}" r="3.5"/><text x="{:g}" y="{:g}">{}</text></g>'
    ).format(
        " whole" if whole else "",
        " wins" if one.wins else "",
        one.x + 9,
        one.y + 4,
        one.label,
        tip=_prefix_told(one.row, selector),
        x=one.x,
        y=one.y,
    )


def _end(drawn: Drawing, end: End, selector: str, rungs: Sequence[Json]) -> Markup:
    trial = end.trial
    return Markup(
        '<g class="exact end {}{}" role="img" aria-label="{tip}"><title>{tip}</title>'
        '<rect class="ground" x="{:g}" y="{:g}" width="{:g}" height="{}"/>{}'
        '<text x="{:g}" y="{y:g}" text-anchor="end">{}</text><text x="{:g}" y="{y:g}">{}</text></g>'
    ).format(
        trial["status"],
        " wins" if end.arms else "",
        drawn.track - 5,
        end.y - ROW / 2,
        drawn.width - drawn.track + 5,
        ROW,
        _rungs(drawn.track, end, len(rungs)),
        drawn.scores,
        score(trial["selectors"].get(selector)),
        drawn.scores + MARGIN,
        trial_label(end),
        tip=_trial_told(end, selector, rungs),
        y=end.y + 4,
    )


def _rungs(left: float, end: End, count: int) -> Markup:
    """A square for every rung reached, a dot for every other, and between them why it ended there."""
    reached = -1 if end.trial["rung"] is None else end.trial["rung"]
    parts = [
        Markup('<rect class="reached" x="{:g}" y="{:g}" width="8" height="8"/>').format(left + RUNG * rung, end.y - 4)
        if rung <= reached
        else Markup('<circle class="ahead" cx="{:g}" cy="{:g}" r="1.4"/>').format(left + RUNG * rung + 4, end.y)
        for rung in range(count)
    ]
    x, status = left + RUNG * (reached + 1), end.trial["status"]
    if status != COMPLETED:
        parts.append(ending(status, x - 2.5 if status == STOPPED else x + 4, end.y))
    return Markup("").join(parts)


def ending(status: str, x: float, y: float) -> Markup:
    """The sign for an end before the last rung: a bar, a cross, or an open diamond; for the figure and its key."""
    shapes = {
        STOPPED: f"M{x:g} {y - 6:g}V{y + 6:g}",
        FAILED: f"M{x - 4:g} {y - 4:g}L{x + 4:g} {y + 4:g}M{x - 4:g} {y + 4:g}L{x + 4:g} {y - 4:g}",
        RUNNING: f"M{x - 4.5:g} {y:g}L{x:g} {y - 4.5:g}L{x + 4.5:g} {y:g}L{x:g} {y + 4.5:g}Z",
    }
    return Markup('<path class="ending {}" d="{}"/>').format(status, shapes[status])


def _prefix_told(row: Json, selector: str) -> str:
    ended = [f"{row[status]} {words}" for status, words in _ENDED.items() if row[status]]
    parts = [
        f"{row['prefix']} ({row['steps']} steps in its last stage)" if row["prefix"] else "the encoder",
        f"{row['trials']} trial{' passes' if row['trials'] == 1 else 's pass'} through it: {', '.join(ended)}",
    ]
    if best := row["best"]:
        parts.append(
            f"the furthest and best: {best['trial']}, rung {best['rung']}, {selector} {_exactly(best['score'])}"
        )
    return "; ".join(parts)


def _trial_told(end: End, selector: str, rungs: Sequence[Json]) -> str:
    trial = end.trial
    parts = [", ".join([trial["trial"], *end.arms, *([trial["control"]] if trial["control"] else [])])]
    parts[0] += f": {trial['plan']}"
    reached = "at no rung" if trial["rung"] is None else f"at rung {trial['rung']}"
    scale = "" if trial["rung"] is None else f" (× {rungs[trial['rung']]['target_scale']:g})"
    parts.append(f"{_ENDED[trial['status']]}, {reached}{scale}")
    found = sorted(trial["selectors"].items(), key=lambda item: item[0] != selector)
    parts += [f"{name} {_exactly(value)}" for name, value in found]
    return "; ".join([*parts, f"one seed ({trial['seed']}), so no interval"])


def _exactly(value: float | None) -> str:
    return NONE if value is None else exact(value)
