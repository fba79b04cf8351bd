"""Pretraining text: a tiny multilingual corpus whose parallel half makes the languages meet in one space.

Of the documents, 40 % are translation pairs with the pivot (two texts, read side by side), 30 % code-switched (two of
five words said in the other language), 15 % parallel phrases and words, 15 % plain text of one language. Languages are
drawn in proportion to their corpus. A document is one to three short sentences: a statement, a restatement of it, what
happened next, a question with its reply, a yes/no question with its verdict, or a fact. Every kind occurs in every
language; so what zero-shot transfer lacks is a task's labels, not such texts. Every text says its language; of a
code-switched one it is the language whose word order it follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from evaluators.babel.frames import ask, bucket, doer, draw, follow, modified, object_of, restate, reverse, weaken
from evaluators.babel.languages import LANGUAGES, PIVOT, Language
from evaluators.babel.meaning import (
    CATEGORY_OF,
    CONCEPTS,
    LEMMAS,
    NAMES,
    SLOTS,
    Fact,
    Frame,
    Reply,
    Sentence,
    Verdict,
)
from evaluators.babel.realise import Word, forms, phrase, realise, say
from evaluators.examples import Text

DOCUMENTS = 60_000
_SWITCHED = 0.4


def pretraining_text(seed: int, documents: int = DOCUMENTS) -> Iterator[Text]:
    """The pretraining corpus; equal seeds give equal documents."""
    rng = Random(f"pretraining {seed}")
    for number in range(documents):
        chance = rng.random()
        make = _pair if chance < 0.40 else _switched if chance < 0.70 else _glossary if chance < 0.85 else _plain
        yield replace(make(rng), id=f"{seed}-{number}")


def monolingual_text(language: Language, rng: Random) -> str:
    """One plain document."""
    return _text(document(rng), language)


def document(rng: Random) -> tuple[Sentence, ...]:
    """One to three sentences that belong together, as meanings."""
    frame = draw(rng, "train", rich=0.3)
    chance = rng.random()
    if chance < 0.40:
        return (restate(frame, rng) if rng.random() < 0.3 else frame,)
    if chance < 0.58:
        again = restate(weaken(frame, rng) if rng.random() < 0.5 else frame, rng)
        return (frame,) if again == frame else (frame, again)
    if chance < 0.72:
        return _chain(frame, rng)
    if chance < 0.85:
        return _question(frame, rng)
    if chance < 0.95:
        return _verdict(frame, rng)
    return (Fact(rng.choice(tuple(CATEGORY_OF))),)


def _chain(frame: Frame, rng: Random) -> tuple[Sentence, ...]:
    after = follow(frame, rng)
    return (frame,) if after is None or bucket(after) != "train" else (frame, after)


def _question(frame: Frame, rng: Random) -> tuple[Sentence, ...]:
    slots = [slot for slot in SLOTS if frame.told(slot) and bucket(ask(frame, slot)) == "train"]
    if not slots:
        return (frame,)
    slot = rng.choice(slots)
    question = ask(restate(frame, rng) if rng.random() < 0.5 else frame, slot)
    return frame, question, Reply(frame.told(slot))


def _verdict(frame: Frame, rng: Random) -> tuple[Sentence, ...]:
    if rng.random() < 0.5:
        return frame, ask(restate(weaken(frame, rng), rng), "polar"), Verdict(True)
    wrong = reverse(frame, rng) if rng.random() < 0.6 else replace(frame, subject=doer(rng))
    if wrong.core == frame.core or bucket(wrong) != "train":
        return (frame,)
    return frame, ask(wrong, "polar"), Verdict(False)


def _pair(rng: Random) -> Text:
    language = _foreign(rng)
    said = document(rng)
    return _beside([(tongue.code, _text(said, tongue)) for tongue in (language, LANGUAGES[PIVOT])], rng)


def _switched(rng: Random) -> Text:
    """A document in the word order of one language, with some words in the other."""
    language, pivot = _foreign(rng), LANGUAGES[PIVOT]
    host, guest = (language, pivot) if rng.random() < 0.5 else (pivot, language)
    words = [word for sentence in document(rng) for word in realise(sentence, host)]
    return Text(id="", text=" ".join(_switch(words, host, guest, rng)), language=host.code)


def _switch(words: Sequence[Word], host: Language, guest: Language, rng: Random) -> list[str]:
    return [
        there if rng.random() < _SWITCHED else here
        for here, there in zip(forms(words, host), forms(words, guest), strict=True)
    ]


def _glossary(rng: Random) -> Text:
    """A word or a phrase beside its translation."""
    language, pivot = _foreign(rng), LANGUAGES[PIVOT]
    if rng.random() < 0.5:
        lemma = rng.choice((*LEMMAS, *NAMES))
        past = LEMMAS.get(lemma) == "VERB" and rng.random() < 0.5
        sides = [(tongue.code, tongue.form(lemma, past=past)) for tongue in (language, pivot)]
    else:
        thing = modified(object_of(rng, rng.choice(tuple(CONCEPTS))), rng, 0.6)
        sides = [(tongue.code, " ".join(forms(phrase(thing, tongue), tongue))) for tongue in (language, pivot)]
    return _beside(sides, rng)


def _beside(sides: list[tuple[str, str]], rng: Random) -> Text:
    """Two texts with their languages' codes, in a drawn order."""
    rng.shuffle(sides)
    (language, text), (other, parallel) = sides
    return Text(id="", text=text, parallel=parallel, language=language, parallel_language=other)


def _plain(rng: Random) -> Text:
    codes = list(LANGUAGES)
    code = rng.choices(codes, [LANGUAGES[code].corpus for code in codes])[0]
    return Text(id="", text=monolingual_text(LANGUAGES[code], rng), language=code)


def _foreign(rng: Random) -> Language:
    codes = [code for code in LANGUAGES if code != PIVOT]
    return LANGUAGES[rng.choices(codes, [LANGUAGES[code].corpus for code in codes])[0]]


def _text(sentences: Sequence[Sentence], language: Language) -> str:
    return " ".join(say(sentence, language) for sentence in sentences)
