from pathlib import Path

import numpy as np
import pytest

from evaluators.errors import BadData
from evaluators.item_files import Items, arms_with_items, item_path, read_items, write_items
from evaluators.items import ItemCounts


def counted(*rows: tuple[float, ...]) -> ItemCounts:
    return ItemCounts(tuple(f"é{n}" for n in range(len(rows))), np.array(rows))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = [Items("de", counted((1, 0, 1), (0, 0.5, 1))), Items("zh", counted((1, 1, 1)))]
    write_items(tmp_path, "winner 1", 7, "xquad", written)
    found = read_items(item_path(tmp_path, "winner 1", 7, "xquad"))
    assert list(found) == ["de", "zh"]
    for language, one in written:
        assert found[language].ids == one.ids
        np.testing.assert_array_equal(found[language].counts, one.counts)


def test_arms_are_found_under_their_own_names(tmp_path: Path) -> None:
    for arm in ("winner 1", "mnli > qqp", "a/b"):
        write_items(tmp_path, arm, 3, "xnli", [Items("en", counted((1, 1)))])
    found = arms_with_items(tmp_path)
    assert set(found) == {"winner 1", "mnli > qqp", "a/b"}
    assert found["a/b"][3]["xnli"] == item_path(tmp_path, "a/b", 3, "xnli")


def test_a_task_without_gold_leaves_no_file(tmp_path: Path) -> None:
    write_items(tmp_path, "a", 0, "xnli", [])
    assert arms_with_items(tmp_path) == {}


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    write_items(tmp_path, "a", 0, "xnli", [Items("en", counted((1, 1)))])
    path = item_path(tmp_path, "a", 0, "xnli")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadData, match=r"xnli\.parquet"):
        read_items(path)
