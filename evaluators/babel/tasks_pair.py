"""Pairs of sentences: entailment (`xnli`, `mnli`, `anli`), paraphrase (`pawsx`) and same question (`qqp`).

Entailment follows from `weaken` and `restate`, contradiction from a denial or a verb of opposite meaning, neutrality
from two things that the premise does not say. As in the real sets, denial gives contradiction away more often than not.
`anli` is made to be hard: any premise may be denied, a neutral hypothesis differs in one place, doer and undergoer may
have changed places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from evaluators.babel.frames import (
    Bucket,
    ask,
    doer,
    draw,
    draw_to_ask,
    modified,
    object_of,
    other,
    restate,
    reverse,
    swap,
    weaken,
)
from evaluators.babel.languages import Language
from evaluators.babel.meaning import CONCEPT_OF, PLACES, SLOTS, Frame, Thing
from evaluators.babel.realise import say

ENTAILMENT, NEUTRAL, CONTRADICTION = range(3)


class PairItem(NamedTuple):
    """Two clauses and the number of their label."""

    first: Frame
    second: Frame
    label: int


def entailment(rng: Random, own: Bucket, turn: int) -> PairItem:
    """A premise and a hypothesis; the label goes round with `turn`."""
    return _unlike(_entailment, rng, own, turn)


def adversarial(rng: Random, own: Bucket, turn: int) -> PairItem:
    """Entailment without the easy signs."""
    return _unlike(_adversarial, rng, own, turn)


def paraphrase(rng: Random, own: Bucket, turn: int) -> PairItem:
    """Two sentences of much the same words; label 1 where they say the same."""
    return _unlike(_paraphrase, rng, own, turn)


def same_question(rng: Random, own: Bucket, turn: int) -> PairItem:
    """Two questions; label 1 where they ask for the same."""
    return _unlike(_same_question, rng, own, turn)


def _unlike(make: Callable[[Random, Bucket, int], PairItem], rng: Random, own: Bucket, turn: int) -> PairItem:
    """A pair of two different clauses."""
    while True:
        pair = make(rng, own, turn)
        if pair.first != pair.second:
            return pair


def _entailment(rng: Random, own: Bucket, turn: int) -> PairItem:
    premise = draw(rng, own, rich=0.45)
    label = turn % 3
    if label == NEUTRAL:
        hypothesis = _unrelated(premise, rng)
    elif label == CONTRADICTION and rng.random() < 0.4:
        hypothesis = weaken(reverse(premise, rng), rng)
    else:
        hypothesis = replace(weaken(premise, rng), negated=label == CONTRADICTION)
    if rng.random() < 0.25:
        hypothesis = replace(hypothesis, passive=True)
    return PairItem(premise, hypothesis, label)


def _unrelated(premise: Frame, rng: Random) -> Frame:
    """Another object, and another doer or place, so that nothing follows."""
    changed = replace(premise, object=_another_object(premise, rng))
    if rng.random() < 0.5:
        changed = replace(changed, subject=_another_doer(premise, rng))
    else:
        changed = replace(changed, place=other(rng, premise.place, PLACES))
    return replace(changed, negated=rng.random() < 0.15)


def _another_object(frame: Frame, rng: Random) -> Thing:
    while True:
        thing = object_of(rng, CONCEPT_OF[frame.verb])
        if thing.core != frame.object.core and thing.core != frame.subject.core:
            return modified(thing, rng, 0.3)


def _another_doer(frame: Frame, rng: Random) -> Thing:
    while True:
        subject = doer(rng)
        if subject.core not in (frame.subject.core, frame.object.core):
            return subject


def _adversarial(rng: Random, own: Bucket, turn: int) -> PairItem:
    label = turn % 3
    social = rng.random() < 0.4
    premise = replace(draw(rng, own, rich=0.5, social=social), negated=rng.random() < 0.3)
    if label == ENTAILMENT:
        return PairItem(premise, restate(premise, rng), label)
    if label == NEUTRAL:
        return PairItem(premise, restate(_one_change(premise, rng, social), rng), label)
    opposed = replace(premise, negated=not premise.negated)
    if not premise.negated and rng.random() < 0.5:
        opposed = reverse(premise, rng)
    return PairItem(premise, restate(opposed, rng), label)


def _one_change(frame: Frame, rng: Random, social: bool) -> Frame:
    if social and rng.random() < 0.5:
        return swap(frame)
    if rng.random() < 0.5:
        return replace(frame, subject=_another_doer(frame, rng))
    return replace(frame, object=_another_object(frame, rng))


def _paraphrase(rng: Random, own: Bucket, turn: int) -> PairItem:
    label = turn % 2
    first = draw(rng, own, rich=0.4, social=rng.random() < 0.2)
    second = first if label else _one_detail(first, rng)
    return PairItem(first, restate(second, rng, passive=0.2), label)


def _one_detail(frame: Frame, rng: Random) -> Frame:
    """Another thing, another doer, another place or the opposite deed; or the two persons change places."""
    if frame.subject.kind == frame.object.kind == "PER" and rng.random() < 0.6:
        return swap(frame)
    if frame.place and rng.random() < 0.3:
        return replace(frame, place=other(rng, frame.place, PLACES))
    chance = rng.random()
    if chance < 0.45:
        return replace(frame, object=_another_object(frame, rng))
    return replace(frame, subject=_another_doer(frame, rng)) if chance < 0.75 else reverse(frame, rng)


def _same_question(rng: Random, own: Bucket, turn: int) -> PairItem:
    label = turn % 2
    first, second = rng.sample(SLOTS, 2)
    frame = draw_to_ask(rng, own, first, rich=0.45, social=rng.random() < 0.3)
    if label:
        return PairItem(ask(frame, first), ask(restate(frame, rng), first), label)
    chance = rng.random()
    if chance < 0.35:
        return PairItem(ask(frame, first), ask(restate(frame, rng), second), label)
    if chance < 0.65:
        return PairItem(ask(frame, first), ask(restate(reverse(frame, rng), rng), first), label)
    slot = "subject" if first == "object" else "object"
    changed = (
        replace(frame, subject=_another_doer(frame, rng))
        if slot == "subject"
        else replace(frame, object=_another_object(frame, rng))
    )
    return PairItem(ask(frame, first), ask(restate(changed, rng), first), label)


def nli_row(item: PairItem, language: Language) -> Mapping[str, Any]:
    """The columns of facebook/xnli, and of GLUE's MNLI."""
    return {"premise": say(item.first, language), "hypothesis": say(item.second, language), "label": item.label}


def anli_row(item: PairItem, language: Language) -> Mapping[str, Any]:
    """The columns of facebook/anli."""
    return {**nli_row(item, language), "reason": ""}


def pawsx_row(item: PairItem, language: Language) -> Mapping[str, Any]:
    """The columns of google-research-datasets/paws-x."""
    return {
        "sentence1": say(item.first, language),
        "sentence2": say(item.second, language),
        "label": item.label,
    }


def qqp_row(item: PairItem, language: Language) -> Mapping[str, Any]:
    """The columns of nyu-mll/glue, qqp."""
    return {
        "question1": say(item.first, language),
        "question2": say(item.second, language),
        "label": item.label,
    }
