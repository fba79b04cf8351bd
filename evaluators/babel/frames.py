"""Drawing frames, and the edits from which the pair tasks are made.

`bucket` divides all frames, by a hash of who does what to whom, into the three splits; whatever a split says first (a
premise, a context, a sentence, a question) is drawn from its own bucket. That holds over all tasks and the pretraining
text, so that no first text of a test set, in any language or rewording, was ever trained on. Second texts (a
hypothesis, a paraphrase) are edits of the first, and some edits lead into another bucket.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import Literal
from zlib import crc32

from evaluators.babel.meaning import (
    ADJECTIVES,
    CATEGORIES,
    CATEGORY_OF,
    COLOURS,
    CONCEPT_OF,
    CONCEPTS,
    DIGITS,
    FIRST_NAMES,
    OPPOSITE,
    PLACES,
    SOCIAL,
    SURNAMES,
    SYNONYM,
    TIMES,
    Frame,
    Slot,
    Thing,
)

Bucket = Literal["train", "dev", "test"]


@cache
def _bucket_of(core: str) -> Bucket:
    share = crc32(core.encode()) % 100
    return "train" if share < 60 else "dev" if share < 75 else "test"


def bucket(frame: Frame) -> Bucket:
    """The split that owns the frame: 60 % of all cores are training's, 15 % development's, 25 % test's."""
    return _bucket_of(frame.core)


def draw(rng: Random, own: Bucket, *, concept: str = "", social: bool = False, rich: float = 0.35) -> Frame:
    """A plain statement out of bucket `own`.

    Args:
        rng: source of chance.
        own: the bucket.
        concept: a verb concept, or any.
        social: both sides are persons.
        rich: chance of each modifier (adjective or colour, place, time).
    """
    while True:
        name = concept or rng.choice(SOCIAL if social else tuple(CONCEPTS))
        subject = person(rng) if social else doer(rng)
        undergoer = person(rng) if social else object_of(rng, name)
        frame = Frame(subject=subject, verb=rng.choice(CONCEPTS[name].synonyms), object=undergoer)
        if subject.core != undergoer.core and bucket(frame) == own:
            return _decorate(frame, rng, rich)


def draw_to_ask(rng: Random, own: Bucket, slot: Slot, *, social: bool = False, rich: float = 0.35) -> Frame:
    """A statement out of bucket `own` whose question about `slot` belongs there too."""
    while True:
        frame = draw(rng, own, social=social, rich=rich)
        if bucket(ask(frame, slot)) == own:
            return frame


def _decorate(frame: Frame, rng: Random, rich: float) -> Frame:
    time = rng.choice(TIMES) if rng.random() < rich else ""
    return replace(
        frame,
        object=modified(frame.object, rng, rich),
        place=rng.choice(PLACES) if rng.random() < rich else "",
        time=time,
        past=time == "yesterday" or (not time and rng.random() < 0.6),
    )


def person(rng: Random) -> Thing:
    """A person by first name, half of the time with a surname."""
    return Thing(kind="PER", head=rng.choice(FIRST_NAMES), surname=rng.choice(SURNAMES) if rng.random() < 0.5 else "")


def doer(rng: Random) -> Thing:
    """Who can do something: mostly a person, at times two, an organisation, or a person by trade."""
    chance = rng.random()
    if chance < 0.55:
        return person(rng)
    if chance < 0.62:
        first, second = rng.sample(FIRST_NAMES, 2)
        return Thing(kind="PER", head=first, partner=second)
    if chance < 0.80:
        return Thing(kind="ORG", head=rng.choice(SURNAMES))
    return Thing(kind="noun", head=rng.choice(CATEGORIES["person"]))


def object_of(rng: Random, concept: str) -> Thing:
    """Something to which the concept can be done; persons and organisations by name where it can be done to persons."""
    if concept in SOCIAL and rng.random() < 0.35:
        return person(rng) if rng.random() < 0.6 else Thing(kind="ORG", head=rng.choice(SURNAMES))
    return Thing(kind="noun", head=rng.choice(CATEGORIES[rng.choice(CONCEPTS[concept].objects)]))


def modified(thing: Thing, rng: Random, rich: float) -> Thing:
    """The thing with, by chance `rich`, an adjective or a colour, and by half of it a number."""
    if thing.kind != "noun":
        return thing
    if rng.random() < rich:
        if rng.random() < 0.8:
            thing = replace(thing, adjective=rng.choice(ADJECTIVES))
        else:
            thing = replace(thing, colour=rng.choice(COLOURS))
    return replace(thing, number=rng.choice(DIGITS)) if rng.random() < rich / 2 else thing


def restate(frame: Frame, rng: Random, *, passive: float = 0.4) -> Frame:
    """The same in other words: synonyms, each by even chance, and by chance `passive` in the passive voice."""
    if rng.random() < 0.5:
        frame = replace(frame, verb=SYNONYM[frame.verb])
    if frame.object.adjective and rng.random() < 0.5:
        frame = replace(frame, object=replace(frame.object, adjective=SYNONYM[frame.object.adjective]))
    return replace(frame, passive=rng.random() < passive)


def weaken(frame: Frame, rng: Random) -> Frame:
    """Something that follows from the frame: modifiers left out, the kind of thing in place of the thing."""
    keep = rng.random
    thing = replace(
        frame.object,
        adjective=frame.object.adjective if keep() < 0.4 else "",
        colour=frame.object.colour if keep() < 0.4 else "",
    )
    if thing.head in CATEGORY_OF and rng.random() < 0.25:
        thing = replace(thing, head=CATEGORY_OF[thing.head])
    return replace(
        frame,
        object=thing,
        place=frame.place if keep() < 0.4 else "",
        time=frame.time if keep() < 0.4 else "",
        verb=SYNONYM[frame.verb] if rng.random() < 0.3 else frame.verb,
    )


def reverse(frame: Frame, rng: Random) -> Frame:
    """The opposite: another verb, of opposite meaning."""
    return replace(frame, verb=rng.choice(OPPOSITE[frame.verb]))


def swap(frame: Frame) -> Frame:
    """Doer and undergoer change places."""
    return replace(frame, subject=frame.object, object=frame.subject)


def follow(frame: Frame, rng: Random) -> Frame | None:
    """What tends to happen next to the same thing, or None after a last event."""
    name = CONCEPTS[CONCEPT_OF[frame.verb]].leads_to
    if name is None:
        return None
    return replace(frame, verb=rng.choice(CONCEPTS[name].synonyms), place="", time="", passive=False, then=True)


def ask(frame: Frame, slot: Slot | Literal["polar"]) -> Frame:
    """A question on the frame. It has a bucket of its own, as it does not say what it asks for."""
    return replace(frame, asks=slot)


def other(rng: Random, current: str, among: tuple[str, ...]) -> str:
    """Another one of `among`."""
    return rng.choice([choice for choice in among if choice != current])
