import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from evaluators.errors import BadData
from evaluators.source import CONVERTED, DataSource, count, digest, is_present, load, pinned
from evaluators.table import Table

TABLE = Table(dataset="some/set", configs={"en": ("plain",)}, split="train", rows=7, classes={"label": ("no", "yes")})
HUB = DataSource(root=None)


@pytest.fixture
def path(tmp_path: Path, write: Callable[..., Path]) -> Path:
    columns = {"text": ["a", "b"], "label": [0, 1]}
    return write(tmp_path / "some/set/plain/train.parquet", columns, {"label": ["no", "yes"]})


def test_a_mirror_file_gives_rows_class_names_and_its_place(path: Path, tmp_path: Path) -> None:
    loaded = load(TABLE, "plain", DataSource(root=tmp_path))
    assert loaded.table.to_pylist() == [{"text": "a", "label": 0}, {"text": "b", "label": 1}]
    assert loaded.classes == {"label": ("no", "yes")}
    assert loaded.place == str(path)


def test_a_text_file_stands_in_for_a_table_of_lines(tmp_path: Path) -> None:
    folder = tmp_path / "some/set/plain"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text("one\ntwo\u2028still two\n\nfour\n", "utf-8")
    data = DataSource(root=tmp_path)
    assert load(TABLE, "plain", data).table.column("text").to_pylist() == ["one", "two\u2028still two", "", "four"]
    assert count(TABLE, "plain", data) == 4


def test_a_missing_file_is_named_with_the_mend(tmp_path: Path) -> None:
    data = DataSource(root=tmp_path)
    assert not is_present(TABLE, "plain", data)
    for ask in (load, digest, count):
        with pytest.raises(BadData, match=r"some/set/plain/train\.parquet is missing; put it there"):
            ask(TABLE, "plain", data)


def test_a_truncated_file_is_named_with_the_mend(path: Path, tmp_path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])
    for ask in (load, count):
        with pytest.raises(BadData, match=r"train\.parquet cannot be read as Parquet .* copy it again"):
            ask(TABLE, "plain", DataSource(root=tmp_path))


def test_a_text_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "some/set/plain"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_bytes("Köln".encode("latin-1"))
    with pytest.raises(BadData, match=r"train\.txt cannot be read as UTF-8"):
        load(TABLE, "plain", DataSource(root=tmp_path))


def test_rows_are_counted_without_reading_and_bounded_by_the_declaration(path: Path, tmp_path: Path) -> None:
    bounded = Table(dataset="some/set", configs={"en": ("plain",)}, split="train", first=1)
    data = DataSource(root=tmp_path)
    assert count(TABLE, "plain", data) == 2
    assert count(bounded, "plain", data) == 1
    assert load(bounded, "plain", data).table.num_rows == 1
    assert count(TABLE, "plain", HUB) == 7


