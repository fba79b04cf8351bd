from pathlib import Path

from evaluators.examples import Text
from evaluators.reading import available_languages, read
from evaluators.source import DataSource
from evaluators.tasks.mlm import LANGUAGES, MLM


def test_articles_are_texts() -> None:
    assert MLM.read({"#": "0", "id": "12", "text": "An article."}) == Text(id="12", text="An article.")


def test_any_text_file_can_take_the_place_of_articles_and_empty_lines_are_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "wikimedia/wikipedia/20231101.sw"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text("Habari ya leo.\n\nNjema.\n", "utf-8")
    data = DataSource(root=tmp_path)
    assert available_languages(MLM, "train", data) == ("sw",)
    reading = read(MLM, "train", "sw", data)
    assert reading.examples == (Text(id="0", text="Habari ya leo."), Text(id="2", text="Njema."))
    assert reading.dropped == {"empty text": 1}


def test_there_are_fifty_languages() -> None:
    assert len(set(LANGUAGES)) == 50
