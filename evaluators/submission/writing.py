"""Writes predictions and labels in the official layout: UTF-8 without a byte order mark, LF only, no blank line at
the end beyond what the form wants.

Examples come in the official order, all of a language's. Tatoeba is the exception: the file's lines are the English
sentences sorted by code point, each with the place of the foreign sentence in its original order.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Example, Prediction, Query, Question
from evaluators.gold import gold_predictions
from evaluators.submission.layout import Form, Sheet


def write_predictions(
    folder: Path, sheet: Sheet, language: str, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> Path:
    """The file of one language, replaced in one atomic step.

    Raises:
        CairnError: there is not one prediction for each example.
    """
    if len(examples) != len(predictions):
        raise CairnError(
            f"{sheet.task} {language}: {len(predictions)} predictions for {len(examples)} examples; give one for each"
        )
    return _write(folder / sheet.file(language), _WRITERS[sheet.form](examples, predictions))


def write_labels(folder: Path, sheet: Sheet, language: str, examples: Sequence[Example]) -> Path:
    """The file of gold that belongs to it.

    Raises:
        ValueError: an example has no gold.
    """
    path = folder / sheet.file(language)
    if sheet.form is Form.ANSWERS:
        return _write(path, _questions(cast(Sequence[Question], examples)))
    if sheet.form in (Form.ENTITIES, Form.PASSAGES):
        queries = cast(Sequence[Query], examples)
        return _write(path, _json({query.id: list(query.right or ()) for query in queries}))
    return _write(path, _WRITERS[sheet.form](examples, gold_predictions(examples)))


def _labels(examples: Sequence[Example], predictions: Sequence[Any]) -> str:
    return _lines(predictions)


def _choices(examples: Sequence[Example], predictions: Sequence[Any]) -> str:
    return _lines(json.dumps({"label": number}) for number in predictions)


def _tags(examples: Sequence[Example], predictions: Sequence[Any]) -> str:
    return "\n".join(_lines(sentence) for sentence in predictions)


def _answers(examples: Sequence[Any], predictions: Sequence[Any]) -> str:
    return _json({example.id: answer for example, answer in zip(examples, predictions, strict=True)})


def _pairs(examples: Sequence[Any], predictions: Sequence[Any]) -> str:
    """An id is already the line of its own pair: both sentences' ids."""
    ids = [pair.id.split("\t") for pair in examples]
    return _lines(f"{ids[place][0]}\t{ids[row][1]}" for row, place in enumerate(predictions) if place >= 0)


def _places(examples: Sequence[Any], predictions: Sequence[Any]) -> str:
    return _lines(predictions[row] for row in english_order(examples))


def english_order(examples: Sequence[Bitext]) -> list[int]:
    """Rows in the order of their English sentences, sorted by code point."""
    return sorted(range(len(examples)), key=lambda row: examples[row].english.strip())


def _rankings(examples: Sequence[Any], predictions: Sequence[Any]) -> str:
    return _json({query.id: list(ranked) for query, ranked in zip(examples, predictions, strict=True)})


def _questions(examples: Sequence[Question]) -> str:
    """SQuAD's layout, neighbouring questions on one context in one paragraph."""
    paragraphs: list[dict[str, Any]] = []
    for question in examples:
        if not paragraphs or paragraphs[-1]["context"] != question.context:
            paragraphs.append({"context": question.context, "qas": []})
        answers = [{"text": answer.text, "answer_start": answer.start} for answer in question.answers or ()]
        paragraphs[-1]["qas"].append({"id": question.id, "question": question.question, "answers": answers})
    return _json({"version": "1.1", "data": [{"title": "", "paragraphs": paragraphs}]})


def _lines(values: Iterable[Any]) -> str:
    return "".join(f"{value}\n" for value in values)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
    return path


_WRITERS: dict[Form, Callable[[Sequence[Any], Sequence[Any]], str]] = {
    Form.LABELS: _labels,
    Form.CHOICES: _choices,
    Form.TAGS: _tags,
    Form.ANSWERS: _answers,
    Form.PAIRS: _pairs,
    Form.PLACES: _places,
    Form.ENTITIES: _rankings,
    Form.PASSAGES: _rankings,
}
