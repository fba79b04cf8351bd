"""The report: `summary.json` with every number, and `report.html`, one file that needs nothing else to be read.

The page is set from the summary alone, by `templates/report.html.j2`; nothing is computed there but places in figures.
Both files are replaced in one atomic step each, so that a reader never sees half a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analysis import figures, numbers, trie_figure, trie_layout
from analysis.load import Json, load
from analysis.pages import put, put_json, templates
from analysis.summary import summarise


class ResultsTable(NamedTuple):
    """The results in text cells, for the terminal."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def build_report(run: Path) -> Path:
    """Write `summary.json` and `report.html` into the run folder; gives the page's path.

    Raises:
        CairnError: the folder holds no run, or its files are damaged.
    """
    summary = summarise(load(run))
    put_json(run / "summary.json", summary)
    page = run / "report.html"
    put(page, render(summary))
    return page


def read_summary(run: Path) -> Json:
    """The numbers that `build_report` wrote."""
    summary: Json = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return summary


def render(summary: Json) -> str:
    """The page as text."""
    environment = templates()
    drawing = {name: getattr(figures, name) for name in ("marks", "scale_of", "strip", "axis", "path")}
    environment.globals.update(drawing)
    environment.globals.update(
        trie_drawing=trie_layout.drawing,
        trie_figure=trie_figure.trie,
        trie_ending=trie_figure.ending,
        trie_left_out=trie_figure.left_out,
    )
    return environment.get_template("report.html.j2").render(summary=summary)


def results_table(summary: Mapping[str, Any]) -> ResultsTable:
    """One row an arm of the finals: its plan, test and dev headline, gain over direct and that gain's interval."""
    rows = [
        (
            arm["arm"],
            arm["plan"],
            numbers.score(arm["test"] and arm["test"]["mean"]),
            numbers.signed(arm["gain"]["headline"] and arm["gain"]["headline"]["mean"]),
            numbers.interval(arm["gain"]["headline"]) if arm["gain"]["headline"] else numbers.NONE,
            numbers.score(arm["dev"] and arm["dev"]["mean"]),
            str(arm["test"]["n"] if arm["test"] else 0),
        )
        for arm in summary["arms"]
    ]
    return ResultsTable(
        caption="Mean over tasks of the mean over languages, in percent; gain over direct, paired by seed",
        columns=("arm", "plan", "test", "gain", "95 % interval", "dev", "seeds"),
        rows=rows,
    )
