"""The scoring pass of a full-size XTREME submission, against a straightforward one; and tagging, and retrieval.

    pip install '.[bench]'
    python tests/benchmarks/scoring.py [--quick]

A submission of real sizes is generated (40 languages, 10,000 sentences a large one, 1.0 M tokens of parts of speech).
Both sides read the same files and must agree to 1e-9; seqeval 1.2.2 reads tags in the current way, so both do here.
Pairs alternate; a ratio is our time over theirs, median and range over the pairs. Peaks are of a process of their own.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import straightforward
from memory import peak_mebibytes

from evaluators.metrics.retrieval import mine, nearest_foreign
from evaluators.metrics.tagging import span_scores
from evaluators.submission.layout import Form, Sheet, layout_of
from evaluators.submission.scoring import score_folders
from evaluators.submission.sizes import published_size
from evaluators.suites import XTREME

POS_TOKENS = 1_000_000
WORDS = [
    *("der", "die", "the", "a", "Haus", "house", "von", "of", "Berlin", "中文", "北京", "القاهرة", "के", "लिए"),
    *("và", "của", "año", "el", "1999", ",", ".", "-", "well-known"),
]
GOLD_PAIRS = {"de": 9_580, "fr": 9_086, "ru": 14_435, "zh": 1_899}


def generate(root: Path, share: float) -> int:
    """Predictions, four in five of them right, and labels; the number of POS tokens."""
    rng, tokens = random.Random(0), 0
    for sheet in layout_of(XTREME).sheets.values():
        for language in sheet.languages:
            answers, gold, count = contents(sheet, language, share, rng)
            tokens += count if sheet.task == "udpos" else 0
            for side, text in (("predictions", answers), ("labels", gold)):
                path = root / side / sheet.file(language)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return tokens


def contents(sheet: Sheet, language: str, share: float, rng: random.Random) -> tuple[str, str, int]:
    """Predictions, labels and how many tags there are."""
    size = max(5, round(share * (published_size("xtreme", sheet.task, language) or GOLD_PAIRS.get(language, 0))))
    if sheet.form is Form.TAGS:
        mean = 18 if sheet.task == "udpos" else 8
        if sheet.task == "udpos":
            size = round(share * POS_TOKENS / len(sheet.languages) / mean)
        lengths = [rng.randint(1, 2 * mean - 1) for _ in range(size)]
        gold = [[rng.choice(sheet.labels) for _ in range(length)] for length in lengths]
        found = [[tag if rng.random() < 0.8 else rng.choice(sheet.labels) for tag in tags] for tags in gold]
        return blocks(found), blocks(gold), sum(lengths)
    if sheet.form is Form.ANSWERS:
        texts = {f"{language}-{n}": phrases(rng) for n in range(size)}
        qas = [
            {"id": name, "answers": [{"text": text, "answer_start": 0} for text in of]} for name, of in texts.items()
        ]
        found_texts = {name: of[0] if rng.random() < 0.5 else phrases(rng)[0] for name, of in texts.items()}
        return json.dumps(found_texts), json.dumps({"data": [{"paragraphs": [{"qas": qas}]}]}), 0
    if sheet.form is Form.PAIRS:
        gold_pairs = [f"{language}-{n:09}\ten-{n:09}" for n in range(size)]
        found_pairs = [pair if rng.random() < 0.8 else f"{pair}x" for pair in gold_pairs]
        return lines(found_pairs), lines(gold_pairs), 0
    known = sheet.labels or [str(n) for n in range(size)]
    gold_lines = [rng.choice(known) for _ in range(size)]
    return lines(one if rng.random() < 0.8 else rng.choice(known) for one in gold_lines), lines(gold_lines), 0


def phrases(rng: random.Random) -> list[str]:
    """One to three gold answers."""
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 6))) for _ in range(rng.choice((1, 1, 1, 3)))]


def lines(values: Iterable[str]) -> str:
    """One a line."""
    return "".join(f"{value}\n" for value in values)


def blocks(found: list[list[str]]) -> str:
    """A blank line between sentences."""
    return "\n".join(lines(tags) for tags in found)


def ours(root: Path) -> dict[tuple[str, str], dict[str, float]]:
    """The scoring pass."""
    scores = score_folders(root / "predictions", root / "labels", XTREME, "current")
    return {(name, code): dict(of) for name, task in scores.tasks.items() for code, of in task.languages.items()}


def theirs(root: Path) -> dict[tuple[str, str], dict[str, float]]:
    """The straightforward one."""
    return {
        (sheet.task, code): straightforward.score(
            sheet.task, code, root / "predictions" / sheet.file(code), root / "labels" / sheet.file(code)
        )
        for sheet in layout_of(XTREME).sheets.values()
        for code in sheet.languages
    }


def paired(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> str:
    """Time of the first over time of the second, in alternating pairs."""
    ratios = []
    for _ in range(rounds):
        began = time.perf_counter()
        one()
        middle = time.perf_counter()
        other()
        ratios.append((middle - began) / (time.perf_counter() - middle))
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def same(one: dict[tuple[str, str], dict[str, float]], other: dict[tuple[str, str], dict[str, float]]) -> None:
    """Raise unless both have the same values."""
    assert one.keys() == other.keys()
    for cell, values in one.items():
        assert values.keys() == other[cell].keys()
        for metric, value in values.items():
            assert abs(value - other[cell][metric]) < 1e-9, (cell, metric, value, other[cell][metric])


def peak(root: Path, side: str) -> str:
    """Peak MiB of one side in a process of its own."""
    found = subprocess.run(
        [sys.executable, __file__, "--peak", str(root), side], capture_output=True, text=True, check=True
    )
    return f"{float(found.stdout):,.0f}"


def one_by_one(english: np.ndarray, foreign: np.ndarray) -> list[int]:
    """The nearest foreign sentence of every English one, a row at a time."""
    return [int(np.argmax(foreign @ row)) for row in english]


def retrieval_rows(quick: bool, rounds: int) -> Iterable[str]:
    """Blocked products against a row at a time, and the peak of mining."""
    count = 4_000 if quick else 10_000
    rng = np.random.default_rng(0)
    english, foreign = (rng.standard_normal((count, 768), dtype=np.float32) for _ in range(2))
    english /= np.linalg.norm(english, axis=1, keepdims=True)
    foreign /= np.linalg.norm(foreign, axis=1, keepdims=True)
    assert nearest_foreign(english, foreign) == one_by_one(english, foreign)
    ratio = paired(lambda: nearest_foreign(english, foreign), lambda: one_by_one(english, foreign), rounds)
    yield f"| nearest of {count:,} x {count:,} sentences, blocked products over a row at a time | {ratio} | | |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--peak", nargs=2)
    given = parser.parse_args()
    if given.peak:
        root, side = given.peak
        {"ours": lambda: ours(Path(root)), "theirs": lambda: theirs(Path(root)), "mine": mine_at_size}[side]()
        print(peak_mebibytes())
        return
    rounds = 3
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tokens = generate(root, 0.1 if given.quick else 1.0)
        same(ours(root), theirs(root))
        gold, found = (
            [
                tags
                for code in layout_of(XTREME).sheets["udpos"].languages
                for tags in straightforward.sentences(root / side / f"udpos/test-{code}.tsv")
            ]
            for side in ("labels", "predictions")
        )
        print("| what | our time over theirs | peak MiB, ours | peak MiB, theirs |")
        print("| --- | --- | --- | --- |")
        ratio = paired(lambda: span_scores(gold, found, "current"), lambda: three_calls(gold, found), rounds)
        print(f"| spans of {tokens:,} tags over seqeval's three calls | {ratio} | | |", flush=True)
        ratio = paired(lambda: ours(root), lambda: theirs(root), rounds)
        print(f"| whole scoring pass | {ratio} | {peak(root, 'ours')} | {peak(root, 'theirs')} |", flush=True)
        for row in retrieval_rows(given.quick, rounds):
            print(row, flush=True)
        print(f"| mining 30,000 x 30,000 sentences of width 768 | | {peak(root, 'mine')} | |")


def mine_at_size() -> None:
    """Candidates of two random corpora."""
    rng = np.random.default_rng(0)
    mine(*(rng.standard_normal((30_000, 768), dtype=np.float32) for _ in range(2)))


def three_calls(gold: list[list[str]], found: list[list[str]]) -> None:
    """What seqeval wants for three numbers."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        straightforward.f1_score(gold, found)
        straightforward.precision_score(gold, found)
        straightforward.recall_score(gold, found)


if __name__ == "__main__":
    main()
