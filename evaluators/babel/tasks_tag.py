"""One tag a word: parts of speech (`udpos`), named entities (`panx`), lexical categories (`ccg`, the pivot only)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from evaluators.babel.frames import Bucket, ask, draw, restate
from evaluators.babel.languages import Language
from evaluators.babel.meaning import Frame, Slot
from evaluators.babel.realise import forms, realise
from evaluators.babel.supertags import CATEGORIES, supertags

UPOS = (
    *("NOUN", "PUNCT", "ADP", "NUM", "SYM", "SCONJ", "ADJ", "PART", "DET"),
    *("CCONJ", "PROPN", "PRON", "X", "_", "ADV", "INTJ", "VERB", "AUX"),
)
"""In the order in which universal_dependencies numbers them."""
ENTITIES = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")


def sentence(rng: Random, own: Bucket, turn: int) -> Frame:
    """A clause of any kind: denied, passive, asked."""
    frame = restate(draw(rng, own, rich=0.4), rng)
    frame = replace(frame, negated=rng.random() < 0.15, then=rng.random() < 0.1)
    slots: tuple[Slot, ...] = ("subject", "object", "place", "time")
    return ask(frame, rng.choice(slots)) if rng.random() < 0.2 else frame


def named(rng: Random, own: Bucket, turn: int) -> Frame:
    """A statement that names someone or some place."""
    while True:
        frame = restate(draw(rng, own, rich=0.4), rng)
        if frame.place or frame.object.kind != "noun" or (frame.subject and frame.subject.kind != "noun"):
            return frame


def udpos_row(item: Frame, number: int, language: Language) -> Mapping[str, Any]:
    """The columns of universal_dependencies; what is not annotated is "_", as the format has it."""
    words = realise(item, language)
    tokens = forms(words, language)
    blank = ["_"] * len(words)
    return {
        "idx": f"babel-{number}",
        "text": " ".join(tokens),
        "tokens": tokens,
        "lemmas": [language.form(word.lemma) for word in words],
        "upos": [UPOS.index(word.upos) for word in words],
        **{column: blank for column in ("xpos", "feats", "head", "deprel", "deps", "misc")},
    }


def panx_row(item: Frame, number: int, language: Language) -> Mapping[str, Any]:
    """The columns of wikiann."""
    words = realise(item, language)
    tokens = forms(words, language)
    entities = [word.entity for word in words]
    return {
        "tokens": tokens,
        "ner_tags": [ENTITIES.index(entity) for entity in entities],
        "langs": [language.code] * len(words),
        "spans": _spans(tokens, entities),
    }


def _spans(tokens: list[str], entities: list[str]) -> list[str]:
    spans: list[str] = []
    for token, entity in zip(tokens, entities, strict=True):
        if entity.startswith("B-"):
            spans.append(f"{entity[2:]}: {token}")
        elif entity.startswith("I-"):
            spans[-1] += f" {token}"
    return spans


def ccg_row(item: Frame, number: int, language: Language) -> Mapping[str, Any]:
    """The columns of the local supertag files."""
    words = realise(item, language)
    return {
        "idx": f"babel-{number}",
        "tokens": forms(words, language),
        "supertags": [CATEGORIES.index(tag) for tag in supertags(words, item)],
    }
