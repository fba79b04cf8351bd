"""One of several, in the pivot: the answer on a text (`race`), what happens next (`hellaswag`), what fits (`csqa`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from evaluators.babel.frames import Bucket, ask, doer, draw, follow, object_of, reverse
from evaluators.babel.languages import Language
from evaluators.babel.meaning import (
    CATEGORIES,
    CATEGORY_OF,
    CONCEPT_OF,
    CONCEPTS,
    PLACES,
    TIMES,
    Frame,
    Slot,
    Thing,
)
from evaluators.babel.realise import forms, phrase, say
from evaluators.babel.tasks_question import QuestionItem, question

_BEGINNINGS = tuple(name for name, concept in CONCEPTS.items() if concept.leads_to)
_CHOOSY = tuple(name for name, concept in CONCEPTS.items() if len(concept.objects) < len(CATEGORIES))
"""Concepts that cannot be done to everything."""


class ChoiceItem(NamedTuple):
    """A text, a question or beginning, candidates, and the place of the right one."""

    context: tuple[Frame, ...]
    question: Frame | str
    candidates: tuple[Frame | Thing | str, ...]
    right: int


def _shuffled(rng: Random, right: Any, wrong: list[Any]) -> tuple[tuple[Any, ...], int]:
    place = rng.randrange(len(wrong) + 1)
    return (*wrong[:place], right, *wrong[place:]), place


def reading(rng: Random, own: Bucket, turn: int) -> ChoiceItem:
    """A text, a question on it and four candidates, of which others may stand in the text too."""
    item = question(rng, own, turn)
    assert item.answered_by is not None
    answer = item.context[item.answered_by].told(item.slot)
    candidates, right = _shuffled(rng, answer, _distractors(rng, item, answer))
    return ChoiceItem(item.context, item.question, candidates, right)


def _distractors(rng: Random, item: QuestionItem, answer: Thing | str) -> list[Thing | str]:
    said = [frame.told(item.slot) for frame in item.context]
    wrong = list(dict.fromkeys(other for other in said if other and other != answer))
    while len(wrong) < 3:
        candidate = _another(rng, item.slot, item.question)
        if candidate != answer and candidate not in wrong:
            wrong.append(candidate)
    rng.shuffle(wrong)
    return wrong[:3]


def _another(rng: Random, slot: Slot, asked: Frame) -> Thing | str:
    if slot == "place":
        return rng.choice(PLACES)
    if slot == "time":
        return rng.choice((*TIMES, *PLACES))
    return doer(rng) if slot == "subject" else object_of(rng, CONCEPT_OF[asked.verb])


def race_row(item: ChoiceItem, language: Language) -> Mapping[str, Any]:
    """The columns of ehovy/race."""
    assert isinstance(item.question, Frame)
    return {
        "article": " ".join(say(frame, language) for frame in item.context),
        "answer": "ABCD"[item.right],
        "question": say(item.question, language),
        "options": [_name(candidate, language) for candidate in item.candidates],
    }


def _name(candidate: Frame | Thing | str, language: Language) -> str:
    if isinstance(candidate, Thing):
        return " ".join(forms(phrase(candidate, language), language))
    return say(candidate, language) if isinstance(candidate, Frame) else language.form(candidate)


def ending(rng: Random, own: Bucket, turn: int) -> ChoiceItem:
    """An event and four that could be next, by the chains of events that the world knows."""
    first = draw(
        rng, own, concept=rng.choice([name for name, concept in CONCEPTS.items() if concept.leads_to]), rich=0.3
    )
    right = follow(first, rng)
    assert right is not None
    concept = CONCEPT_OF[right.verb]
    wrong = [
        replace(right, object=_another_object(rng, right, concept)),
        reverse(right, rng),
        replace(reverse(right, rng), object=_another_object(rng, right, concept)),
    ]
    candidates, place = _shuffled(rng, right, wrong)
    return ChoiceItem((first,), "", candidates, place)


def _another_object(rng: Random, frame: Frame, concept: str) -> Thing:
    while True:
        thing = object_of(rng, concept)
        if thing.core != frame.object.core:
            return thing


def hellaswag_row(item: ChoiceItem, language: Language) -> Mapping[str, Any]:
    """The columns of Rowan/hellaswag. Labels are text there."""
    context = say(item.context[0], language)
    return {
        "activity_label": item.context[0].verb,
        "ctx_a": context,
        "ctx_b": "",
        "ctx": context,
        "endings": [_name(candidate, language) for candidate in item.candidates],
        "split": "",
        "split_type": "indomain",
        "label": str(item.right),
    }


def common_sense(rng: Random, own: Bucket, turn: int) -> ChoiceItem:
    """Five nouns: which is of that kind, or to which can this be done?"""
    if turn % 2:
        category = rng.choice(tuple(CATEGORIES))
        asked: Frame | str = category
        fitting = {category}
    else:
        frame = draw(
            rng, own, concept=rng.choice([name for name in CONCEPTS if name not in ("like", "hate")]), rich=0.3
        )
        frame = replace(frame, object=Thing(kind="noun", head=rng.choice(tuple(CATEGORY_OF))))
        asked = ask(frame, "object")
        fitting = set(frame.concept.objects)
    right = rng.choice(CATEGORIES[rng.choice(sorted(fitting))])
    wrong = rng.sample([noun for noun, category in CATEGORY_OF.items() if category not in fitting], 4)
    candidates, place = _shuffled(rng, right, wrong)
    return ChoiceItem((), asked, candidates, place)


def csqa_row(item: ChoiceItem, language: Language) -> Mapping[str, Any]:
    """The columns of tau/commonsense_qa. Answers are letters there."""
    if isinstance(item.question, Frame):
        asked, concept = say(item.question, language), item.question.verb
    else:
        asked = " ".join(language.form(word) for word in ("what", "be", item.question, "?"))
        concept = item.question
    return {
        "question": asked,
        "question_concept": concept,
        "choices": {"label": list("ABCDE"), "text": [_name(candidate, language) for candidate in item.candidates]},
        "answerKey": "ABCDE"[item.right],
    }
