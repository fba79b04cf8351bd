"""One tag a word: parts of speech (`udpos`), named entities (`panx`), lexical categories (`ccg`, the pivot only)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from evaluators.babel.frames import Bucket, ask, draw, draw_to_ask, restate
from evaluators.babel.languages import Language
from evaluators.babel.meaning import SLOTS, Frame
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
    slot = rng.choice(SLOTS) if rng.random() < 0.2 else None
    frame = draw_to_ask(rng, own, slot, rich=0.4) if slot else draw(rng, own, rich=0.4)
    frame = replace(restate(frame, rng), negated=rng.random() < 0.15, then=rng.random() < 0.1)
    return ask(frame, slot) if slot else frame


def named(rng: Random, own: Bucket, turn: int) -> Frame:
    """A statement that names someone or some place."""
    while True:
        frame = restate(draw(rng, own, rich=0.4), rng)
        if frame.place or frame.object.kind != "noun" or frame.subject.kind != "noun":
            return frame


def udpos_row(item: Frame, language: Language) -> Mapping[str, Any]:
    """The columns of universal_dependencies; what is not annotated is "_", as the format has it."""
    words = realise(item, language)
    tokens = forms(words, language)
    blank = ["_"] * len(words)
    return {
        "text": " ".join(tokens),
        "tokens": tokens,
        "lemmas": [language.form(word.lemma) for word in words],
        "upos": [UPOS.index(word.upos) for word in words],
        **{column: blank for column in ("xpos", "feats", "head", "deprel", "deps", "misc")},
    }


def panx_row(item: Frame, language: Language) -> Mapping[str, Any]:
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


def ccg_row(item: Frame, language: Language) -> Mapping[str, Any]:
    """The columns of the local supertag files."""
    words = realise(item, language)
    return {
        "tokens": forms(words, language),
        "supertags": [CATEGORIES.index(tag) for tag in supertags(words, item)],
    }
