import unicodedata
from collections import Counter, defaultdict
from itertools import islice

import pytest

from evaluators.babel import text as text_module
from evaluators.babel.languages import LANGUAGES, PIVOT
from evaluators.babel.text import pretraining_text
from evaluators.examples import Text


def test_the_corpus_is_a_function_of_its_seed() -> None:
    first, again, other = (list(islice(pretraining_text(seed), 50)) for seed in (3, 3, 4))
    assert first == again
    assert [text.text for text in first] != [text.text for text in other]


def test_documents_are_short_and_many_are_parallel() -> None:
    texts = list(pretraining_text(0, documents=2000))
    words = [len(f"{text.text} {text.parallel}".split()) for text in texts]
    assert len({text.id for text in texts}) == 2000
    assert all(isinstance(text, Text) and text.text for text in texts)
    assert 10 < sum(words) / len(words) < 18
    assert 0.5 < sum(bool(text.parallel) for text in texts) / 2000 < 0.6


def test_a_document_of_the_pivot_reads_as_it_should() -> None:
    english = [text.text for text in pretraining_text(0, documents=3000) if text.text.isascii()]
    assert any(text.endswith("? yes .") for text in english)
    assert any(" . then " in text for text in english)


def test_every_text_says_its_language_and_translations_are_with_the_pivot() -> None:
    texts = list(pretraining_text(0, documents=2000))
    assert {text.language for text in texts} == set(LANGUAGES)
    for text in texts:
        beside = {text.language, text.parallel_language}
        assert beside in [{code, PIVOT if text.parallel else ""} for code in LANGUAGES], text
        assert len(beside) == 2


def test_texts_but_for_names_are_in_the_script_of_the_language_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "_SWITCHED", 0.0)  # code-switched ones in their host's words alone
    scripts: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for text in pretraining_text(0, documents=2000):
        for code, side in ((text.language, text.text), (text.parallel_language, text.parallel)):
            letters = [unicodedata.name(letter).split()[0] for letter in side if letter.isalpha()]
            scripts[code, bool(text.parallel)].update(letters)
    own = {"en": "LATIN", "qda": "LATIN", "qro": "LATIN", "qsl": "CYRILLIC", "qin": "DEVANAGARI", "qse": "HEBREW"}
    for code, script in own.items():
        for found in (scripts[code, False], scripts[code, True]):
            assert found[script] > 0.75 * found.total(), (code, found)
