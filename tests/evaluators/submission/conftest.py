"""A complete small submission of either suite, with its labels, as files."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.submission.layout import Form, Layout, Sheet, layout_of
from evaluators.suite import Suite
from evaluators.suites import XTREME, XTREME_R

ITEMS = 8
ANSWERS = ("the Denver Broncos", "Ada", "丹佛野马", "في القاهرة", "", "a, an; the", "ein Haus")


def make_submission(root: Path, suite: Suite) -> tuple[Path, Path]:
    """Folders of predictions, right now and then, and of labels."""
    predictions, labels = root / suite.name / "predictions", root / suite.name / "labels"
    for sheet in layout_of(suite).sheets.values():
        for language in sheet.languages:
            rng = random.Random(f"{sheet.task} {language}")
            answers, gold = contents(sheet, rng)
            for folder, text in ((predictions, answers), (labels, gold)):
                path = folder / sheet.file(language)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
    return predictions, labels


def contents(sheet: Sheet, rng: random.Random) -> tuple[str, str]:
    """Predictions and labels of one file."""
    if sheet.form is Form.LABELS:
        return two(lambda: lines(rng.choice(sheet.labels) for _ in range(ITEMS)))
    if sheet.form is Form.PLACES:
        return two(lambda: lines(rng.randrange(ITEMS) for _ in range(ITEMS)))
    if sheet.form is Form.CHOICES:
        return two(lambda: lines(json.dumps({"label": rng.randrange(2)}) for _ in range(ITEMS)))
    if sheet.form is Form.PAIRS:
        return two(lambda: lines(f"f-{rng.randrange(9)}\te-{rng.randrange(9)}" for _ in range(ITEMS)))
    if sheet.form is Form.TAGS:
        lengths = [rng.randint(1, 6) for _ in range(ITEMS)]
        return two(lambda: "\n".join(lines(rng.choice(sheet.labels) for _ in range(length)) for length in lengths))
    names = [f"id-{number}" for number in range(ITEMS)]
    if sheet.form is Form.ANSWERS:
        articles = [{"paragraphs": [{"qas": [question(name, rng) for name in names]}]}]
        return json.dumps({name: rng.choice(ANSWERS) for name in names}), json.dumps({"data": articles})
    rankings = {name: rng.sample(["Q1", "Q2", "Q3", "Q4"], 3) for name in names}
    return json.dumps(rankings), json.dumps({name: ["Q1"] for name in names})


def question(name: str, rng: random.Random) -> dict[str, object]:
    return {"id": name, "answers": [{"text": rng.choice(ANSWERS), "answer_start": 0} for _ in range(rng.randint(1, 3))]}


def two(make: Callable[[], str]) -> tuple[str, str]:
    return make(), make()


def lines(values: object) -> str:
    return "".join(f"{value}\n" for value in values)  # type: ignore[attr-defined]


@pytest.fixture
def submission(tmp_path: Path) -> Callable[[Suite], tuple[Path, Path]]:
    return lambda suite: make_submission(tmp_path, suite)


@pytest.fixture(params=[XTREME, XTREME_R], ids=lambda suite: suite.name)
def layout(request: pytest.FixtureRequest) -> Layout:
    return layout_of(request.param)
