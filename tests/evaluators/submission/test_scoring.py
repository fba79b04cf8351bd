"""Whole folders: scored, printed, and spoilt in every way that we could think of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from evaluators.submission.scoring import score_folders
from evaluators.submission.table import scores_json, scores_text
from evaluators.suite import Suite
from evaluators.suites import XTREME, XTREME_R

Made = Callable[[Suite], tuple[Path, Path]]


@pytest.mark.parametrize("suite", [XTREME, XTREME_R], ids=lambda suite: suite.name)
def test_a_complete_submission_has_a_total_and_the_same_numbers_in_json_and_table(
    suite: Suite, submission: Made
) -> None:
    scores = score_folders(*submission(suite), suite)
    found = json.loads(scores_json(scores))
    assert set(found) == {"suite", "overall", "missing", "groups", "tasks", "beside"}
    assert found["missing"] == []
    assert (
        found["overall"]
        == scores.overall
        == pytest.approx(sum(t["score"] for t in found["tasks"].values()) / len(suite.targets))
    )
    assert list(found["tasks"]) == list(suite.targets)
    text = scores_text(scores)
    numbers = {float(number) for number in re.findall(r"\d+\.\d\d", text)}
    shown = [scores.overall, *scores.groups.values(), *(task.score for task in scores.tasks.values())]
    shown += [value for task in scores.tasks.values() for value in task.by_language().values()]
    shown += list(found["beside"]["non_english"].values())
    assert all(round(value, 2) in numbers for value in shown if value is not None)
    for name, task in found["tasks"].items():
        assert list(task["languages"]) == list(suite.targets[name].languages("test"))


def test_json_names_the_metrics_as_the_published_script_does(submission: Made) -> None:
    found = {
        suite.name: json.loads(scores_json(score_folders(*submission(suite), suite))) for suite in (XTREME, XTREME_R)
    }

    def metrics(suite: str, task: str) -> set[str]:
        return {name for values in found[suite]["tasks"][task]["languages"].values() for name in values}

    assert metrics("xtreme", "xnli") == metrics("xtreme", "tatoeba") == metrics("xtreme-r", "xcopa") == {"accuracy"}
    assert metrics("xtreme", "udpos") == metrics("xtreme", "bucc2018") == {"f1", "precision", "recall"}
    assert metrics("xtreme", "mlqa") == {"f1", "exact_match"}
    assert metrics("xtreme-r", "mewslix") == metrics("xtreme-r", "lareqa") == {"map@20"}


def test_token_accuracy_stands_beside_and_changes_no_score(submission: Made) -> None:
    scores = score_folders(*submission(XTREME), XTREME)
    task = scores.tasks["udpos"]
    assert task.score == pytest.approx(sum(values["f1"] for values in task.languages.values()) / 33)
    assert set(json.loads(scores_json(scores))["beside"]["token_accuracy"]) == {"udpos", "panx"}
    assert "token accuracy" in scores_text(scores)


def test_the_two_readings_of_tags_differ_on_parts_of_speech_only(submission: Made) -> None:
    folders = submission(XTREME)
    legacy, current = (score_folders(*folders, XTREME, tagging) for tagging in ("legacy", "current"))  # type: ignore[arg-type]
    assert legacy.tasks["udpos"].score != current.tasks["udpos"].score
    assert legacy.tasks["panx"].score == current.tasks["panx"].score
    assert "current" in scores_text(current)


def test_a_suite_that_lacks_a_task_is_incomplete_and_says_what_is_missing(submission: Made) -> None:
    predictions, labels = submission(XTREME)
    (predictions / "mlqa").rename(predictions / "set-aside")
    scores = score_folders(predictions, labels, XTREME)
    assert scores.overall is None
    assert scores.missing == ("mlqa",)
    assert "qa" not in scores.groups
    assert "incomplete; missing: mlqa" in scores_text(scores)
    assert [note.file for note in scores.notes] == [str(predictions / "mlqa")]


def test_xtreme_r_marks_its_total_as_ours(submission: Made) -> None:
    assert "ours, no published script prints it" in scores_text(score_folders(*submission(XTREME_R), XTREME_R))
    assert "ours" not in scores_text(score_folders(*submission(XTREME), XTREME))


def test_every_file_that_cannot_be_scored_is_named(submission: Made) -> None:
    predictions, labels = submission(XTREME)
    (predictions / "xnli" / "test-de.tsv").unlink()
    (predictions / "xquad" / "test-zh.json").write_text("{")
    with pytest.raises(CairnError) as caught:
        score_folders(predictions, labels, XTREME)
    assert "2 files cannot be scored" in str(caught.value)
    assert "xnli/test-de.tsv" in str(caught.value)
    assert "xquad/test-zh.json" in str(caught.value)


def test_folders_without_a_common_task_are_refused(tmp_path: Path, submission: Made) -> None:
    predictions, _ = submission(XTREME)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CairnError, match="no task of xtreme in common"):
        score_folders(predictions, tmp_path / "empty", XTREME)
    with pytest.raises(CairnError, match="there is no folder"):
        score_folders(predictions, tmp_path / "nowhere", XTREME)


FATAL = {
    "fewer lines": ("xnli", lambda old: old.split(b"\n", 1)[1], "has 7 lines"),
    "a second newline at the end": ("xnli", lambda old: old + b"\n", "line 9: has 9 lines.*remove the blank line"),
    "an empty file": ("pawsx", lambda old: b"", "has 0 lines"),
    "Latin letters in their old coding": ("xnli", lambda old: old + "é\n".encode("latin-1"), "line 9: is not UTF-8"),
    "two bytes a letter": ("panx", lambda old: old.decode().encode("utf-16"), "line 1: is not UTF-8"),
    "a doubled blank line": ("panx", lambda old: old.replace(b"\n\n", b"\n\n\n", 1), "9 sentences"),
    "a leading blank line": ("udpos", lambda old: b"\n" + old, "9 sentences"),
    "a tag too many": ("udpos", lambda old: b"NOUN\n" + old, "line 1: sentence 1 has"),
    "broken JSON": ("mlqa", lambda old: old[:-3], "is not JSON"),
    "a byte order mark before JSON": ("xquad", lambda old: b"\xef\xbb\xbf" + old, "is not JSON"),
    "a list for an object": ("tydiqa", lambda old: b"[]", "must be one JSON object"),
    "a number for an answer": ("xquad", lambda old: b'{"id-0": 3}', "the answer to id-0 is 3"),
}


@pytest.mark.parametrize("way", FATAL)
def test_what_the_published_scorer_stops_at_is_an_error_with_its_place(way: str, submission: Made) -> None:
    task, spoil, message = FATAL[way]
    predictions, labels = submission(XTREME)
    path = next((predictions / task).glob("test-en.*"))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CairnError, match=re.escape(str(path)) + f".*{message}"):
        score_folders(predictions, labels, XTREME)


FATAL_R = {
    "a blank line": ("xcopa", "et", lambda old: old.replace(b"\n", b"\n\n", 1), "line 2: is blank"),
    "a bare number": ("xcopa", "et", lambda old: b"1\n" + old.split(b"\n", 1)[1], "line 1: holds 1"),
    "a number for a ranking": ("mewslix", "de", lambda old: b'{"id-0": 3}', "the ranking of id-0 is 3"),
}


@pytest.mark.parametrize("way", FATAL_R)
def test_the_same_of_the_forms_that_xtreme_r_adds(way: str, submission: Made) -> None:
    task, language, spoil, message = FATAL_R[way]
    predictions, labels = submission(XTREME_R)
    path = next((predictions / task).glob(f"test-{language}.*"))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CairnError, match=re.escape(str(path)) + f".*{message}"):
        score_folders(predictions, labels, XTREME_R)


FATAL_GOLD = {
    "a question without gold": (
        "xquad",
        lambda old: re.sub(rb'"answers": \[[^]]*\]', b'"answers": []', old, count=1),
        "no gold",
    ),
    "another layout": ("mlqa", lambda old: b'{"data": [{"id": 1}]}', "SQuAD's layout"),
    "no question": ("tydiqa", lambda old: b'{"data": []}', "no question"),
}


@pytest.mark.parametrize("way", FATAL_GOLD)
def test_labels_that_cannot_be_used_are_an_error(way: str, submission: Made) -> None:
    task, spoil, message = FATAL_GOLD[way]
    predictions, labels = submission(XTREME)
    path = next((labels / task).glob("test-en.*"))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CairnError, match=re.escape(str(path)) + f".*{message}"):
        score_folders(predictions, labels, XTREME)


NOTED = {
    "a byte order mark": ("xnli", lambda old: b"\xef\xbb\xbf" + old, "byte order mark", 1),
    "an unknown label": ("xnli", lambda old: b"Neutral\n" + old.split(b"\n", 1)[1], "none of the labels", 1),
    "a column of words": ("panx", lambda old: b"Hans\t" + old, "no column of words", 1),
    "another line break inside a line": ("pawsx", lambda old: b"0\xe2\x80\xa8x" + old[1:], "take for a line's end", 1),
    "a padded number": ("tatoeba", lambda old: b"0" + old, "no plain number", 1),
    "a question without an answer": ("mlqa", lambda old: b'{"id-0": "x"}', "7 of 8 questions", 0),
    "an unknown question": ("xquad", lambda old: old[:-1] + b', "who": ""}', "1 ids name no question", 0),
    "a key that stands twice": ("tydiqa", lambda old: old[:-1] + b', "id-0": "y"}', "1 keys stand twice", 0),
    "a blank line": ("bucc2018", lambda old: old + b"\n", "counts as a pair", 9),
    "three columns": ("bucc2018", lambda old: old[:-1] + b"\t0.9\n", "not two ids", 8),
}


@pytest.mark.parametrize("way", NOTED)
def test_what_the_published_scorer_scores_although_it_is_spoilt_is_scored_and_noted(way: str, submission: Made) -> None:
    task, spoil, message, line = NOTED[way]
    predictions, labels = submission(XTREME)
    path = sorted((predictions / task).glob("test-*"))[0]
    path.write_bytes(spoil(path.read_bytes()))
    scores = score_folders(predictions, labels, XTREME)
    assert {(note.file, note.line) for note in scores.notes} == {(str(path), line)}
    assert any(message in str(note) for note in scores.notes)
    assert scores.overall is not None


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
@pytest.mark.parametrize("name", ["xnli", "panx", "tatoeba", "bucc2018"])
def test_other_line_ends_score_alike(end: bytes, name: str, submission: Made) -> None:
    predictions, labels = submission(XTREME)
    before = score_folders(predictions, labels, XTREME).tasks[name]
    for path in (predictions / name).iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", end))
    assert score_folders(predictions, labels, XTREME).tasks[name] == before


def test_files_and_folders_that_nobody_asked_for_are_ignored(submission: Made) -> None:
    predictions, labels = submission(XTREME)
    before = score_folders(predictions, labels, XTREME)
    (predictions / "xcopa").mkdir()
    (predictions / "xnli" / "test-xx.tsv").write_text("neutral\n")
    assert score_folders(predictions, labels, XTREME) == before
