"""A wrong folder gets a list of what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.submission.checking import check_submission
from evaluators.submission.layout import layout_of
from evaluators.submission.sizes import published_size
from evaluators.suite import Suite
from evaluators.suites import XTREME, XTREME_R

Made = Callable[[Suite], tuple[Path, Path]]


def instead(old: bytes, line: bytes) -> bytes:
    return line + b"\n" + old.split(b"\n", 1)[1]


SPOILT = {
    "missing": ("xnli/test-de.tsv", None, "is missing"),
    "carriage returns": (
        "xnli/test-de.tsv",
        lambda old: old.replace(b"\n", b"\r\n"),
        "line 1: has line ends other than LF",
    ),
    "no newline at the end": ("pawsx/test-de.tsv", lambda old: old[:-1], "does not end with a line end"),
    "blank line at the end": ("pawsx/test-de.tsv", lambda old: old + b"\n", "line 9: is blank"),
    "byte order mark": ("panx/test-de.tsv", lambda old: b"\xef\xbb\xbf" + old, "byte order mark"),
    "another label": (
        "xnli/test-de.tsv",
        lambda old: b"Neutral\n" + old.split(b"\n", 1)[1],
        "line 1: 'Neutral' is none of",
    ),
    "a column of words": ("udpos/test-de.tsv", lambda old: b"Haus\t" + old, "no column of words"),
    "padded number": ("tatoeba/test-de.tsv", lambda old: b"0" + old, "line 1: .* no plain number"),
    "a place beyond the sentences": (
        "tatoeba/test-de.tsv",
        lambda old: b"99\n" + old.split(b"\n", 1)[1],
        "no foreign sentence 99",
    ),
    "one id": ("bucc2018/test-de.tsv", lambda old: b"de-1\n" + old, "line 1: 'de-1' is not two ids"),
    "a sentence too few": ("panx/test-de.tsv", lambda old: old.split(b"\n\n", 1)[1], "7 sentences"),
    "a question too many": ("mlqa/test-de.json", lambda old: old[:-1] + b', "who": ""}', "name no question"),
    "a number for an answer": ("xquad/test-de.json", lambda old: b'{"id-0": 1}', "the answer to id-0 is 1"),
    "a place of five thousand digits": ("tatoeba/test-de.tsv", lambda old: instead(old, b"9" * 5000), "no foreign"),
    "nothing": ("udpos/test-de.tsv", lambda old: b"", "is empty"),
    "no pair": ("bucc2018/test-de.tsv", lambda old: b"", "is empty"),
    "ids the other way round": (
        "bucc2018/test-de.tsv",
        lambda old: instead(old, b"en-000000001\tde-000000001"),
        "line 1: has the English id first",
    ),
    "a pair twice": ("bucc2018/test-de.tsv", lambda old: old.split(b"\n")[0] + b"\n" + old, "1 pairs stand twice"),
    "half a character": ("xquad/test-de.json", lambda old: b'{"\\ud800": 3}', "the answer to .ud800 is 3"),
    "not UTF-8": ("xnli/test-de.tsv", lambda old: b"\xff\n" + old, "line 1: is not UTF-8"),
}


@pytest.mark.parametrize("way", SPOILT)
def test_what_is_wrong_is_said_with_file_and_line(way: str, submission: Made) -> None:
    name, spoil, message = SPOILT[way]
    predictions, labels = submission(XTREME)
    path = predictions / name
    if spoil is None:
        path.unlink()
    else:
        path.write_bytes(spoil(path.read_bytes()))
    problems = check_submission(predictions, layout_of(XTREME), labels)
    assert problems
    assert {problem.file for problem in problems} == {str(path)}
    assert any(re.search(message, str(problem)) for problem in problems), [str(problem) for problem in problems]


@pytest.mark.parametrize("suite", [XTREME, XTREME_R], ids=lambda suite: suite.name)
def test_a_sound_folder_has_no_problem(suite: Suite, submission: Made) -> None:
    predictions, labels = submission(suite)
    problems = check_submission(predictions, layout_of(suite), labels)
    assert [problem for problem in problems if "lareqa" not in problem.file] == []


def test_the_folder_that_the_published_scorer_stops_at_is_to_be_left_out(submission: Made) -> None:
    predictions, labels = submission(XTREME_R)
    found = check_submission(predictions, layout_of(XTREME_R), labels)
    assert [problem.file for problem in found] == [str(predictions / "lareqa")]


def test_files_and_folders_that_belong_to_nothing_are_named(submission: Made) -> None:
    predictions, labels = submission(XTREME)
    (predictions / "xcopa").mkdir()
    (predictions / "xnli" / "test-xx.tsv").write_text("neutral\n")
    found = check_submission(predictions, layout_of(XTREME), labels)
    strangers = [predictions / "xcopa", predictions / "xnli" / "test-xx.tsv"]
    assert [problem.file for problem in found] == [str(path) for path in strangers]


def test_without_labels_a_folder_is_measured_by_the_published_sizes(submission: Made) -> None:
    predictions, _ = submission(XTREME)
    found = [str(problem) for problem in check_submission(predictions, layout_of(XTREME))]
    assert any("xnli/test-de.tsv: has 8 items, the test set 5010" in problem for problem in found)
    assert not any("udpos" in problem or "bucc2018" in problem for problem in found)


def test_published_sizes_add_up() -> None:
    def total(suite: Suite, task: str) -> int:
        return sum(published_size(suite.name, task, code) or 0 for code in suite.target(task).languages("test"))

    assert total(XTREME, "mlqa") == 42_245
    assert total(XTREME, "tydiqa") == 5_077
    assert total(XTREME_R, "mewslix") == 14_624
    assert total(XTREME_R, "lareqa") == 13_090
    assert published_size("xtreme", "tatoeba", "ka") == 746
    assert published_size("xtreme", "panx", "yo") == 100
    assert published_size("babel", "xnli", "en") is None
