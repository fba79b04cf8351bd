"""Looks a predictions folder over before it is handed in: everything that the published scorer would stop at, and
everything that it would score although it is spoilt.

Compared with a folder of labels where there is one (counts of lines and tags, ids), else with the published sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from evaluators.submission.forms import score_file, wrong_place
from evaluators.submission.layout import Form, Layout, Sheet
from evaluators.submission.problems import Problem, Unscorable
from evaluators.submission.reading import File, shown
from evaluators.submission.sizes import published_size


def check_submission(predictions: Path, layout: Layout, labels: Path | None = None) -> list[Problem]:
    """Every problem of the folder, sorted by file and line; none for one that can be handed in."""
    problems = [*_strangers(predictions, layout)]
    for sheet in layout.sheets.values():
        if not sheet.official:
            continue
        for language in sheet.languages:
            problems += _checked(predictions, sheet, language, layout.suite.name, labels)
    return sorted(set(problems))


def _checked(predictions: Path, sheet: Sheet, language: str, suite: str, labels: Path | None) -> Iterator[Problem]:
    file = File(predictions, sheet.file(language))
    try:
        raw = file.path.read_bytes() if file.exists() else b""
        if b"\r" in raw:
            yield file.problem("has line ends other than LF", "write LF only", raw[: raw.index(b"\r")].count(b"\n") + 1)
        if raw and not raw.endswith(b"\n") and file.path.suffix != ".json":
            yield file.problem("does not end with a line end", "end the last line")
        items = _ITEMS[sheet.form](file, sheet)
        if not items:
            yield file.problem("is empty", "answer the whole test set")
        gold = File(labels, sheet.file(language)) if labels is not None else None
        wanted = published_size(suite, sheet.task, language)
        if gold is not None and gold.exists():
            compared = File(predictions, sheet.file(language))
            score_file(sheet, language, compared, gold, "legacy")
            places = {note.line for note in file.notes}
            yield from (note for note in compared.notes if note.line not in places)
        elif wanted is not None and items != wanted:
            yield file.problem(f"has {items} items, the test set {wanted}", "answer each once, in the official order")
    except Unscorable as error:
        yield error.problem
    yield from file.notes


def _strangers(predictions: Path, layout: Layout) -> Iterator[Problem]:
    """Folders and files that are no part of the layout."""
    known = {name: {Path(sheet.file(code)).name for code in sheet.languages} for name, sheet in layout.sheets.items()}
    for path in sorted(predictions.iterdir()):
        if path.name not in known:
            yield Problem(file=str(path), what=f"is no part of {layout.suite.name}", mend="remove it")
        elif not layout.sheets[path.name].official:
            mend = "leave it out: the published scorer reads none, and stops where both sides have it"
            yield Problem(file=str(path), what="is a folder of ours", mend=mend)
        elif path.is_dir():
            for file in sorted(path.iterdir()):
                if file.name not in known[path.name]:
                    yield Problem(file=str(file), what=f"is no file of {path.name}", mend="remove it, or rename it")


def _lines(file: File, known: Iterable[str] = ()) -> int:
    lines, known = file.lines(), set(known)
    for number, line in enumerate(lines, start=1):
        if not line:
            mend = "remove it; it changes the number of lines" if number == len(lines) else "give one answer a line"
            file.note("is blank", mend, number)
        elif known and line not in known:
            column = "; there must be no column of words" if "\t" in line else ""
            file.note(f"{shown(line)} is none of {', '.join(sorted(known))}{column}", "write one of them", number)
            break
    return len(lines)


def _labels(file: File, sheet: Sheet) -> int:
    return _lines(file, sheet.labels)


def _places(file: File, sheet: Sheet) -> int:
    lines = file.lines()
    for number, line in enumerate(lines, start=1):
        if (what := wrong_place(line, len(lines))) is not None:
            file.note(*what, number)
            break
    return len(lines)


def _pairs(file: File, sheet: Sheet) -> int:
    lines = file.lines()
    for number, line in enumerate(lines, start=1):
        if line.count("\t") != 1:
            file.note(
                f"{shown(line)} is not two ids with one tab between them", "write foreign id, tab, English id", number
            )
            break
        foreign, english = line.split("\t")
        if foreign.startswith("en-") and not english.startswith("en-"):
            file.note("has the English id first", "write foreign id, tab, English id", number)
            break
    if len(set(lines)) < len(lines):
        file.note(f"{len(lines) - len(set(lines))} pairs stand twice", "write each once")
    return len(lines)


def _choices(file: File, sheet: Sheet) -> int:
    lines = file.lines()
    for number, line in enumerate(lines, start=1):
        value = file.parsed(line, number)
        if not isinstance(value, dict) or value.get("label") not in (0, 1) or type(value["label"]) is not int:
            file.note(f"{shown(line)} is no label", 'write {"label": 0} or {"label": 1}', number)
            break
    return len(lines)


def _tags(file: File, sheet: Sheet) -> int:
    lines, known = file.lines(), {*sheet.labels, ""}
    sentences, before = 0, ""
    for number, line in enumerate(lines, start=1):
        if line == before == "":
            file.note("is blank, and so is the line before it", "one blank line stands between two sentences", number)
        if line not in known:
            column = "; there must be no column of words" if "\t" in line else ""
            file.note(f"{shown(line)} is none of the {len(sheet.labels)} tags{column}", "write one of them", number)
            break
        sentences += line == "" or number == len(lines)
        before = line
    return sentences


def _answers(file: File, sheet: Sheet) -> int:
    answers = file.object()
    odd = next((name for name, answer in answers.items() if not isinstance(answer, str)), None)
    if odd is not None:
        file.note(f"the answer to {odd} is {shown(answers[odd])}", "answers are texts, empty for none")
    return len(answers)


def _rankings(file: File, sheet: Sheet) -> int:
    rankings = file.object()
    odd = next((name for name, ranked in rankings.items() if not _is_ranking(ranked)), None)
    if odd is not None:
        file.note(f"the ranking of {odd} is {shown(rankings[odd])}", "give a list of ids, the best first")
    if rankings and not any(rankings.values()):
        file.note("every ranking is empty", "give a list of ids, the best first")
    return len(rankings)


def _is_ranking(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_ITEMS: dict[Form, Callable[[File, Sheet], int]] = {
    Form.LABELS: _labels,
    Form.PLACES: _places,
    Form.PAIRS: _pairs,
    Form.CHOICES: _choices,
    Form.TAGS: _tags,
    Form.ANSWERS: _answers,
    Form.ENTITIES: _rankings,
    Form.PASSAGES: _rankings,
}
