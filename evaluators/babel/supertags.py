"""Lexical categories of the pivot's words, in the notation of categorial grammar.

They refine parts of speech by what a word combines with: the verb of a passive clause wants no object, the adposition
of a place modifies the verb phrase, the one of a doer completes a passive, a first name before a surname modifies it.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.babel.meaning import Frame
from evaluators.babel.realise import Word

_ADVERB = r"(S\NP)\(S\NP)"

CATEGORIES = (
    *(".", "N", "N/N", "NP", "NP/N", "NP/NP", r"(NP\NP)/NP", "S/S", _ADVERB, f"({_ADVERB})/NP", "PP/NP"),
    *(r"(S\NP)/NP", r"(S\NP)/PP", r"(S\NP)/(S\NP)", "S[wq]/(S[dcl]/NP)", r"S[wq]/(S[dcl]\NP)", "S[wq]/S[dcl]"),
)


def supertags(words: Sequence[Word], frame: Frame) -> list[str]:
    """One category a word, for a clause of the pivot language."""
    following = [*words[1:], None]
    return [_category(word, after, frame) for word, after in zip(words, following, strict=True)]


def _category(word: Word, after: Word | None, frame: Frame) -> str:
    if word.upos == "VERB":
        return r"(S\NP)/PP" if frame.passive else r"(S\NP)/NP"
    if word.upos == "PROPN":
        return _name(word, after)
    if word.upos == "PRON":
        return r"S[wq]/(S[dcl]\NP)" if (word.role == "subject") != frame.passive else "S[wq]/(S[dcl]/NP)"
    if word.upos == "ADP":
        return "PP/NP" if word.lemma == "by" else f"({_ADVERB})/NP"
    if word.upos == "ADV":
        return {"then": "S/S", "where": "S[wq]/S[dcl]", "when": "S[wq]/S[dcl]"}.get(word.lemma, _ADVERB)
    if word.upos == "CCONJ":
        return r"(NP\NP)/NP"
    return {
        "DET": "NP/N",
        "ADJ": "N/N",
        "NUM": "N/N",
        "NOUN": "N",
        "AUX": r"(S\NP)/(S\NP)",
        "PART": r"(S\NP)/(S\NP)",
        "PUNCT": ".",
    }[word.upos]


def _name(word: Word, after: Word | None) -> str:
    inside = after is not None and after.upos == "PROPN" and after.entity.startswith("I-")
    return "NP/NP" if inside else "NP"
