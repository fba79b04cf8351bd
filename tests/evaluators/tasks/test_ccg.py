from pathlib import Path

import pytest

from evaluators.errors import BadData
from evaluators.examples import Tagged
from evaluators.reading import is_available, read
from evaluators.source import DataSource
from evaluators.tasks.ccg import CCG


def test_a_line_is_words_and_categories() -> None:
    read_row = CCG.read({"#": "4", "text": "We saw Ada\tNP (S\\NP)/NP NP"})
    assert read_row == Tagged(id="4", words=("We", "saw", "Ada"), tags=("NP", "(S\\NP)/NP", "NP"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("We saw Ada", "is not words, one tab, categories"),
        ("We\tsaw\tAda", "is not words, one tab, categories"),
        ("We saw\tNP", "there are 1 tags for 2 words"),
        ("", "is not words, one tab, categories"),
    ],
)
def test_a_broken_line_names_file_and_row(tmp_path: Path, line: str, message: str) -> None:
    folder = tmp_path / "local/ccgbank/default"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text(f"We\tNP\n{line}\nAda\tNP\n", "utf-8")
    with pytest.raises(BadData, match=rf"train\.txt, row 1: .*{message}"):
        read(CCG, "train", "en", DataSource(root=tmp_path))


def test_without_the_licensed_files_the_error_says_where_they_belong(tmp_path: Path) -> None:
    data = DataSource(root=tmp_path)
    assert not is_available(CCG, "train", "en", data)
    with pytest.raises(BadData, match=r"local/ccgbank/default/train\.\w+ is missing; put it there"):
        read(CCG, "train", "en", data)
