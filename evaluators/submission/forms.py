"""One file of predictions against one file of labels, by the form that both have.

Where the published scorer would stop, these raise; where it scores something spoilt, they score it too and note it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any

from evaluators.metrics.accuracy import accuracy
from evaluators.metrics.mlqa import normalised as mlqa_normalised
from evaluators.metrics.ranking import average_precision, reciprocal_rank
from evaluators.metrics.retrieval import pair_scores
from evaluators.metrics.squad import answer_f1, squad_normalised
from evaluators.metrics.tagging import Behaviour, flat_span_scores
from evaluators.submission.layout import Form, Sheet
from evaluators.submission.reading import File, shown


@dataclass(frozen=True, kw_only=True)
class FileScores:
    """The scores of one language."""

    values: Mapping[str, float]
    """Metric -> percent."""
    beside: Mapping[str, float] = field(default_factory=dict)
    """Diagnostics that are no part of any average."""
    items: int


def score_file(sheet: Sheet, language: str, predicted: File, gold: File, tagging: Behaviour) -> FileScores:
    """One language of one task.

    Raises:
        Unscorable: with file, line and mend.
    """
    if sheet.form is Form.TAGS:
        return _tags(sheet, predicted, gold, tagging)
    if sheet.form is Form.ANSWERS:
        return _answers(sheet, language, predicted, gold)
    return _SCORERS[sheet.form](sheet, predicted, gold)


def _labels(sheet: Sheet, predicted: File, gold: File) -> FileScores:
    answers, right = predicted.lines(), gold.lines()
    _check_counts(predicted, gold, answers, right)
    known = sheet.labels if sheet.form is Form.LABELS else ()
    for file, lines in ((predicted, answers), (gold, right)):
        _note_strangers(file, lines, known)
        if sheet.form is Form.PLACES:
            _note_no_places(file, lines)
    return FileScores(values={"accuracy": accuracy(right, answers)}, items=len(right))


def _choices(sheet: Sheet, predicted: File, gold: File) -> FileScores:
    answers, right = _json_labels(predicted), _json_labels(gold)
    _check_counts(predicted, gold, answers, right)
    return FileScores(values={"accuracy": accuracy(right, answers)}, items=len(right))


def _json_labels(file: File) -> list[Any]:
    labels = []
    for number, line in enumerate(file.lines(), start=1):
        if not line:
            raise file.stop("is blank", "every line needs an object with a label", number)
        value = file.parsed(line, number)
        if not isinstance(value, dict) or "label" not in value:
            raise file.stop(f"holds {shown(value)}", 'every line must be an object such as {"label": 0}', number)
        labels.append(value["label"])
        if type(labels[-1]) is not int or labels[-1] not in (0, 1):
            file.note(f"the label is {shown(labels[-1])}", "write the whole number 0 or 1", number)
    return labels


def _tags(sheet: Sheet, predicted: File, gold: File, tagging: Behaviour) -> FileScores:
    answers, right = predicted.lines(), gold.lines()
    _check_sentences(predicted, gold, answers, right)
    if not right and tagging == "current":
        raise gold.stop("has no sentence", "give the labels of the whole test set")
    if not right:
        gold.note("has no sentence, so the language scores 0", "give the labels of the whole test set")
    _note_strangers(predicted, answers, (*sheet.labels, ""))
    _note_strangers(gold, right, (*sheet.labels, ""))
    pairs = [(tag, answer) for tag, answer in zip(right, answers, strict=False) if tag]
    scores = flat_span_scores(_flat(right), _flat(answers), tagging)
    hits = sum(1 for tag, answer in pairs if tag == answer)
    return FileScores(
        values={"f1": scores.f1, "precision": scores.precision, "recall": scores.recall},
        beside={"token_accuracy": hits / len(pairs) * 100} if pairs else {},
        items=len(pairs),
    )


def _flat(lines: Sequence[str]) -> list[str]:
    """An `O` after every sentence, where the blank lines are and at the end of an unfinished one."""
    flat = [line or "O" for line in lines]
    return [*flat, "O"] if lines and lines[-1] else flat


def _check_sentences(predicted: File, gold: File, answers: Sequence[str], right: Sequence[str]) -> None:
    """The same sentences with the same number of tags; one blank line at the end does not matter."""
    ends, wanted = _sentence_ends(answers), _sentence_ends(right)
    if ends == wanted:
        return
    place = next(place for place, (one, other) in enumerate(zip_longest(ends, wanted)) if one != other)
    start = wanted[place - 1] + 1 if place else 0
    if len(ends) != len(wanted):
        raise predicted.stop(
            f"has {len(ends)} sentences, and {gold.path} has {len(wanted)}",
            "put one blank line after each sentence, none before or between",
            min(start, len(answers)) + 1,
        )
    raise predicted.stop(
        f"sentence {place + 1} has {ends[place] - start} tags, and {wanted[place] - start} in {gold.path}",
        "give one tag a word (the published scorer would go on and score shifted tags)",
        start + 1,
    )


def _sentence_ends(lines: Sequence[str]) -> list[int]:
    ends = [place for place, line in enumerate(lines) if not line]
    return [*ends, len(lines)] if lines and lines[-1] else ends


def _answers(sheet: Sheet, language: str, predicted: File, gold: File) -> FileScores:
    @cache
    def normalised(text: str) -> str:
        return mlqa_normalised(text, language) if sheet.rule == "mlqa" else squad_normalised(text)

    answers = predicted.object()
    exact, overlap, count, unanswered = 0.0, 0.0, 0, 0
    known = set()
    for name, texts in _questions(gold):
        count += 1
        known.add(name)
        if name not in answers:
            unanswered += 1
            continue
        if not isinstance(answers[name], str):
            raise predicted.stop(f"the answer to {name} is {shown(answers[name])}", "answers are texts, empty for none")
        found = normalised(answers[name])
        wanted = [normalised(text) for text in texts]
        exact += float(found in wanted)
        overlap += max(1.0 if text == found != "" else answer_f1(text, found) for text in wanted)
    if not count:
        raise gold.stop("has no question", "give the labels of the whole test set")
    if unanswered:
        predicted.note(f"{unanswered} of {count} questions have no answer and count as wrong", "answer them all")
    _note_unknown(predicted, set(answers) - known, "question")
    return FileScores(values={"f1": (100.0 * overlap) / count, "exact_match": (100.0 * exact) / count}, items=count)


def _questions(gold: File) -> Iterable[tuple[str, list[str]]]:
    """Every question of a file in SQuAD's layout, with its gold answers."""
    articles = gold.json()
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    texts = [answer["text"] for answer in question["answers"]]
                    odd = [value for value in (question["id"], *texts) if not isinstance(value, str)]
                    if odd:
                        raise gold.stop(f"holds {shown(odd[0])} as an id or an answer", "ids and answers are texts")
                    if not texts:
                        raise gold.stop(f"the question {question['id']} has no gold answer", "leave it out of the file")
                    yield question["id"], texts
    except (KeyError, TypeError) as error:
        raise gold.stop(
            f"is not in SQuAD's layout ({error!r})", "give data, paragraphs, qas, id, answers, text"
        ) from None


