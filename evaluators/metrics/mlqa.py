"""Question answering by the MLQA rule: normalisation by the language of the file (context, question and answer).

It differs from the SQuAD rule in three places: all Unicode punctuation goes, articles are the language's own, and
Chinese characters are tokens by themselves. Published oddities are kept, because they are in the published numbers:
Arabic loses alef-lam anywhere, also inside words; Vietnamese words are known in precomposed spelling only.

The set of punctuation characters is the interpreter's; it grows by rare signs with each Unicode release.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping

from evaluators.errors import UnknownName


class _Punctuation(dict[int, int | None]):
    """A table for `str.translate` that deletes wide punctuation and learns characters as they come."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        goes = unicodedata.category(character).startswith("P") or character in string.punctuation
        self[code] = None if goes else code
        return self[code]


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words.split())})\b")


_NO_PUNCTUATION = _Punctuation()
_NOTHING = re.compile(r"(?!)")
_ARTICLES: Mapping[str, re.Pattern[str]] = {
    "en": _words("a an the"),
    "es": _words("un una unos unas el la los las"),
    "de": _words("ein eine einen einem eines einer der die das den dem des"),
    "vi": _words("c\u1ee7a l\u00e0 c\u00e1i chi\u1ebfc nh\u1eefng"),
    "ar": re.compile("\u0627\u0644"),
    "hi": _NOTHING,
    "zh": _NOTHING,
}
_CHINESE = re.compile("([\u4e00-\u9fa5])")


def normalised(text: str, language: str) -> str:
    """Lower case, all punctuation deleted, the language's articles removed, tokens joined by single spaces.

    Raises:
        UnknownName: the language is none of MLQA's seven.
    """
    if language not in _ARTICLES:
        raise UnknownName("MLQA language", language, _ARTICLES)
    text = _ARTICLES[language].sub(" ", text.lower().translate(_NO_PUNCTUATION))
    if language == "zh":
        text = _CHINESE.sub(r" \1 ", text)
    return " ".join(text.split())
