import pytest

from evaluators.errors import UnknownName
from evaluators.languages import LANGUAGES, find_language
from evaluators.suites import OPEN, XTREME


def test_every_language_of_a_real_suite_is_described() -> None:
    for suite in (XTREME, OPEN):
        for task in suite.targets.values():
            for split in task.tables:
                assert set(task.languages(split)) <= set(LANGUAGES), task.name


def test_the_languages_with_little_text_are_those_of_the_reference() -> None:
    low = [code for code, language in LANGUAGES.items() if language.size == "low"]
    assert sorted(low) == ["af", "bn", "gu", "ht", "jv", "ml", "mr", "my", "pa", "qu", "sw", "te", "tl", "wo", "yo"]


def test_size_follows_the_number_of_articles_and_is_unknown_without_one() -> None:
    assert find_language("de").size == "high"
    assert find_language("fi").size == "mid"
    assert find_language("fo").size is None


def test_the_encoders_that_never_read_a_language_are_named() -> None:
    assert find_language("qu").unseen_by == ("mBERT", "XLM-R", "mT5")
    assert find_language("de").unseen_by == ()


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(UnknownName, match="there is no language 'xx'"):
        find_language("xx")
