import unicodedata

import pytest

from evaluators.babel.languages import LANGUAGES, Language
from evaluators.babel.meaning import FUNCTION_WORDS, LEMMAS, NAMES

SCRIPTS = {"Latin": "LATIN", "Cyrillic": "CYRILLIC", "Devanagari": "DEVANAGARI", "Hebrew": "HEBREW"}


def scripts_of(word: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in word}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_words_are_written_in_the_language_s_script(language: Language) -> None:
    for lemma in LEMMAS:
        assert scripts_of(language.form(lemma)) == {SCRIPTS[language.script]}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_no_form_belongs_to_two_lemmas(language: Language) -> None:
    owner: dict[str, str] = {}
    for lemma in (*LEMMAS, *NAMES):
        inflections = [{}, {"accusative": True}, {"plural": True}, {"past": True}]
        kinds = {"NOUN": (0, 1, 2), "VERB": (0, 3), "AUX": (0, 3)}.get(LEMMAS.get(lemma, ""), (0,))
        for kind in kinds:
            assert owner.setdefault(language.form(lemma, **inflections[kind]), lemma) == lemma


def test_cognates_are_as_many_as_declared() -> None:
    qda = LANGUAGES["qda"]
    content = [lemma for lemma in LEMMAS if lemma not in FUNCTION_WORDS]
    alike = [lemma for lemma in content if qda.form(lemma)[:2].replace("k", "c") == lemma[:2].replace("k", "c")]
    assert abs(len(alike) / len(content) - 0.5) < 0.1


def test_english_inflects_without_exception() -> None:
    english = LANGUAGES["en"]
    assert english.form("hat", plural=True) == "hats"
    assert english.form("like", past=True) == "liked"
    assert english.form("mend", past=True) == "mended"
    assert (english.form("be"), english.form("be", past=True)) == ("is", "was")


def test_three_names_of_ten_stay_latin_everywhere() -> None:
    for code, language in LANGUAGES.items():
        latin = [name for name in NAMES if language.form(name) == name]
        assert len(latin) == (len(NAMES) if language.script == "Latin" else 10), code


def test_case_and_number_appear_only_where_a_language_has_them() -> None:
    assert LANGUAGES["qsl"].form("hat", accusative=True) != LANGUAGES["qsl"].form("hat")
    assert LANGUAGES["qda"].form("hat", accusative=True) == LANGUAGES["qda"].form("hat")
    assert LANGUAGES["qin"].form("hat", plural=True).startswith(LANGUAGES["qin"].form("hat"))
    assert LANGUAGES["qse"].form("mend", past=True).endswith(LANGUAGES["qse"].form("mend"))
