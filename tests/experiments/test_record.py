from pathlib import Path

import pytest

from evaluators.errors import CairnError
from experiments.record import Journal, RunFolder, read_json, read_rows, write_json


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.jsonl")
    journal.append([{"n": 1, "text": "Škoda\n"}, {"n": 2.5}])
    journal.append([])
    journal.append([{"n": None}])
    assert read_rows(tmp_path / "a.jsonl") == [{"n": 1, "text": "Škoda\n"}, {"n": 2.5}, {"n": None}]


def test_a_missing_file_has_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("torn", [b'{"n": 2', b'{"n": "\xc5', b'{"n": 2}'])
def test_a_last_line_without_its_end_is_dropped_and_cut_off_before_the_next_append(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n": 1}\n' + torn)
    assert read_rows(path) == [{"n": 1}]
    Journal(path).append([{"n": 3}])
    assert path.read_bytes() == b'{"n": 1}\n{"n": 3}\n'


def test_a_broken_line_in_the_middle_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 1}\nnonsense\n{"n": 3}\n')
    with pytest.raises(CairnError, match=r"a\.jsonl, line 2, is not JSON"):
        read_rows(path)


def test_what_is_not_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        Journal(tmp_path / "a.jsonl").append([{"n": float("nan")}])


def test_json_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    assert [file.name for file in path.parent.iterdir()] == ["a.json"]


def test_a_run_folder_has_one_writer(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.only_writer():  # noqa: SIM117
        with pytest.raises(CairnError, match="another `cairn run`"), RunFolder(tmp_path / "run").only_writer():
            pass
    with folder.only_writer():
        pass