def _pairs(sheet: Sheet, predicted: File, gold: File) -> FileScores:
    answers, right = predicted.lines(), gold.lines()
    if "" in answers:
        predicted.note("a blank line counts as a pair", "remove it", answers.index("") + 1)
    for file, lines in ((predicted, answers), (gold, right)):
        odd = next((number for number, line in enumerate(lines, start=1) if line and line.count("\t") != 1), 0)
        if odd:
            file.note("is not two ids with one tab between them, and matches nothing", "write both ids", odd)
    if not right:
        gold.note("has no pair, so the language scores 0", "give the gold pairs of the whole test set")
    scores = pair_scores({tuple(line.split("\t")) for line in right}, {tuple(line.split("\t")) for line in answers})
    values = {"f1": scores.f1, "precision": scores.precision, "recall": scores.recall}
    return FileScores(values=values, items=len(right))


def _entities(sheet: Sheet, predicted: File, gold: File) -> FileScores:
    answers, right = predicted.object(), gold.object()
    total = 0.0
    if not right:
        gold.note("has no mention, so the language scores 0", "give the labels of the whole test set")
    for name, wanted in right.items():
        if not isinstance(wanted, list) or not wanted or not isinstance(wanted[0], str):
            raise gold.stop(f"the label of {name} is {shown(wanted)}", 'give a list with the right id, such as ["Q1"]')
        total += reciprocal_rank(wanted[0].strip(), _ranking(predicted, name, answers))
    _note_unanswered(predicted, answers, right, "mention")
    return FileScores(values={"map@20": total / len(right) * 100 if right else 0.0}, items=len(right))