def test_a_changed_file_has_another_digest_and_a_moved_one_has_not(
    path: Path, tmp_path: Path, write: Callable[..., Path]
) -> None:
    before = digest(TABLE, "plain", DataSource(root=tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "some").rename(tmp_path / "elsewhere/some")
    assert digest(TABLE, "plain", DataSource(root=tmp_path / "elsewhere")) == before
    write(tmp_path / "elsewhere/some/set/plain/train.parquet", {"text": ["a", "c"], "label": [0, 1]})
    assert digest(TABLE, "plain", DataSource(root=tmp_path / "elsewhere")) != before


def test_a_source_travels_to_other_processes_sealed_as_it_was() -> None:
    source = DataSource(root=Path("/data"), revisions={"some/set": "f" * 40})
    assert pickle.loads(pickle.dumps(source)) == source
    assert source.sealed and not source.unsealed().sealed
    assert source.unsealed().revisions == source.revisions


class Rows:
    """The few methods of `datasets.Dataset` that are used."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        label = {"_type": "ClassLabel", "names": ["no", "yes"]}
        self.features = SimpleNamespace(to_dict=lambda: {"text": {"_type": "Value"}, "label": label})

    def with_format(self, kind: str) -> "Rows":
        assert kind == "arrow"
        return self

    def __getitem__(self, places: slice) -> pa.Table:
        return pa.Table.from_pylist(self.rows[places])

    def take(self, number: int) -> list[dict[str, Any]]:
        return self.rows[:number]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What `datasets.load_dataset` was asked for; it answers with two rows."""
    asked: list[dict[str, Any]] = []

    def load_dataset(dataset: str, **options: Any) -> Rows:
        asked.append({"dataset": dataset, **options})
        return Rows([{"text": "a", "label": 0}, {"text": "b", "label": 1}])

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    return asked


def test_the_hub_is_asked_for_the_config_at_the_pinned_revision(calls: list[dict[str, Any]]) -> None:
    loaded = load(TABLE, "plain", DataSource(root=None, revisions={"some/set": "f" * 40}))
    assert loaded.table.num_rows == 2
    assert loaded.classes == {"label": ("no", "yes")}
    assert calls == [
        {"dataset": "some/set", "name": "plain", "split": "train", "revision": "f" * 40, "streaming": False}
    ]


def test_a_repository_with_a_script_is_read_from_the_hubs_own_export(calls: list[dict[str, Any]]) -> None:
    table = Table(dataset="some/set", configs={"en": ("plain",)}, split="train", revision=CONVERTED)
    load(table, "plain", HUB)
    load(table, "plain", DataSource(root=None, revisions={"some/set": "f" * 40}))
    assert [call["revision"] for call in calls] == [CONVERTED, "f" * 40]
    assert calls[0]["data_files"] == calls[1]["data_files"] == {"train": "plain/train/*.parquet"}
    assert "name" not in calls[0]


def test_a_bounded_table_is_streamed_from_the_hub(calls: list[dict[str, Any]]) -> None:
    table = Table(dataset="some/set", configs={"en": ("plain",)}, split="train", first=1)
    assert load(table, "plain", HUB).table.to_pylist() == [{"text": "a", "label": 0}]
    assert calls[0]["streaming"] is True


def test_a_hub_that_does_not_answer_is_the_users_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(dataset: str, **options: Any) -> None:
        raise ConnectionError("no network")

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    with pytest.raises(BadData, match=r"some/set plain train .*no network.*mirror folder"):
        load(TABLE, "plain", HUB)


def test_revisions_are_resolved_once_and_pinned_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class HfApi:
        def dataset_info(self, dataset: str, revision: str | None) -> SimpleNamespace:
            asked.append((dataset, revision))
            return SimpleNamespace(sha="a" * 40)

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(HfApi=HfApi))
    other = Table(dataset="other/set", configs={}, split="train", revision=CONVERTED)
    source = pinned(DataSource(root=None, revisions={"some/set": "f" * 40}), [TABLE, other, other])
    assert source.revisions == {"some/set": "f" * 40, "other/set": "a" * 40}
    assert asked == [("other/set", CONVERTED)]
    assert digest(other, "plain", source) == f"other/set@{'a' * 40}"


def test_what_may_not_be_on_the_hub_is_not_asked_of_it() -> None:
    table = Table(dataset="local/ccgbank", configs={"en": ("default",)}, split="train", rows=38_015)
    assert count(table, "default", HUB) == 38_015
    for ask in (lambda: pinned(HUB, [table]), lambda: load(table, "default", HUB)):
        with pytest.raises(BadData, match=r"local/ccgbank may not be passed on.*into a mirror"):
            ask()


def test_a_mirror_needs_no_revisions(tmp_path: Path) -> None:
    source = DataSource(root=tmp_path)
    assert pinned(source, [TABLE]) is source


def test_before_it_is_pinned_a_hub_digest_names_the_branch() -> None:
    assert digest(TABLE, "plain", HUB) == "some/set@main"


def test_the_datasets_library_understands_what_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder stands in for a repository: one config declared in its card, and the layout of the hub's own export."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    features = {"label": datasets.ClassLabel(names=["no", "yes"]), "tags": datasets.List(datasets.Value("string"))}
    rows = {"label": [1, 0], "tags": [["a"], ["b", "c"]]}
    root = tmp_path / "repository"
    for file in ("data/train.parquet", "exported/train/0000.parquet"):
        (root / file).parent.mkdir(parents=True)
        datasets.Dataset.from_dict(rows, features=datasets.Features(features)).to_parquet(root / file)
    card = "configs: [{config_name: plain, data_files: [{split: train, path: data/train.parquet}]}]"
    (root / "README.md").write_text(f"---\n{card}\n---\n")

    declared = Table(dataset=str(root), configs={}, split="train")
    loaded = load(declared, "plain", HUB)
    assert loaded.table.to_pydict() == rows
    assert loaded.classes == {"label": ("no", "yes")}
    assert load(replace(declared, first=1), "plain", HUB).table.to_pylist() == [{"label": 1, "tags": ["a"]}]
    exported = load(replace(declared, revision=CONVERTED), "exported", HUB)
    assert exported.table.to_pydict() == rows
    assert exported.classes == {"label": ("no", "yes")}
