"""Scoring as one would write it first: seqeval called three times, and answers normalised again for every comparison.

It follows the same specification, shares no code with what it is compared with, and is not tuned to be slow.
"""

from __future__ import annotations

import json
import re
import string
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from seqeval.metrics import f1_score, precision_score, recall_score

ARTICLES = {
    "en": r"\b(a|an|the)\b",
    "es": r"\b(un|una|unos|unas|el|la|los|las)\b",
    "de": r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "vi": r"\b(của|là|cái|chiếc|những)\b",
    "ar": "\u0627\u0644",
}


def read_lines(path: Path) -> list[str]:
    """Stripped lines."""
    with path.open(encoding="utf-8") as file:
        return [line.strip() for line in file]


def labels(predicted: Path, gold: Path) -> dict[str, float]:
    """Accuracy of lines."""
    answers, right = read_lines(predicted), read_lines(gold)
    assert len(answers) == len(right)
    correct = 0
    for answer, wanted in zip(answers, right, strict=True):
        correct += answer == wanted
    return {"accuracy": correct / len(right) * 100}


def sentences(path: Path) -> list[list[str]]:
    """Tags between blank lines."""
    found: list[list[str]] = [[]]
    for line in read_lines(path):
        if line:
            found[-1].append(line)
        else:
            found.append([])
    return found if found[-1] else found[:-1]


def tags(predicted: Path, gold: Path) -> dict[str, float]:
    """Seqeval's three numbers, in its present reading of tags."""
    answers, right = sentences(predicted), sentences(gold)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "f1": f1_score(right, answers) * 100,
            "precision": precision_score(right, answers) * 100,
            "recall": recall_score(right, answers) * 100,
        }


def squad_normalised(text: str) -> str:
    """Lower, no punctuation, no English articles, single spaces."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(ARTICLES["en"], " ", text).split())


def mlqa_normalised(text: str, language: str) -> str:
    """The rule of the file's language."""
    text = "".join(
        letter
        for letter in text.lower()
        if not unicodedata.category(letter).startswith("P") and letter not in string.punctuation
    )
    if language in ARTICLES:
        text = re.sub(ARTICLES[language], " ", text)
    if language != "zh":
        return " ".join(text.split())
    tokens, run = [], ""
    for letter in text:
        if "\u4e00" <= letter <= "\u9fa5":
            tokens += [*run.split(), letter]
            run = ""
        else:
            run += letter
    return " ".join([*tokens, *run.split()])


def overlap(one: str, other: str) -> float:
    """F1 of two texts' tokens."""
    found, right = one.split(), other.split()
    common = sum((Counter(found) & Counter(right)).values())
    if not common:
        return 0.0
    precision, recall = common / len(found), common / len(right)
    return 2 * precision * recall / (precision + recall)


def answers(predicted: Path, gold: Path, normalised: Callable[[str], str]) -> dict[str, float]:
    """Exact match and F1, a question after the other."""
    found = json.loads(predicted.read_text(encoding="utf-8"))
    exact, f1, count = 0.0, 0.0, 0
    for article in json.loads(gold.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                count += 1
                golds = [answer["text"] for answer in question["answers"]]
                answer = found.get(question["id"], "")
                exact += max(float(normalised(answer) == normalised(text)) for text in golds)
                f1 += max(overlap(normalised(answer), normalised(text)) for text in golds)
    return {"f1": 100 * f1 / count, "exact_match": 100 * exact / count}


def pairs(predicted: Path, gold: Path) -> dict[str, float]:
    """F1 over sets of pairs."""
    found = {tuple(line.split("\t")) for line in read_lines(predicted)}
    right = {tuple(line.split("\t")) for line in read_lines(gold)}
    hits = len(found & right)
    precision, recall = hits / len(found), hits / len(right)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"f1": f1 * 100, "precision": precision * 100, "recall": recall * 100}


def score(task: str, language: str, predicted: Path, gold: Path) -> dict[str, float]:
    """One file."""
    if task in ("panx", "udpos"):
        return tags(predicted, gold)
    if task == "mlqa":
        return answers(predicted, gold, lambda text: mlqa_normalised(text, language))
    if task in ("xquad", "tydiqa"):
        return answers(predicted, gold, squad_normalised)
    return pairs(predicted, gold) if task == "bucc2018" else labels(predicted, gold)
