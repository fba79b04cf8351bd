from collections.abc import Callable
from pathlib import Path

import pytest

from evaluators.errors import BadData
from evaluators.reading import available_languages, read
from evaluators.source import DataSource
from evaluators.tasks.tydiqa import TYDIQA, is_in


def test_a_file_of_all_languages_gives_each_its_own_questions(data: DataSource) -> None:
    for language, name in (("sw", "swahili"), ("en", "english"), ("bn", "bengali")):
        ids = [example.id for example in read(TYDIQA, "dev", language, data).examples]
        assert ids and all(each.startswith(f"{name}-") for each in ids)


def test_only_english_questions_are_trained_on(data: DataSource) -> None:
    assert TYDIQA.languages("train") == ("en",)
    assert len(read(TYDIQA, "train", "en", data).examples) == 12


def test_a_language_that_a_mirrors_file_does_not_hold_is_not_available(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    columns = {
        "id": ["korean-1-0", "korean-2-0"],
        "title": ["", ""],
        "question": ["q", "q"],
        "context": ["a b", "a b"],
        "answers": [{"text": ["a"], "answer_start": [0]}] * 2,
    }
    write(tmp_path / "google-research-datasets/tydiqa/secondary_task/validation.parquet", columns)
    assert available_languages(TYDIQA, "dev", DataSource(root=tmp_path)) == ("ko",)


def test_an_id_of_no_language_names_file_and_row(tmp_path: Path, write: Callable[..., Path]) -> None:
    columns = {
        "id": ["klingon-1-0"],
        "question": ["q"],
        "context": ["a"],
        "answers": [{"text": [], "answer_start": []}],
    }
    write(tmp_path / "google-research-datasets/tydiqa/secondary_task/train.parquet", columns)
    with pytest.raises(BadData, match=r"row 0: the id 'klingon-1-0' starts with no language's name"):
        read(TYDIQA, "train", "en", DataSource(root=tmp_path))


def test_a_prefix_must_be_the_whole_name() -> None:
    assert is_in({"id": "korean-1-0"}, "ko")
    assert not is_in({"id": "korean-1-0"}, "en")
