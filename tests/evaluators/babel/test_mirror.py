import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from evaluators.babel.mirror import build_mirror, version


def digests(root: Path) -> dict[str, str]:
    files = sorted(root.rglob("*.parquet"))
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_bytes_come_out_every_time(mirror: Path, tmp_path: Path) -> None:
    again = build_mirror(tmp_path / "elsewhere")
    assert again.name == mirror.name == f"babel-{version()}"
    assert digests(again) == digests(mirror)
    assert [path.name for path in again.parent.iterdir()] == [again.name]


def test_a_mirror_that_is_there_is_left_alone(mirror: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in mirror.rglob("*")}
    assert build_mirror(mirror.parent) == mirror
    assert {path: path.stat().st_mtime_ns for path in mirror.rglob("*")} == before


def test_a_broken_build_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(root: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("evaluators.babel.mirror._save_text", fail)
    monkeypatch.setattr("evaluators.babel.mirror.INTERMEDIATES", ())
    with pytest.raises(OSError, match="no space"):
        build_mirror(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_whoever_comes_second_takes_what_the_first_has_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(root: Path) -> None:
        root.mkdir()
        (tmp_path / f"babel-{version()}" / "babel").mkdir(parents=True)

    monkeypatch.setattr("evaluators.babel.mirror._save_text", meanwhile)
    monkeypatch.setattr("evaluators.babel.mirror.INTERMEDIATES", ())
    monkeypatch.setattr("evaluators.babel.mirror.TARGETS", ())
    assert build_mirror(tmp_path) == tmp_path / f"babel-{version()}"
    assert [path.name for path in tmp_path.iterdir()] == [f"babel-{version()}"]


def test_files_are_where_the_hub_has_them(mirror: Path) -> None:
    table = pq.read_table(mirror / "babel" / "xquad" / "xquad.qin" / "validation.parquet", partitioning=None)
    assert table.column_names == ["id", "context", "question", "answers"]
    assert table.num_rows == 600
