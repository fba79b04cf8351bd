"""What can be said: lemmas, what the world knows about them, and the frames they fill.

91 lemmas carry the meaning: 28 nouns in 7 categories and the category words, 24 verbs (12 concepts of two synonyms, in
6 antonym pairs), 12 adjectives (6 concepts of two synonyms, in 3 antonym pairs), 3 colours, 3 times and 14 function
words. Names stand beside them. A lemma is written as its English form, which makes every table readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "person": ("teacher", "doctor", "farmer", "singer"),
    "animal": ("dog", "cat", "horse", "bird"),
    "food": ("apple", "onion", "cake", "melon"),
    "tool": ("hammer", "spoon", "rope", "drill"),
    "garment": ("hat", "coat", "shirt", "boot"),
    "vehicle": ("car", "boat", "train", "cart"),
    "instrument": ("drum", "flute", "piano", "harp"),
}
CATEGORY_OF: Mapping[str, str] = {noun: category for category, nouns in CATEGORIES.items() for noun in nouns}

_CREATURES = ("person", "animal")
_WARES = ("animal", "food", "vehicle", "instrument")
_MACHINES = ("tool", "vehicle", "instrument")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """What a verb means: its two words, its opposite, what it can be done to, and what tends to happen next."""

    synonyms: tuple[str, str]
    opposite: str
    objects: tuple[str, ...]
    leads_to: str | None = None


CONCEPTS: Mapping[str, Concept] = {
    "like": Concept(synonyms=("like", "enjoy"), opposite="hate", objects=tuple(CATEGORIES)),
    "hate": Concept(synonyms=("hate", "despise"), opposite="like", objects=tuple(CATEGORIES)),
    "clean": Concept(
        synonyms=("clean", "wash"), opposite="soil", objects=("garment", "vehicle", "tool"), leads_to="like"
    ),
    "soil": Concept(
        synonyms=("soil", "stain"), opposite="clean", objects=("garment", "vehicle", "tool"), leads_to="clean"
    ),
    "order": Concept(synonyms=("order", "purchase"), opposite="trade", objects=_WARES, leads_to="like"),
    "trade": Concept(synonyms=("trade", "auction"), opposite="order", objects=_WARES, leads_to="order"),
    "discover": Concept(
        synonyms=("discover", "locate"), opposite="conceal", objects=("food", "tool", "garment"), leads_to="like"
    ),
    "conceal": Concept(
        synonyms=("conceal", "cloak"), opposite="discover", objects=("food", "tool", "garment"), leads_to="discover"
    ),
    "help": Concept(synonyms=("help", "assist"), opposite="harm", objects=_CREATURES, leads_to="like"),
    "harm": Concept(synonyms=("harm", "injure"), opposite="help", objects=_CREATURES, leads_to="help"),
    "smash": Concept(synonyms=("smash", "crack"), opposite="repair", objects=_MACHINES, leads_to="repair"),
    "repair": Concept(synonyms=("repair", "mend"), opposite="smash", objects=_MACHINES, leads_to="like"),
}
CONCEPT_OF: Mapping[str, str] = {verb: name for name, concept in CONCEPTS.items() for verb in concept.synonyms}
SOCIAL = tuple(name for name, concept in CONCEPTS.items() if "person" in concept.objects)
"""Concepts that one person can do to another, so that the two can change places."""

_ADJECTIVE_PAIRS = (
    (("big", "large"), ("small", "little")),
    (("new", "modern"), ("old", "ancient")),
    (("good", "fine"), ("bad", "awful")),
)
ADJECTIVES = tuple(word for pair in _ADJECTIVE_PAIRS for side in pair for word in side)
SYNONYM: Mapping[str, str] = {
    first: second
    for a, b in [
        *(concept.synonyms for concept in CONCEPTS.values()),
        *(side for pair in _ADJECTIVE_PAIRS for side in pair),
    ]
    for first, second in ((a, b), (b, a))
}
OPPOSITE: Mapping[str, tuple[str, str]] = {
    **{word: right for left, right in _ADJECTIVE_PAIRS for word in left},
    **{word: left for left, right in _ADJECTIVE_PAIRS for word in right},
    **{verb: CONCEPTS[concept.opposite].synonyms for concept in CONCEPTS.values() for verb in concept.synonyms},
}
"""Verb or adjective -> the two words of its opposite."""

COLOURS = ("red", "green", "blue")
TIMES = ("yesterday", "today", "often")
FUNCTION_WORDS: Mapping[str, str] = {
    "the": "DET",
    "in": "ADP",
    "by": "ADP",
    "be": "AUX",
    "not": "PART",
    "and": "CCONJ",
    "then": "ADV",
    "who": "PRON",
    "what": "PRON",
    "where": "ADV",
    "when": "ADV",
    "yes": "INTJ",
    "no": "INTJ",
    "company": "PROPN",
}
"""Function word -> part of speech. `company` stands in names of organisations only."""

LEMMAS: Mapping[str, str] = {
    **{noun: "NOUN" for noun in CATEGORY_OF},
    **{category: "NOUN" for category in CATEGORIES},
    **{verb: "VERB" for verb in CONCEPT_OF},
    **{word: "ADJ" for word in (*ADJECTIVES, *COLOURS)},
    **{word: "ADV" for word in TIMES},
    **FUNCTION_WORDS,
}
"""Lemma -> part of speech."""

FIRST_NAMES = (
    *("Mara", "Ivo", "Lena", "Tomas", "Nadia", "Peter"),
    *("Selma", "Boris", "Anika", "Rufus", "Dina", "Milo"),
)
SURNAMES = (
    *("Kovac", "Brandt", "Silva", "Petrov", "Lundin", "Moretti"),
    *("Zeman", "Harlow", "Okoro", "Varga", "Dumas", "Nakata"),
)
PLACES = ("Oslo", "Lima", "Porto", "Tunis", "Berlin", "Nagoya", "Sofia", "Dakar", "Madrid", "Perth")
NAMES = (*FIRST_NAMES, *SURNAMES, *PLACES)
DIGITS = ("2", "3", "4", "5", "6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Someone or something: a person (`PER`), an organisation (`ORG`) or what a noun names (`noun`).

    `head` is a first name, a surname or a noun; `surname` and `partner` (another first name) belong to persons only,
    `adjective`, `colour` and `number` to nouns only.
    """

    kind: Literal["PER", "ORG", "noun"]
    head: str
    surname: str = ""
    partner: str = ""
    adjective: str = ""
    colour: str = ""
    number: str = ""

    @property
    def core(self) -> str:
        """What is left of the thing without its modifiers; equal cores name the same thing."""
        return " ".join(part for part in (self.kind, self.head, self.surname, self.partner) if part)


