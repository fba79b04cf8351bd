"""An object store: a local S3 server, and one that refuses, is slow, or answers listings from yesterday."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from pyarrow import fs

from trainables.store import RECORD, FolderStore, StoreError, is_remote, open_store
from trainables.store.remote import RemoteStore

KEY = "ab" + "0" * 62
OTHER = "ab" + "1" * 62
FAMILY = "cd" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    before = dict(os.environ)
    os.environ |= {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    query = f"endpoint_override=http://{host}:{port}&region=us-east-1&allow_bucket_creation=true"
    filesystem, _ = fs.FileSystem.from_uri(f"s3://bucket?{query}")
    filesystem.create_dir("bucket")
    yield f"s3://bucket/PREFIX?{query}"
    server.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def store(server: str, tmp_path: Path) -> RemoteStore:
    """A store of its own, seen from one node."""
    return at(server, tmp_path, "here")


def at(server: str, tmp_path: Path, node: str, cache_bytes: int | None = None) -> RemoteStore:
    found = open_store(server.replace("PREFIX", tmp_path.name), tmp_path / node, cache_bytes)
    assert isinstance(found, RemoteStore)
    return found


def weights(content: bytes = b"w" * 5000) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(content)
        (folder / "optimizer.safetensors").write_bytes(b"moments")

    return write


class Unruly(fs.FileSystemHandler):
    """Passes on to another filesystem, after `before(name, path)` had its say."""

    def __init__(self, inner: fs.FileSystem, before: Callable[[str, Any], Any]) -> None:
        self._inner, self._before = inner, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _pass_on(self, name: str, *args: Any, **kwargs: Any) -> Any:
        answer = self._before(name, args[0] if args else None)
        return answer if answer is not None else getattr(self._inner, name)(*args, **kwargs)

    def get_type_name(self) -> str:
        return "unruly"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: list[str]) -> Any:
        return self._pass_on("get_file_info", paths)

    def get_file_info_selector(self, selector: fs.FileSelector) -> Any:
        self._before("list", selector.base_dir)
        answer = self._before("listed", selector.base_dir)
        return answer if answer is not None else self._inner.get_file_info(selector)

    def open_input_stream(self, path: str) -> Any:
        return self._pass_on("open_input_stream", path)

    def open_output_stream(self, path: str, metadata: Any) -> Any:
        return self._pass_on("open_output_stream", path)

    def delete_file(self, path: str) -> None:
        self._pass_on("delete_file", path)

    def _never(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = move = copy_file = _never
    open_append_stream = open_input_file = _never


Unruly.__abstractmethods__ = frozenset()


def unruly(store: RemoteStore, before: Callable[[str, Any], Any], patience: float = 20.0) -> RemoteStore:
    filesystem = fs.PyFileSystem(Unruly(store.filesystem, before))
    return replace(store, filesystem=filesystem, patience_seconds=patience)


def test_what_one_node_publishes_another_finds(server: str, store: RemoteStore, tmp_path: Path) -> None:
    assert store.open(KEY) is None and not store.has(KEY)
    path = store.publish(KEY, weights(), {"content": 1})
    there = at(server, tmp_path, "there")
    assert there.has(KEY)
    entry = there.open(KEY)
    assert entry is not None
    assert entry.record == store.record(KEY) == there.record(KEY)
    assert entry.record["content"] == 1
    assert entry.path != path
    assert (entry.path / "model.safetensors").read_bytes() == b"w" * 5000
    assert list(there.entries()) == [KEY]
    assert there.size(KEY) > 5007
    assert abs(there.stored_at(KEY) - time.time()) < 600


def test_a_record_comes_last_and_without_it_there_is_no_entry(server: str, store: RemoteStore, tmp_path: Path) -> None:
    sent: list[str] = []

    def refuse_record(name: str, path: Any) -> None:
        if name == "open_output_stream":
            if path.endswith(RECORD):
                raise OSError("503 Slow Down")
            sent.append(path)

    with pytest.raises(StoreError, match=r"refused for 0.2 s: 503 Slow Down"):
        unruly(store, refuse_record, patience=0.2).publish(KEY, weights(), {})
    assert len(sent) == 2, "both files are there"
    there = at(server, tmp_path, "there")
    assert there.open(KEY) is None and list(there.entries()) == []
    assert store.open(KEY), "this node has it, and sends what was missing"
    assert there.open(KEY)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda old: old[:-1], "the digest of model.safetensors is not the recorded one"),
        (lambda old: b"v" + old[1:], "the digest of model.safetensors is not the recorded one"),
        (None, "model.safetensors is missing"),
    ],
    ids=["truncated", "flipped", "missing"],
)
def test_a_spoilt_file_is_put_aside_with_its_reason_and_can_be_rebuilt(
    server: str, store: RemoteStore, tmp_path: Path, spoil: Callable[[bytes], bytes] | None, reason: str
) -> None:
    store.publish(KEY, weights(), {})
    there = at(server, tmp_path, "there")
    (path,) = [info.path for info in there._list(there._entry(KEY)) if "model" in info.base_name]
    if spoil is None:
        there.filesystem.delete_file(path)
    else:
        with there.filesystem.open_output_stream(path) as stream:
            stream.write(spoil(b"w" * 5000))
    assert there.open(KEY) is None
    assert not there.has(KEY)
    assert list(there.quarantined().values()) == [reason]
    there.publish(KEY, weights(), {})
    assert at(server, tmp_path, "a third").open(KEY)


def test_a_spoilt_record_is_put_aside(server: str, store: RemoteStore, tmp_path: Path) -> None:
    store.publish(KEY, weights(), {})
    there = at(server, tmp_path, "there")
    for text in ("{", "[]", '{"files": {}, "key": "another"}'):
        there._write(there._entry(KEY, RECORD), text.encode())
        assert there.record(KEY) is None
        assert there.open(KEY) is None
        assert not there.has(KEY)
    assert len(there.quarantined()) == 3


def test_two_publishers_of_other_bytes_leave_a_whole_entry(server: str, store: RemoteStore, tmp_path: Path) -> None:
    """The second uploads its files between the first's files and the first's record."""
    there = at(server, tmp_path, "there")

    def interrupted(name: str, path: Any) -> None:
        if name == "open_output_stream" and path.endswith(RECORD):
            there.publish(KEY, weights(b"other bytes of the same length"[:5000]), {})

    unruly(store, interrupted).publish(KEY, weights(), {})
    entry = at(server, tmp_path, "a third").open(KEY)
    assert entry is not None
    assert (entry.path / "model.safetensors").read_bytes() == b"w" * 5000


def test_a_store_that_refuses_for_a_while_is_asked_again(store: RemoteStore) -> None:
    refused: list[str] = []

    def refusing(name: str, path: Any) -> None:
        if len(refused) < 4:
            refused.append(name)
            raise OSError("AWS Error INTERNAL_FAILURE (HTTP status 503)")

    patient = unruly(store, refusing)
    patient.publish(KEY, weights(), {})
    refused.clear()
    assert patient.has(KEY)
    assert len(refused) == 4


def test_a_store_that_goes_on_refusing_is_told_in_a_sentence(store: RemoteStore) -> None:
    def refusing(name: str, path: Any) -> None:
        raise OSError("AWS Error NETWORK_CONNECTION")

    with pytest.raises(StoreError, match=r"s3://.* refused for 0.3 s: AWS Error NETWORK_CONNECTION; check the address"):
        unruly(store, refusing, patience=0.3).has(KEY)


def test_a_slow_store_only_takes_longer(store: RemoteStore) -> None:
    slow = unruly(store, lambda name, path: time.sleep(0.05))
    slow.publish(KEY, weights(), {})
    assert slow.open(KEY)


def test_an_old_listing_costs_work_and_nothing_else(server: str, store: RemoteStore, tmp_path: Path) -> None:
    def yesterday(name: str, path: Any) -> Any:
        return [] if name == "listed" else None

    store.note_length(FAMILY, 30)
    store.note_length(FAMILY, 10)
    store.publish(KEY, weights(), {})
    blind = unruly(at(server, tmp_path, "there"), yesterday)
    assert blind.lengths(FAMILY) == [] and store.lengths(FAMILY) == [10, 30]
    assert list(blind.entries()) == []
    assert blind.has(KEY) and blind.open(KEY), "whether it is there is asked of its record"


def test_the_cache_of_a_node_keeps_its_size_and_what_is_in_use(server: str, store: RemoteStore, tmp_path: Path) -> None:
    small = at(server, tmp_path, "small", cache_bytes=12_000)
    keys = [f"{number:02d}" + "0" * 62 for number in range(4)]
    for key in keys:
        small.publish(key, weights(), {})
    assert set(small.local.entries()) == set(keys), "all were used in the last minutes"
    for age, key in enumerate(keys):
        os.utime(small.local.path(key) / RECORD, (age, age))
    small.sweep()
    assert list(small.local.entries()) == keys[2:]
    assert small.open(keys[0]), "it is fetched again"
    assert set(small.local.entries()) == {keys[0], keys[3]}


def test_notes_are_kept_replaced_and_dropped(store: RemoteStore, tmp_path: Path) -> None:
    for kept in (store, FolderStore(tmp_path / "folder")):
        assert kept.notes("pins") == {}
        kept.write_note("pins", KEY, "one")
        kept.write_note("pins", OTHER, "two")
        kept.write_note("pins", KEY, "three")
        assert kept.notes("pins") == {KEY: "three", OTHER: "two"}
        kept.remove_note("pins", KEY)
        kept.remove_note("pins", "nothing")
        assert kept.notes("pins") == {OTHER: "two"}


def test_a_removed_entry_is_gone_everywhere(server: str, store: RemoteStore, tmp_path: Path) -> None:
    for kept in (store, FolderStore(tmp_path / "folder")):
        kept.publish(KEY, weights(), {})
        kept.publish(OTHER, weights(), {})
        kept.remove(KEY)
        kept.remove(KEY)
        assert kept.open(KEY) is None and not kept.has(KEY)
        assert list(kept.entries()) == [OTHER]


@pytest.mark.parametrize("address", ["ftp://host/place", "s3:///", "nonsense://x"])
def test_an_address_that_cannot_be_used_is_told(address: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="write s3://BUCKET/PREFIX"):
        open_store(address, tmp_path)


def test_addresses_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert open_store(f"file://{tmp_path}", tmp_path) == FolderStore(tmp_path)
    assert is_remote("s3://bucket/stages") and is_remote("gs://bucket")
    assert not is_remote("runs/store") and not is_remote("file:///runs")
