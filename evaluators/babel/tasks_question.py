"""Questions answered by a stretch of a text (`xquad`, `squad1`, `squad2`), and sentences to be found again (`tatoeba`).

A text is two or three statements. The question asks for one place of one of them, often in other words; the answer is
that place's phrase as it stands in the text, found by the role that its words carry. In `squad2` one question in three
has no answer: it asks about something similar that the text does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from evaluators.babel.frames import Bucket, ask, bucket, draw, restate, reverse
from evaluators.babel.languages import LANGUAGES, PIVOT, Language
from evaluators.babel.meaning import SLOTS, Frame, Slot
from evaluators.babel.realise import forms, realise, say


class QuestionItem(NamedTuple):
    """Statements, a question, and which statement's slot answers it (None: none does)."""

    context: tuple[Frame, ...]
    question: Frame
    answered_by: int | None
    slot: Slot


def question(rng: Random, own: Bucket, turn: int) -> QuestionItem:
    """A text and a question that it answers."""
    while True:
        context = _context(rng, own)
        place = rng.randrange(len(context))
        slot = rng.choice([slot for slot in SLOTS if context[place].told(slot)])
        asked = ask(restate(context[place], rng) if rng.random() < 0.5 else context[place], slot)
        if bucket(asked) == own:
            return QuestionItem(context, asked, place, slot)


def question_or_none(rng: Random, own: Bucket, turn: int) -> QuestionItem:
    """A text and a question; every third text does not answer it."""
    item = question(rng, own, turn)
    if turn % 3:
        return item
    return item._replace(question=reverse(item.question, rng), answered_by=None)


def _context(rng: Random, own: Bucket) -> tuple[Frame, ...]:
    """Two or three statements about different people, things, deeds and places."""
    frames: list[Frame] = []
    wanted = rng.choice((2, 2, 3))
    while len(frames) < wanted:
        frame = draw(rng, own, rich=0.6)
        if all(_apart(frame, said) for said in frames):
            frames.append(frame)
    return tuple(frames)


def _apart(one: Frame, two: Frame) -> bool:
    heads = {one.subject.head, one.object.head} & {two.subject.head, two.object.head}
    return not heads and one.verb != two.verb and (not one.place or one.place != two.place)


def xquad_row(item: QuestionItem, language: Language) -> Mapping[str, Any]:
    """The columns of google/xquad."""
    context = " ".join(say(frame, language) for frame in item.context)
    return {
        "context": context,
        "question": say(item.question, language),
        "answers": _answers(item, language),
    }


def squad_row(item: QuestionItem, language: Language) -> Mapping[str, Any]:
    """The columns of rajpurkar/squad and squad_v2."""
    return {**xquad_row(item, language), "title": "babel"}


def _answers(item: QuestionItem, language: Language) -> Mapping[str, list[Any]]:
    if item.answered_by is None:
        return {"text": [], "answer_start": []}
    before = "".join(say(frame, language) + " " for frame in item.context[: item.answered_by])
    words = realise(item.context[item.answered_by], language)
    spoken = forms(words, language)
    inside = [place for place, word in enumerate(words) if word.role == item.slot]
    start = len(before) + sum(len(form) + 1 for form in spoken[: inside[0]])
    return {"text": [" ".join(spoken[inside[0] : inside[-1] + 1])], "answer_start": [start]}


def bitext(rng: Random, own: Bucket, turn: int) -> Frame:
    """A statement with enough in it to tell it from the others."""
    return replace(draw(rng, own, rich=0.5), negated=rng.random() < 0.1)


def tatoeba_row(item: Frame, language: Language) -> Mapping[str, Any]:
    """The columns of google/xtreme, tatoeba."""
    return {
        "source_sentence": say(item, language),
        "target_sentence": say(item, LANGUAGES[PIVOT]),
        "source_lang": language.code,
        "target_lang": PIVOT,
    }
