"""The worked examples of docs/extending.md are done as they stand there."""

import json
from collections.abc import Callable
from typing import Any


def test_everything_on_the_page_works_as_written(read_page: Callable[[str], Any]) -> None:
    reader = read_page("extending.md")
    summary = json.loads((reader.folder / "runs" / "reviews" / "summary.json").read_text())
    assert {arm["arm"] for arm in summary["arms"]} == {"direct", "topic alone"}
    assert all(arm["test"]["n"] == 2 for arm in summary["arms"])
    assert summary["headline"] == {"polarity": ["en", "fr"]}  # de is a pivot
