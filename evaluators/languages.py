"""Languages as rows: family, script, size, and which encoders never read them. For grouping results, not for reading.

The first fifty are those of XTREME and XTREME-R. Wikipedia sizes are articles in millions as the XTREME paper prints
them (for the ten that XTREME-R added: about 2021); sizes and `unseen_by` are from memory, families and scripts general
knowledge. The others are what OPEN adds in inference and Tatoeba; their sizes are not known here, and not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evaluators.errors import UnknownName

Size: TypeAlias = Literal["low", "mid", "high"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language by its ISO 639-1 code, which is also its Wikipedia's."""

    code: str
    name: str
    family: str
    genus: str
    """Branch of the family; empty where there is none to speak of."""
    script: str
    wiki_millions: float | None
    """Wikipedia articles in millions; None where not known."""
    unseen_by: tuple[str, ...] = ()
    """Encoders whose pretraining text has none of it."""

    @property
    def size(self) -> Size | None:
        """By Wikipedia articles: low is under 0.1 million, high over 1 million; None where not known."""
        if self.wiki_millions is None:
            return None
        if self.wiki_millions < 0.1:
            return "low"
        return "mid" if self.wiki_millions <= 1.0 else "high"


LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language("af", "Afrikaans", "Indo-European", "Germanic", "Latin", 0.09),
        Language("ar", "Arabic", "Afro-Asiatic", "Semitic", "Arabic", 1.02),
        Language("az", "Azerbaijani", "Turkic", "", "Latin", 0.18),
        Language("bg", "Bulgarian", "Indo-European", "Slavic", "Cyrillic", 0.26),
        Language("bn", "Bengali", "Indo-European", "Indo-Aryan", "Bengali", 0.08),
        Language("de", "German", "Indo-European", "Germanic", "Latin", 2.37),
        Language("el", "Greek", "Indo-European", "Greek", "Greek", 0.17),
        Language("en", "English", "Indo-European", "Germanic", "Latin", 5.98),
        Language("es", "Spanish", "Indo-European", "Romance", "Latin", 1.56),
        Language("et", "Estonian", "Uralic", "Finnic", "Latin", 0.2),
        Language("eu", "Basque", "isolate", "", "Latin", 0.34),
        Language("fa", "Persian", "Indo-European", "Iranian", "Arabic (Persian)", 0.7),
        Language("fi", "Finnish", "Uralic", "Finnic", "Latin", 0.47),
        Language("fr", "French", "Indo-European", "Romance", "Latin", 2.16),
        Language("gu", "Gujarati", "Indo-European", "Indo-Aryan", "Gujarati", 0.03),
        Language("he", "Hebrew", "Afro-Asiatic", "Semitic", "Hebrew", 0.25),
        Language("hi", "Hindi", "Indo-European", "Indo-Aryan", "Devanagari", 0.13),
        Language("ht", "Haitian Creole", "French-lexified creole", "", "Latin", 0.06, ("XLM-R",)),
        Language("hu", "Hungarian", "Uralic", "Ugric", "Latin", 0.46),
        Language("id", "Indonesian", "Austronesian", "Malayic", "Latin", 0.51),
        Language("it", "Italian", "Indo-European", "Romance", "Latin", 1.57),
        Language("ja", "Japanese", "Japonic", "", "Kanji + kana", 1.18),
        Language("jv", "Javanese", "Austronesian", "", "Latin", 0.06),
        Language("ka", "Georgian", "Kartvelian", "", "Georgian", 0.13),
        Language("kk", "Kazakh", "Turkic", "", "Cyrillic", 0.23),
        Language("ko", "Korean", "Koreanic (isolate)", "", "Hangul", 0.47),
        Language("lt", "Lithuanian", "Indo-European", "Baltic", "Latin", 0.2),
        Language("ml", "Malayalam", "Dravidian", "", "Malayalam", 0.07),
        Language("mr", "Marathi", "Indo-European", "Indo-Aryan", "Devanagari", 0.06),
        Language("ms", "Malay", "Austronesian", "Malayic", "Latin", 0.33),
        Language("my", "Burmese", "Sino-Tibetan", "Burmish", "Burmese", 0.05),
        Language("nl", "Dutch", "Indo-European", "Germanic", "Latin", 1.99),
        Language("pa", "Punjabi", "Indo-European", "Indo-Aryan", "Gurmukhi", 0.04),
        Language("pl", "Polish", "Indo-European", "Slavic", "Latin", 1.44),
        Language("pt", "Portuguese", "Indo-European", "Romance", "Latin", 1.02),
        Language("qu", "Quechua", "Quechuan", "", "Latin", 0.02, ("mBERT", "XLM-R", "mT5")),
        Language("ro", "Romanian", "Indo-European", "Romance", "Latin", 0.42),
        Language("ru", "Russian", "Indo-European", "Slavic", "Cyrillic", 1.58),
        Language("sw", "Swahili", "Niger-Congo", "Bantu", "Latin", 0.05),
        Language("ta", "Tamil", "Dravidian", "", "Tamil", 0.12),
        Language("te", "Telugu", "Dravidian", "", "Telugu", 0.07),
        Language("th", "Thai", "Kra-Dai", "", "Thai", 0.13),
        Language("tl", "Tagalog", "Austronesian", "Philippine", "Latin", 0.08),
        Language("tr", "Turkish", "Turkic", "", "Latin", 0.34),
        Language("uk", "Ukrainian", "Indo-European", "Slavic", "Cyrillic", 1.06),
        Language("ur", "Urdu", "Indo-European", "Indo-Aryan", "Arabic (Nastaliq)", 0.15),
        Language("vi", "Vietnamese", "Austro-Asiatic", "Vietic", "Latin", 1.24),
        Language("wo", "Wolof", "Niger-Congo", "Senegambian", "Latin", 0.002, ("mBERT", "XLM-R", "mT5")),
        Language("yo", "Yoruba", "Niger-Congo", "Volta-Niger", "Latin", 0.03, ("XLM-R",)),
        Language("zh", "Mandarin Chinese", "Sino-Tibetan", "Sinitic", "Han", 1.09),
        Language("am", "Amharic", "Afro-Asiatic", "Semitic", "Ethiopic", None),
        Language("be", "Belarusian", "Indo-European", "Slavic", "Cyrillic", None),
        Language("bs", "Bosnian", "Indo-European", "Slavic", "Latin", None),
        Language("ca", "Catalan", "Indo-European", "Romance", "Latin", None),
        Language("cs", "Czech", "Indo-European", "Slavic", "Latin", None),
        Language("da", "Danish", "Indo-European", "Germanic", "Latin", None),
        Language("eo", "Esperanto", "constructed", "", "Latin", None),
        Language("fo", "Faroese", "Indo-European", "Germanic", "Latin", None),
        Language("fy", "West Frisian", "Indo-European", "Germanic", "Latin", None),
        Language("ga", "Irish", "Indo-European", "Celtic", "Latin", None),
        Language("gd", "Scottish Gaelic", "Indo-European", "Celtic", "Latin", None),
        Language("gl", "Galician", "Indo-European", "Romance", "Latin", None),
        Language("hr", "Croatian", "Indo-European", "Slavic", "Latin", None),
        Language("hy", "Armenian", "Indo-European", "Armenian", "Armenian", None),
        Language("is", "Icelandic", "Indo-European", "Germanic", "Latin", None),
        Language("km", "Khmer", "Austro-Asiatic", "Khmeric", "Khmer", None),
        Language("ku", "Kurdish", "Indo-European", "Iranian", "Latin", None),
        Language("la", "Latin", "Indo-European", "Italic", "Latin", None),
        Language("lv", "Latvian", "Indo-European", "Baltic", "Latin", None),
        Language("mk", "Macedonian", "Indo-European", "Slavic", "Cyrillic", None),
        Language("mn", "Mongolian", "Mongolic", "", "Cyrillic", None),
        Language("no", "Norwegian", "Indo-European", "Germanic", "Latin", None),
        Language("oc", "Occitan", "Indo-European", "Romance", "Latin", None),
        Language("sk", "Slovak", "Indo-European", "Slavic", "Latin", None),
        Language("sl", "Slovenian", "Indo-European", "Slavic", "Latin", None),
        Language("sq", "Albanian", "Indo-European", "Albanian", "Latin", None),
        Language("sr", "Serbian", "Indo-European", "Slavic", "Cyrillic", None),
        Language("sv", "Swedish", "Indo-European", "Germanic", "Latin", None),
        Language("tk", "Turkmen", "Turkic", "", "Latin", None),
        Language("tt", "Tatar", "Turkic", "", "Cyrillic", None),
        Language("ug", "Uyghur", "Turkic", "", "Arabic", None),
        Language("uz", "Uzbek", "Turkic", "", "Latin", None),
        Language("xh", "Xhosa", "Niger-Congo", "Bantu", "Latin", None),
        Language("yi", "Yiddish", "Indo-European", "Germanic", "Hebrew", None),
    )
}


def find_language(code: str) -> Language:
    """The language of this code."""
    if code not in LANGUAGES:
        raise UnknownName("language", code, LANGUAGES)
    return LANGUAGES[code]
