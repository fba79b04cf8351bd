"""Files of random multilingual text, scored by us and by slow and obvious reference code."""

from __future__ import annotations

import json
import string
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.metrics.tagging import Behaviour
from evaluators.submission.forms import score_file
from evaluators.submission.layout import layout_of
from evaluators.submission.reading import File
from evaluators.suites import XTREME, XTREME_R

SHEETS = {**layout_of(XTREME_R).sheets, **layout_of(XTREME).sheets}
LETTERS = "abthe ANel laDERاللةأéüßİσς中华〇北。、।ñกท-'’“”.,!?$€°\u00a0\u200b\u3000\u0301"
TEXTS = st.text(alphabet=LETTERS, max_size=14)
LANGUAGES = ("en", "es", "de", "ar", "hi", "vi", "zh")
ARTICLES = {
    "en": "a an the",
    "es": "un una unos unas el la los las",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "vi": "của là cái chiếc những",
}


def scored(task: str, language: str, predicted: str, gold: str, tagging: Behaviour = "legacy") -> dict[str, float]:
    with tempfile.TemporaryDirectory() as root:
        sheet = SHEETS[task]
        files = []
        for side, text in (("p", predicted), ("g", gold)):
            path = Path(root) / side / sheet.file(language)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8", newline="")
            files.append(File(Path(root) / side, sheet.file(language)))
        return dict(score_file(sheet, language, files[0], files[1], tagging).values)


def without_words(text: str, words: list[str]) -> str:
    """Whole words replaced by spaces, found letter by letter."""
    out, word = "", ""
    for letter in text + "\0":
        if letter.isalnum() or letter == "_":
            word += letter
        else:
            out += " " if word in words else word
            out, word = out + letter, ""
    return out[:-1]


def squad_tokens(text: str) -> list[str]:
    text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return without_words(text, ["a", "an", "the"]).split()


def mlqa_tokens(text: str, language: str) -> list[str]:
    wide = [letter for letter in text.lower() if not unicodedata.category(letter).startswith("P")]
    text = "".join(letter for letter in wide if letter not in string.punctuation)
    if language == "ar":
        return text.replace("\u0627\u0644", " ").split()
    text = without_words(text, ARTICLES.get(language, "").split())
    if language != "zh":
        return text.split()
    return "".join(f" {letter} " if "\u4e00" <= letter <= "\u9fa5" else letter for letter in text).split()


def best(found: list[str], golds: list[list[str]]) -> tuple[float, float]:
    overlaps = []
    for gold in golds:
        left, common = list(gold), 0
        for token in found:
            if token in left:
                left.remove(token)
                common += 1
        if common:
            precision, recall = common / len(found), common / len(gold)
            overlaps.append(2 * precision * recall / (precision + recall))
    return float(" ".join(found) in [" ".join(gold) for gold in golds]), max(overlaps, default=0.0)


QUESTIONS = st.lists(
    st.tuples(st.one_of(st.none(), TEXTS), st.lists(TEXTS, min_size=1, max_size=3)), min_size=1, max_size=5
)


@given(QUESTIONS, st.sampled_from(LANGUAGES), st.sampled_from(["xquad", "mlqa"]))
def test_answers_score_as_the_rules_say(questions, language: str, name: str) -> None:
    def tokens(text: str) -> list[str]:
        return squad_tokens(text) if name == "xquad" else mlqa_tokens(text, language)

    exact, overlap = 0.0, 0.0
    for answer, golds in questions:
        if answer is not None:
            one, other = best(tokens(answer), [tokens(gold) for gold in golds])
            exact, overlap = exact + one, overlap + other
    qas = [{"id": str(n), "answers": [{"text": gold} for gold in golds]} for n, (_, golds) in enumerate(questions)]
    gold = json.dumps({"data": [{"paragraphs": [{"qas": qas}]}]})
    predicted = json.dumps({str(n): answer for n, (answer, _) in enumerate(questions) if answer is not None})
    found = scored(name, language if language in SHEETS[name].languages else "en", predicted, gold)
    if language in SHEETS[name].languages or name == "xquad":
        wanted = {"exact_match": 100.0 * exact / len(questions), "f1": 100.0 * overlap / len(questions)}
        assert found == pytest.approx(wanted, abs=1e-9)


def chunks(sentences: list[list[str]], tagging: str) -> set[tuple[str, int, int]]:
    """Spans by a walk over the tags, a rule after the other as the specification words them."""
    flat = [tag for sentence in sentences for tag in (*sentence, "O")] + ["O"]
    found, head, kind, start = set(), "O", "", 0
    for place, tag in enumerate(flat):
        new = tag[0]
        if tagging == "legacy":
            new_kind = tag.split("-")[-1]
        else:
            rest = tag[1:]
            new_kind = rest[rest.index("-") + 1 :] if "-" in rest else rest
            new_kind = new_kind or "_"
        ends = head in "ES" or (head in "BI" and new in "BSO") or (head not in "O." and kind != new_kind)
        begins = new in "BS" or (head in "ESO" and new in "EI") or (new not in "O." and kind != new_kind)
        if ends:
            found.add((kind, start, place - 1))
        if begins:
            start = place
        head, kind = new, new_kind
    return found


TAGS = st.sampled_from(
    [
        *("O", "B-PER", "I-PER", "I-LOC", "NOUN", "X", "_", "SCONJ", "CCONJ"),
        *("SYM", "INTJ", "E-A", "S-A", ".", "B", "ñ-語"),
    ]
)
SENTENCES = st.lists(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=6), min_size=1, max_size=5)


@given(SENTENCES, st.sampled_from(["legacy", "current"]))
def test_tags_score_as_the_rules_say(sentences, tagging: Behaviour) -> None:
    sides = [[[pair[side] for pair in sentence] for sentence in sentences] for side in (0, 1)]
    texts = ["\n".join("".join(f"{tag}\n" for tag in sentence) for sentence in side) for side in sides]
    gold, predicted = (chunks(side, tagging) for side in sides)
    hits = len(gold & predicted)
    precision = hits / len(predicted) if predicted else 0.0
    recall = hits / len(gold) if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    found = scored("udpos", "de", texts[1], texts[0], tagging)
    wanted = {"precision": 100 * precision, "recall": 100 * recall, "f1": 100 * f1}
    assert found == pytest.approx(wanted, abs=1e-9)


LINES = st.lists(st.text(alphabet="neutral \t\u3000\u200b\ufeff中", max_size=5), min_size=1, max_size=6)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_labels_are_right_where_the_stripped_lines_are_equal(one: list[str], other: list[str], end: str) -> None:
    count = min(len(one), len(other))
    predicted, gold = ("".join(line + end for line in lines[:count]) for lines in (one, other))
    right = sum(1 for left, wanted in zip(one, other, strict=False) if left.strip() == wanted.strip())
    assert scored("xnli", "de", predicted, gold) == pytest.approx({"accuracy": right / count * 100}, abs=1e-9)
