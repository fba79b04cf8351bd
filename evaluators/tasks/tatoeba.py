"""Tatoeba: for an English sentence, find its translation among up to 1,000. 36 languages. Not trained.

Artetxe and Schwenk (2019), "Massively Multilingual Sentence Embeddings for Zero-Shot Cross-Lingual Transfer"; XTREME's
choice of languages. CC BY 2.0 FR. Published in one piece: one half of the rows, by number, is for the search, the other
for the report; a half is an easier haystack than the whole. English sides differ between languages, so scores cannot be
compared across them. Sentences are stripped of their line ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from evaluators.metrics import ACCURACY
from evaluators.table import Table
from evaluators.task import Kind, Split, Task
from evaluators.tasks.layouts import sentence_pair

CODES = {
    **{"ar": "ara", "he": "heb", "vi": "vie", "id": "ind", "jv": "jav", "tl": "tgl", "eu": "eus", "ml": "mal"},
    **{"ta": "tam", "te": "tel", "af": "afr", "nl": "nld", "de": "deu", "el": "ell", "bn": "ben", "hi": "hin"},
    **{"mr": "mar", "ur": "urd", "fa": "pes", "fr": "fra", "it": "ita", "pt": "por", "es": "spa", "bg": "bul"},
    **{"ru": "rus", "ja": "jpn", "ka": "kat", "ko": "kor", "th": "tha", "sw": "swh", "zh": "cmn", "kk": "kaz"},
    **{"tr": "tur", "et": "est", "fi": "fin", "hu": "hun"},
}
"""Language -> the data set's own code."""
FURTHER_CODES = {
    **{"az": "aze", "lt": "lit", "pl": "pol", "uk": "ukr", "ro": "ron", "am": "amh", "be": "bel", "bs": "bos"},
    **{"ca": "cat", "cs": "ces", "da": "dan", "eo": "epo", "fo": "fao", "fy": "fry", "ga": "gle", "gd": "gla"},
    **{"gl": "glg", "hr": "hrv", "hy": "hye", "is": "isl", "ku": "kur", "km": "khm", "la": "lat", "lv": "lvs"},
    **{"mk": "mkd", "mn": "mon", "no": "nob", "oc": "oci", "sk": "slk", "sl": "slv", "sq": "sqi", "sr": "srp"},
    **{"sv": "swe", "tk": "tuk", "tt": "tat", "ug": "uig", "uz": "uzb", "xh": "xho", "yi": "yid"},
}
"""Languages beyond XTREME's: a full LASER release has them, google/xtreme has not."""


def _tables(codes: Mapping[str, str]) -> dict[Split, Sequence[Table]]:
    return {"dev": [_half("search", codes)], "test": [_half("report", codes)]}


def _half(half: Literal["search", "report"], codes: Mapping[str, str]) -> Table:
    return Table(
        dataset="google/xtreme",
        configs={language: (f"tatoeba.{code}",) for language, code in codes.items()},
        split="validation",
        half=half,
    )


TATOEBA = Task(
    name="tatoeba",
    kind=Kind.BITEXT,
    title="Tatoeba: finding translations",
    read=sentence_pair,
    tables=_tables(CODES),
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
)

_ADDED_BY_XTREME_R = ("az", "lt", "pl", "uk", "ro")


def _added_half(half: Literal["search", "report"]) -> Table:
    """google/xtreme has none of them; this copy of LASER's release has all."""
    return Table(
        dataset="mteb/tatoeba-bitext-mining",
        configs={code: (f"{FURTHER_CODES[code]}-eng",) for code in _ADDED_BY_XTREME_R},
        split="test",
        half=half,
    )


TATOEBA_R = replace(
    TATOEBA,
    tables={
        "dev": [_half("search", CODES), _added_half("search")],
        "test": [_half("report", CODES), _added_half("report")],
    },
)
"""XTREME-R's, in five languages more."""

TATOEBA_OPEN = replace(TATOEBA, tables=_tables(CODES | FURTHER_CODES))
"""The same in every language with a two-letter code, as a mirror made from LASER's release has them."""
