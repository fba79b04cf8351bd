"""What is written scores 100 against its labels, and has the form that the benchmark wants, to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Choice, Query, Tagged
from evaluators.gold import gold_predictions
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.submission.checking import check_submission
from evaluators.submission.layout import layout_of, sheet_of
from evaluators.submission.scoring import score_folders
from evaluators.submission.writing import english_order, write_labels, write_predictions
from evaluators.suite import Suite
from evaluators.suites import BABEL, OPEN, XTREME, XTREME_R


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataSource:
    assert BABEL.mirror is not None
    return DataSource(root=BABEL.mirror(tmp_path_factory.mktemp("world"))).unsealed()


@pytest.mark.parametrize("suite", [BABEL, XTREME, XTREME_R, OPEN], ids=lambda suite: suite.name)
def test_gold_written_as_predictions_scores_100_and_can_be_handed_in(
    suite: Suite, tmp_path: Path, data: DataSource, world: DataSource
) -> None:
    layout = layout_of(suite)
    for name, sheet in layout.sheets.items():
        for language in sheet.languages:
            examples = read(suite.target(name), "whole", language, world if suite is BABEL else data).examples
            write_predictions(tmp_path / "p", sheet, language, examples, gold_predictions(examples))
            write_labels(tmp_path / "g", sheet, language, examples)
    scores = score_folders(tmp_path / "p", tmp_path / "g", suite)
    assert scores.overall == pytest.approx(100.0)
    assert not scores.notes
    found = check_submission(tmp_path / "p", layout, tmp_path / "g")
    problems = [problem for problem in found if "is a folder of ours" not in str(problem)]
    assert problems == []


def written(tmp_path: Path, task: str, examples: list, predictions: list) -> bytes:
    sheet = sheet_of({**XTREME_R.targets, **XTREME.targets}[task])
    return write_predictions(tmp_path, sheet, sheet.languages[0], examples, predictions).read_bytes()


def test_tatoeba_answers_english_sentences_in_their_sorted_order(tmp_path: Path) -> None:
    pairs = [Bitext(id=str(n), foreign=f"f{n}", english=text) for n, text in enumerate(["b ", "É", "a", "Z"])]
    assert english_order(pairs) == [3, 2, 0, 1]
    assert written(tmp_path, "tatoeba", pairs, [0, 1, 2, 3]) == b"3\n2\n0\n1\n"


def test_mined_pairs_are_written_with_both_ids_and_none_for_no_pair(tmp_path: Path) -> None:
    pairs = [Bitext(id=f"de-{n}\ten-{n}", foreign="f", english="e") for n in range(3)]
    assert written(tmp_path, "bucc2018", pairs, [2, -1, 0]) == b"de-2\ten-0\nde-0\ten-2\n"


def test_tags_have_one_blank_line_between_sentences_and_none_at_the_end(tmp_path: Path) -> None:
    sentences = [Tagged(id="0", words=("a", "b")), Tagged(id="1", words=("c",))]
    assert written(tmp_path, "udpos", sentences, [("DET", "NOUN"), ("VERB",)]) == b"DET\nNOUN\n\nVERB\n"


def test_choices_are_json_lines(tmp_path: Path) -> None:
    choice = Choice(id="0", prompt="p", choices=("a", "b"))
    assert written(tmp_path, "xcopa", [choice, choice], [1, 0]) == b'{"label": 1}\n{"label": 0}\n'


def test_rankings_keep_their_order_and_letters(tmp_path: Path) -> None:
    query = Query(id="é", text="q")
    assert json.loads(written(tmp_path, "mewslix", [query], [("Q2", "Q1")])) == {"é": ["Q2", "Q1"]}
    assert "é".encode() in written(tmp_path, "mewslix", [query], [("Q2",)])


def test_one_prediction_for_each_example_or_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(CairnError, match="0 predictions for 1 examples"):
        written(tmp_path, "mewslix", [Query(id="0", text="q")], [])
    assert not list(tmp_path.rglob("*.json"))