Slot = Literal["subject", "object", "place", "time"]
SLOTS: tuple[Slot, ...] = ("subject", "object", "place", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One clause: who did what to whom, where and when, and whether it is told, denied or asked.

    `asks` is a slot for "who ...?", "polar" for a question answered by yes or no, empty for a statement. `subject`
    is the doer and `object` the undergoer also where the clause is passive.
    """

    subject: Thing
    verb: str
    object: Thing
    place: str = ""
    time: str = ""
    past: bool = True
    negated: bool = False
    passive: bool = False
    asks: Slot | Literal["", "polar"] = ""
    then: bool = False

    def told(self, slot: Slot) -> Thing | str:
        """What stands in a slot; empty for a place or a time that the clause does not tell."""
        what: Thing | str = getattr(self, slot)
        return what

    @property
    def concept(self) -> Concept:
        """What the verb means."""
        return CONCEPTS[CONCEPT_OF[self.verb]]

    @property
    def core(self) -> str:
        """Who, what, whom, as far as the clause says it: by this it belongs to training, development or test data."""
        subject = "?" if self.asks == "subject" else self.subject.core
        undergoer = "?" if self.asks == "object" else self.object.core
        return f"{subject}|{CONCEPT_OF[self.verb]}|{undergoer}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something is of a kind: "the hammer is tool ."."""

    noun: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to a polar question: "yes ." or "no ."."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a "who ...?" question: the thing or name alone."""

    answer: Thing | str


Sentence = Frame | Fact | Verdict | Reply
