"""Latin letters into Cyrillic, Devanagari and Hebrew: one letter at a time, plainly, without claim to any standard.

Devanagari joins a vowel to the consonant before it as a sign, and inside a word marks a consonant without a vowel with
a virama. Only Latin and Cyrillic know capitals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Script = Literal["Latin", "Cyrillic", "Devanagari", "Hebrew"]

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC: Mapping[str, str] = dict(zip(_LATIN, "абцдефгхижклмнопярстувщхыз", strict=True))
_HEBREW: Mapping[str, str] = dict(zip(_LATIN, "אבצדעפגהיזכלמנופקרסטושווחז", strict=True))
_CONSONANTS: Mapping[str, str] = dict(zip("bcdfghjklmnpqrstvwxyz", "बचदफगहजकलमनपखरसतवभषयझ", strict=True))
_VOWELS: Mapping[str, str] = dict(zip("aeiou", "आएइओउ", strict=True))
_SIGNS: Mapping[str, str] = dict(zip("aeiou", "ाेिोु", strict=True))
_VIRAMA = "्"


def transliterate(word: str, script: Script) -> str:
    """The word in another script."""
    if script == "Latin":
        return word
    if script == "Cyrillic":
        return "".join(_CYRILLIC[c] if c in _CYRILLIC else _CYRILLIC[c.lower()].upper() for c in word)
    if script == "Hebrew":
        return "".join(_HEBREW[c] for c in word.lower())
    return _devanagari(word.lower())


def _devanagari(word: str) -> str:
    out: list[str] = []
    for place, letter in enumerate(word):
        before = word[place - 1] if place else ""
        if letter in _VOWELS:
            out.append(_SIGNS[letter] if before in _CONSONANTS else _VOWELS[letter])
            continue
        if before in _CONSONANTS:
            out.append(_VIRAMA)
        out.append(_CONSONANTS[letter])
    return "".join(out)
