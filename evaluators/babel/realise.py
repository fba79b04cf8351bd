"""From meaning to words: clauses in a language's order, each word with its lemma, part of speech, entity and place.

A `Word` keeps its features, so that it can be said in any other language alone (code-switching), and the role of its
constituent, so that an answer can be found again in the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evaluators.babel.languages import Language
from evaluators.babel.meaning import CATEGORY_OF, LEMMAS, Fact, Frame, Reply, Sentence, Thing, Verdict


class Word(NamedTuple):
    """One word of a sentence, before it is put into letters."""

    lemma: str
    upos: str
    entity: str = "O"
    role: str = ""
    plural: bool = False
    past: bool = False
    accusative: bool = False


def spoken(word: Word, language: Language) -> str:
    """The word's form in a language."""
    return language.form(word.lemma, plural=word.plural, past=word.past, accusative=word.accusative)


def forms(words: Sequence[Word], language: Language) -> list[str]:
    """The words' forms in a language."""
    return [spoken(word, language) for word in words]


def say(sentence: Sentence, language: Language) -> str:
    """A sentence as text: its forms, with a blank between each two."""
    return " ".join(forms(realise(sentence, language), language))


def realise(sentence: Sentence, language: Language) -> list[Word]:
    """The words of a sentence in the language's order, with its final mark."""
    if isinstance(sentence, Fact):
        return _fact(sentence, language)
    if isinstance(sentence, Verdict):
        return [_function("yes" if sentence.holds else "no"), _mark(".")]
    if isinstance(sentence, Reply):
        return [*_reply(sentence, language), _mark(".")]
    return _clause(sentence, language)


def phrase(thing: Thing, language: Language, *, role: str = "", accusative: bool = False) -> list[Word]:
    """A noun phrase or a name."""
    if thing.kind == "PER":
        return [word._replace(role=role) for word in _person(thing)]
    if thing.kind == "ORG":
        pair = ["company", thing.head] if not language.adjective_first else [thing.head, "company"]
        return [Word(lemma, "PROPN", f"{'IB'[not place]}-ORG", role) for place, lemma in enumerate(pair)]
    noun = Word(thing.head, "NOUN", role=role, plural=bool(thing.number), accusative=accusative)
    modifiers = [Word(lemma, "ADJ", role=role) for lemma in (thing.adjective, thing.colour) if lemma]
    before = [Word(thing.number, "NUM", role=role)] if thing.number else []
    if language.article and not thing.number:
        before = [_function("the", role)]
    return [*before, *modifiers, noun] if language.adjective_first else [*before, noun, *modifiers]


def _person(thing: Thing) -> list[Word]:
    words = [Word(thing.head, "PROPN", "B-PER")]
    if thing.surname:
        words.append(Word(thing.surname, "PROPN", "I-PER"))
    if thing.partner:
        words += [_function("and"), Word(thing.partner, "PROPN", "B-PER")]
    return words


def _clause(frame: Frame, language: Language) -> list[Word]:
    """One clause. Question words stand first, except in languages that put the verb last: there they stay in place."""
    parts = {
        "subject": _agent(frame, language),
        "object": _patient(frame, language),
        "place": _place(frame, language),
        "time": _time(frame),
    }
    fronted: list[Word] = []
    if frame.asks in parts and language.order != "SOV":
        fronted, parts[frame.asks] = parts[frame.asks], []
    before, middle, after = _verb(frame, language)
    first, second = ("object", "subject") if frame.passive else ("subject", "object")
    ends = [*parts["place"], *parts["time"]]
    if language.order == "SVO":
        body = [*parts[first], *before, *middle, *after, *parts[second], *ends]
    elif language.order == "VSO":
        body = [*before, *middle, *after, *parts[first], *parts[second], *ends]
    else:
        body = [*parts[first], *parts["time"], *parts["place"], *parts[second], *before, *middle, *after]
    then = [_function("then")] if frame.then else []
    return [*then, *fronted, *body, _mark("?" if frame.asks else ".")]


def _agent(frame: Frame, language: Language) -> list[Word]:
    if frame.asks == "subject":
        words = [_function("who", "subject")]
    else:
        words = phrase(frame.subject, language, role="subject")
    return _adposition("by", words, language) if frame.passive else words


def _patient(frame: Frame, language: Language) -> list[Word]:
    if frame.asks == "object":
        return [_function("what" if frame.object.kind == "noun" else "who", "object")]
    return phrase(frame.object, language, role="object", accusative=not frame.passive)


def _place(frame: Frame, language: Language) -> list[Word]:
    if frame.asks == "place":
        return [_function("where", "place")]
    return _adposition("in", [Word(frame.place, "PROPN", "B-LOC", "place")], language) if frame.place else []


def _time(frame: Frame) -> list[Word]:
    if frame.asks == "time":
        return [_function("when", "time")]
    return [Word(frame.time, "ADV", role="time")] if frame.time else []


def _verb(frame: Frame, language: Language) -> tuple[list[Word], list[Word], list[Word]]:
    """What stands before the verb, the verb, and what stands after it: auxiliary and negation."""
    verb = [Word(frame.verb, "VERB", role="verb", past=frame.past or frame.passive)]
    auxiliary = [_function("be", "verb")._replace(past=frame.past)] if frame.passive else []
    negation = [_function("not", "verb")] if frame.negated else []
    if language.negation_last:
        return [], verb, [*auxiliary, *negation]
    return ([], [*negation, *verb], auxiliary) if language.order == "SOV" else ([*auxiliary, *negation], verb, [])


def _adposition(lemma: str, words: list[Word], language: Language) -> list[Word]:
    adposition = [_function(lemma)]
    return [*adposition, *words] if language.preposition else [*words, *adposition]


def _fact(fact: Fact, language: Language) -> list[Word]:
    subject = phrase(Thing(kind="noun", head=fact.noun), language, role="subject")
    category = [Word(CATEGORY_OF[fact.noun], "NOUN", role="object")]
    copula = [_function("be", "verb")]
    if language.order == "SVO":
        return [*subject, *copula, *category, _mark(".")]
    if language.order == "VSO":
        return [*copula, *subject, *category, _mark(".")]
    return [*subject, *category, *copula, _mark(".")]


def _reply(reply: Reply, language: Language) -> list[Word]:
    if isinstance(reply.answer, Thing):
        return phrase(reply.answer, language)
    upos = LEMMAS.get(reply.answer, "PROPN")
    return [Word(reply.answer, upos, "B-LOC" if upos == "PROPN" else "O")]


def _function(lemma: str, role: str = "") -> Word:
    return Word(lemma, LEMMAS[lemma], role=role)


def _mark(mark: str) -> Word:
    return Word(mark, "PUNCT")
