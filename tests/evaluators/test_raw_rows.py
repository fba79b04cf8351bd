import pyarrow as pa
import pytest

from evaluators.raw_rows import raw_rows
from evaluators.source import Loaded

LOADED = Loaded(pa.table({"text": ["a", "b"], "label": [1, -1], "tags": [[0, 1], [-1]]}), {}, "file")
CLASSES = {"label": ("no", "yes"), "tags": ("no", "yes")}


def test_numbers_of_declared_classes_are_read_as_names() -> None:
    first, second = raw_rows(LOADED, CLASSES, "")
    assert first["label"] == "yes"
    assert first["tags"] == ("no", "yes")
    assert second["label"] is None


def test_a_tag_has_no_way_to_say_that_there_is_no_gold() -> None:
    with pytest.raises(ValueError, match=r"tags is \[-1\]; label numbers go from 0 to 1"):
        raw_rows(LOADED, CLASSES, "")[1]["tags"]


def test_a_text_where_a_number_should_be_is_refused() -> None:
    loaded = Loaded(pa.table({"label": ["yes"]}), {}, "file")
    with pytest.raises(ValueError, match="label is 'yes'"):
        raw_rows(loaded, CLASSES, "")[0]["label"]


def test_the_rows_number_is_there_under_its_own_key() -> None:
    assert [row["#"] for row in raw_rows(LOADED, {}, "")] == ["0", "1"]
    assert [row["#"] for row in raw_rows(LOADED, {}, "set/config/")] == ["set/config/0", "set/config/1"]


def test_a_row_is_a_mapping_of_the_files_columns() -> None:
    row = raw_rows(LOADED, {}, "")[0]
    assert dict(row) == {"text": "a", "label": 1, "tags": [0, 1]}
    assert len(row) == 3
    assert row.get("uid", "none") == "none"
