"""Labels are looked at as predictions are: what spoils a score is noted, what forbids one is told with its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.errors import CairnError
from evaluators.submission.scoring import score_folders
from evaluators.suite import Suite
from evaluators.suites import XTREME, XTREME_R

Made = Callable[[Suite], tuple[Path, Path]]
Spoil = Callable[[str], str]

NOTED: dict[str, tuple[str, str, Spoil, str]] = {
    "words beside tags": (
        "labels",
        "udpos/test-de.tsv",
        lambda old: old.replace("NOUN", "Haus\tNOUN"),
        "column of words",
    ),
    "another name of a label": (
        "labels",
        "xnli/test-de.tsv",
        lambda old: "contradictory" + old[old.index("\n") :],
        "none of",
    ),
    "tags of nothing": ("both", "udpos/test-de.tsv", lambda old: "", "has no sentence"),
    "mentions of nothing": ("both", "mewslix/test-de.json", lambda old: "{}", "has no mention"),
    "a choice of eight": ("predictions", "xcopa/test-it.jsonl", lambda old: old.replace("0}", "7}"), "the label is 7"),
    "a place beyond": (
        "predictions",
        "tatoeba/test-de.tsv",
        lambda old: "999" + old[old.index("\n") :],
        "no foreign sentence",
    ),
    "ids with scores": (
        "predictions",
        "mewslix/test-de.json",
        lambda old: json.dumps({name: [["Q1", 0.9]] for name in json.loads(old)}),
        "which matches nothing",
    ),
    "passages with scores": (
        "predictions",
        "lareqa/test-de.json",
        lambda old: json.dumps({name: [["Q1", 0.9]] for name in json.loads(old)}),
        "which matches nothing",
    ),
}

REFUSED: dict[str, tuple[str, Spoil, str]] = {
    "no text for an answer": (
        "xquad/test-de.json",
        lambda old: old.replace('"text": "', '"text": 19, "_": "'),
        "holds 19",
    ),
    "no answer at all": (
        "xquad/test-de.json",
        lambda old: old.replace('"text": "', '"text": null, "_": "'),
        "as an id or",
    ),
    "a list for an id": (
        "xquad/test-de.json",
        lambda old: old.replace('"id": "', '"id": ["a"], "_": "'),
        "as an id or",
    ),
    "passages in lists": (
        "lareqa/test-de.json",
        lambda old: json.dumps({name: [right] for name, right in json.loads(old).items()}),
        "ids",
    ),
}


@pytest.mark.parametrize("way", NOTED)
def test_what_spoils_a_score_is_noted(way: str, submission: Made) -> None:
    side, name, spoil, message = NOTED[way]
    folders = dict(zip(("predictions", "labels"), submission(XTREME_R), strict=True))
    for root in folders.values() if side == "both" else [folders[side]]:
        text = (root / name).read_text()
        (root / name).write_text(spoil(text))
        assert spoil(text) != text
    scores = score_folders(folders["predictions"], folders["labels"], XTREME_R)
    assert any(message in note.what for note in scores.notes), [str(note) for note in scores.notes]


@pytest.mark.parametrize("way", REFUSED)
def test_what_forbids_a_score_is_told_with_its_file(way: str, submission: Made) -> None:
    name, spoil, message = REFUSED[way]
    predictions, labels = submission(XTREME_R)
    text = (labels / name).read_text()
    (labels / name).write_text(spoil(text))
    assert spoil(text) != text
    with pytest.raises(CairnError, match=f"{name}.*{message}"):
        score_folders(predictions, labels, XTREME_R)


def test_gold_pairs_with_spaces_are_noted(submission: Made) -> None:
    predictions, labels = submission(XTREME)
    path = labels / "bucc2018/test-de.tsv"
    path.write_text(path.read_text().replace("\t", " "))
    scores = score_folders(predictions, labels, XTREME)
    assert any("not two ids" in note.what for note in scores.notes)
