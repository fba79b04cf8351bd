"""What docs/costs.md says a plan costs is what `cairn plan` prints, and its other figures follow from that."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.stages.disk import stage_bytes
from trainables.encoder_source import EncoderSource
from trainables.settings import Training

PAGE = (Path(__file__).parents[2] / "docs" / "costs.md").read_text()


@pytest.fixture
def reader(read_page: Callable[[str], Any]) -> Any:
    """The page's commands were given, and printed what it shows."""
    return read_page("costs.md")


def test_the_page_shows_what_is_printed_and_its_rate_is_that_of_the_stages(reader: Any) -> None:
    run = reader.folder / "run"
    run.mkdir()
    rows = [{"examples": 300, "seconds": 2.0}, {"phase": "final"}, {"examples": 100, "seconds": 3.0}]
    (run / "stages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = subprocess.run([sys.executable, "rate.py", "run"], cwd=reader.folder, capture_output=True, text=True)
    assert float(said.stdout) == (300 + 100) / (2 + 3)


def test_the_figures_in_the_text_follow_from_the_table() -> None:
    one, eight = (float(price) for price in re.findall(r"^ +price +([\d.]+)", PAGE, re.MULTILINE))
    assert f"Eight workers cost {100 * (eight / one - 1):.1f} % more than one" in PAGE
    hours = [float(found) for found in re.findall(r"\d workers? +([\d.]+)", PAGE)]
    assert f"after {hours[1]:.0f} hours instead of {hours[0]:.0f}" in PAGE
    encoder = EncoderSource(name="FacebookAI/xlm-roberta-base")
    sizes = [stage_bytes(encoder, Training(schedule=name), None) / 1e9 for name in ("constant", "linear")]
    assert f"so {sizes[0]:.1f} GB or {sizes[1]:.1f} GB" in PAGE