def _passages(sheet: Sheet, predicted: File, gold: File) -> FileScores:
    answers, right = predicted.object(), gold.object()
    if not right:
        raise gold.stop("has no question", "give the labels of the whole test set")
    total = 0.0
    for name, wanted in right.items():
        if not isinstance(wanted, list) or not wanted or not all(isinstance(one, str) for one in wanted):
            raise gold.stop(f"the label of {name} is {shown(wanted)}", "give the list of right passages' ids")
        total += average_precision(wanted, _ranking(predicted, name, answers))
    _note_unanswered(predicted, answers, right, "question")
    return FileScores(values={"map@20": total / len(right) * 100}, items=len(right))


def _ranking(predicted: File, name: str, answers: Mapping[str, Any]) -> Sequence[Any]:
    ranked = answers.get(name, ())
    if not isinstance(ranked, (list, str, tuple)):
        raise predicted.stop(f"the ranking of {name} is {shown(ranked)}", "give a list of ids, the best first")
    if isinstance(ranked, str):
        predicted.note(f"the ranking of {name} is a text, whose letters are taken for ids", "give a list of ids")
    if not all(isinstance(one, str) for one in ranked):
        odd = next(one for one in ranked if not isinstance(one, str))
        predicted.note(
            f"the ranking of {name} holds {shown(odd)}, which matches nothing", "give a list of ids, no more"
        )
        return [one if isinstance(one, str) else None for one in ranked]
    return ranked


def _check_counts(predicted: File, gold: File, answers: Sequence[Any], right: Sequence[Any]) -> None:
    if len(answers) != len(right):
        blank = len(answers) > len(right) and answers[-1] == ""
        mend = "remove the blank line at its end" if blank else "give one line an example"
        what = f"has {len(answers)} lines, and {gold.path} has {len(right)}"
        raise predicted.stop(what, mend, min(len(answers), len(right)) + 1)
    if not right:
        raise gold.stop("has no line", "give the labels of the whole test set")


def _note_strangers(file: File, lines: Sequence[str], known: Iterable[str]) -> None:
    strangers = set(lines) - set(known) if known else ()
    if strangers:
        place = next(place for place, line in enumerate(lines, start=1) if line in strangers)
        column = "; there must be no column of words" if "\t" in lines[place - 1] else ""
        mend = "it is right only where the other side says the same; use the task's labels"
        file.note(f"{shown(lines[place - 1])} is none of the labels{column}", mend, place)


def _note_no_places(file: File, lines: Sequence[str]) -> None:
    for number, line in enumerate(lines, start=1):
        if (what := wrong_place(line, len(lines))) is not None:
            file.note(*what, number)
            return


def wrong_place(line: str, count: int) -> tuple[str, str] | None:
    """What is wrong with the place of one of so many sentences, and its mend."""
    if not (line.isascii() and line.isdigit() and line == (line.lstrip("0") or "0")):
        return f"{shown(line)} is no plain number", "write 12, not 012, 12.0 or [12]"
    if len(line) > len(str(count)) or int(line) >= count:
        return f"there is no foreign sentence {line[:20]}", f"places go from 0 to {count - 1}"
    return None


def _note_unanswered(file: File, answers: Mapping[str, Any], right: Mapping[str, Any], noun: str) -> None:
    missing = len(right.keys() - answers.keys())
    if missing:
        file.note(f"{missing} of {len(right)} {noun}s have no ranking and count as wrong", "answer them all")
    _note_unknown(file, answers.keys() - right.keys(), noun)


def _note_unknown(file: File, strangers: Iterable[str], noun: str) -> None:
    names = sorted(strangers)
    if names:
        file.note(f"{len(names)} ids name no {noun} of the labels ({', '.join(names[:3])})", "use the data's own ids")


_SCORERS: dict[Form, Callable[[Sheet, File, File], FileScores]] = {
    Form.LABELS: _labels,
    Form.PLACES: _labels,
    Form.CHOICES: _choices,
    Form.PAIRS: _pairs,
    Form.ENTITIES: _entities,
    Form.PASSAGES: _passages,
}
