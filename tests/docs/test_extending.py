"""The worked examples of docs/extending.md are done as they stand there, and that of docs/api.md on their run."""

import json
from collections.abc import Callable
from typing import Any


def test_everything_on_the_page_works_as_written(
    read_page: Callable[[str], Any], examples_of: Callable[[str], list[Any]]
) -> None:
    reader = read_page("extending.md")
    summary = json.loads((reader.folder / "runs" / "reviews" / "summary.json").read_text())
    assert {arm["arm"] for arm in summary["arms"]} == {"direct", "topic alone"}
    assert all(arm["test"]["n"] == 2 for arm in summary["arms"])
    assert summary["headline"] == {"polarity": ["en", "fr"]}  # de is a pivot

    reader.do(*examples_of("api.md"))
    printed = reader.run("python results.py runs/reviews")
    assert "topic alone  polarity  accuracy" in printed
    assert "t0001 (direct) {" in printed
