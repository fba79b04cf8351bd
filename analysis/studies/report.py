"""A study's page: the question, the answer, what would have counted as one, and the tables."""

from __future__ import annotations

from pathlib import Path

from analysis.columns import columns
from analysis.load import Json
from analysis.pages import put, put_json, templates


def write_study(folder: Path, summary: Json) -> Path:
    """Write `summary.json` and `report.html`; gives the page's path."""
    put_json(folder / "summary.json", summary)
    page = folder / "report.html"
    put(page, templates().get_template("study.html.j2").render(study=summary))
    return page


def study_text(summary: Json) -> str:
    """The same for a terminal."""
    parts = [summary["question"], summary["answer"]]
    for table in summary["tables"]:
        cells = [table["columns"], *([cell["text"] for cell in row] for row in table["rows"])]
        parts.append(f"{table['title']}\n{columns(cells)}")
    return "\n\n".join(parts)
