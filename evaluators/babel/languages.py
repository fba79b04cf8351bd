"""Six languages in four scripts: their words, their morphology, and the orders that `realise` follows.

`en` is the pivot and uses English lemmas, inflected without exception. The others speak invented words, except for a
share of cognates: English words with a few sound changes, transliterated. Their codes lie in ISO 639's private range.

    code  script      order  adjective  adposition  article  morphology                          cognates  corpus
    en    Latin       SVO    before     before      yes      -s, -ed                                 -      1.0
    qda   Latin       SOV    before     before      yes      -en, -te                               .50     .6
    qro   Latin       SVO    after      before      yes      -i, -ato                               .30     .6
    qsl   Cyrillic    SVO    before     before      no       plural, past, accusative suffixes      .15     .5
    qin   Devanagari  SOV    before     after       no       plural, past suffixes; negation last   .10     .4
    qse   Hebrew      VSO    after      before      yes      plural suffix, past prefix             .05     .25

Three of ten names stay in Latin letters everywhere; digits and punctuation are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Literal

from evaluators.babel.meaning import FUNCTION_WORDS, LEMMAS, NAMES
from evaluators.babel.scripts import Script, transliterate


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language. Words and affixes are kept in Latin letters, and written in the script when they are said."""

    code: str
    script: Script
    order: Literal["SVO", "SOV", "VSO"]
    adjective_first: bool
    preposition: bool
    article: bool
    plural: str
    past: str = ""
    past_prefix: str = ""
    accusative: str = ""
    negation_last: bool = False
    cognates: float
    """Share of the lemmas that are English words in disguise."""
    corpus: float
    """Size of its pretraining text, English = 1."""
    sounds: tuple[str, str] = ("", "")
    """Consonants and vowels of invented words."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Sound changes that cognates went through."""

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Lemma or name -> its bare form, in Latin letters."""
        own = {lemma: lemma for lemma in LEMMAS} | {"be": "is"} if self.code == "en" else _vocabulary(self)
        return {name: name for name in NAMES} | own

    @cached_property
    def _forms(self) -> dict[tuple[str, bool, bool, bool], str]:
        return {}

    def form(self, lemma: str, *, plural: bool = False, past: bool = False, accusative: bool = False) -> str:
        """The inflected word. What the language does not inflect for is ignored; digits and marks are themselves."""
        key = (lemma, plural, past, accusative)
        if key not in self._forms:
            self._forms[key] = self._inflected(lemma, plural=plural, past=past, accusative=accusative)
        return self._forms[key]

    def _inflected(self, lemma: str, *, plural: bool, past: bool, accusative: bool) -> str:
        word = self.words.get(lemma)
        if word is None or lemma in LATIN_NAMES:
            return lemma
        if self.code == "en" and past:
            return "was" if lemma == "be" else word + ("d" if word.endswith("e") else "ed")
        prefix = self.past_prefix if past else ""
        suffix = (self.plural if plural else "") + (self.accusative if accusative else "") + (self.past if past else "")
        return transliterate(prefix + word + suffix, self.script)


LATIN_NAMES = frozenset(name for place, name in enumerate(NAMES) if place % 10 in (1, 4, 8))
"""Names that stay in Latin letters everywhere."""


def _vocabulary(language: Language) -> dict[str, str]:
    """A form for every lemma: cognates first come, inventions for the rest, no two alike."""
    rng = Random(f"words of {language.code}")
    content = [lemma for lemma in LEMMAS if lemma not in FUNCTION_WORDS]
    cognates = set(rng.sample(content, round(language.cognates * len(content))))
    taken: set[str] = set()
    words: dict[str, str] = {}
    for lemma in LEMMAS:
        word = _disguise(lemma, language.changes) if lemma in cognates else ""
        while not word or transliterate(word, language.script) in taken:
            word = _invent(rng, language, short=lemma in FUNCTION_WORDS)
        taken.add(transliterate(word, language.script))
        words[lemma] = word
    return words


def _disguise(lemma: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        lemma = lemma.replace(old, new)
    return lemma


def _invent(rng: Random, language: Language, *, short: bool) -> str:
    consonants, vowels = language.sounds
    syllables = [rng.choice(consonants) + rng.choice(vowels) for _ in range(1 if short else 2)]
    return "".join(syllables) + (rng.choice(consonants) if short or rng.random() < 0.4 else "")


PIVOT = "en"

LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language(
            code="en",
            script="Latin",
            order="SVO",
            adjective_first=True,
            preposition=True,
            article=True,
            plural="s",
            past="ed",
            cognates=0.0,
            corpus=1.0,
        ),
        Language(
            code="qda",
            script="Latin",
            order="SOV",
            adjective_first=True,
            preposition=True,
            article=True,
            plural="en",
            past="te",
            cognates=0.5,
            corpus=0.6,
            sounds=("bdfghkmnrstv", "aeou"),
            changes={"c": "k", "sh": "sk", "w": "v"},
        ),
        Language(
            code="qro",
            script="Latin",
            order="SVO",
            adjective_first=False,
            preposition=True,
            article=True,
            plural="i",
            past="ato",
            cognates=0.3,
            corpus=0.6,
            sounds=("bcdglmnprstvz", "aeio"),
            changes={"k": "c", "w": "v", "y": "i"},
        ),
        Language(
            code="qsl",
            script="Cyrillic",
            order="SVO",
            adjective_first=True,
            preposition=True,
            article=False,
            plural="y",
            past="la",
            accusative="u",
            cognates=0.15,
            corpus=0.5,
            sounds=("bdgklmnprstvz", "aeiou"),
        ),
        Language(
            code="qin",
            script="Devanagari",
            order="SOV",
            adjective_first=True,
            preposition=False,
            article=False,
            plural="on",
            past="ya",
            negation_last=True,
            cognates=0.1,
            corpus=0.4,
            sounds=("bdghjklmnprst", "aeiou"),
        ),
        Language(
            code="qse",
            script="Hebrew",
            order="VSO",
            adjective_first=False,
            preposition=True,
            article=True,
            plural="im",
            past_prefix="ha",
            cognates=0.05,
            corpus=0.25,
            sounds=("bdghklmnprst", "aeio"),
        ),
    )
}
