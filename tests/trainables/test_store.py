import errno
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from trainables.store import RECORD, FolderStore, StoreError

KEY = "ab" + "0" * 62


def weights(content: bytes = b"weights" * 1000) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(content)
        (folder / "optimizer.safetensors").write_bytes(b"moments")

    return write


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def entry(store: FolderStore) -> Path:
    return store.publish(KEY, weights(), {"stop": 90})


def leftovers(store: FolderStore) -> list[Path]:
    return list((store.root / "temporary").glob("*"))


def test_what_was_published_is_found_with_its_record(store: FolderStore, entry: Path) -> None:
    opened = store.open(KEY)
    assert opened is not None and store.has(KEY)
    assert opened.path == entry == store.root / "ab" / KEY
    assert opened.record["stop"] == 90
    assert sorted(opened.record["files"]) == ["model.safetensors", "optimizer.safetensors"]
    assert leftovers(store) == []


def test_what_was_not_published_is_absent(store: FolderStore) -> None:
    assert store.open(KEY) is None and not store.has(KEY)
    assert list(store.entries()) == [] and store.size(KEY) == 0 and store.lengths("family") == []
    assert not store.root.exists()


def truncate(entry: Path) -> None:
    os.truncate(entry / "model.safetensors", 10)


def flip_a_bit(entry: Path) -> None:
    content = bytearray((entry / "model.safetensors").read_bytes())
    content[100] ^= 1
    (entry / "model.safetensors").write_bytes(content)


def lose_the_record(entry: Path) -> None:
    (entry / RECORD).unlink()


def lose_a_file(entry: Path) -> None:
    (entry / "optimizer.safetensors").unlink()


def empty_the_record(entry: Path) -> None:
    (entry / RECORD).write_text("")


def put_another_record(entry: Path) -> None:
    record = json.loads((entry / RECORD).read_text())
    (entry / RECORD).write_text(json.dumps({**record, "key": "cd" + "0" * 62}))


def forget_the_files(entry: Path) -> None:
    (entry / RECORD).write_text('{"files": []}')


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (truncate, "model.safetensors has 10 bytes, its record says 7000"),
        (flip_a_bit, "the digest of model.safetensors is not the recorded one"),
        (lose_the_record, "record.json is missing"),
        (lose_a_file, "optimizer.safetensors is missing"),
        (empty_the_record, "record.json cannot be read"),
        (forget_the_files, "record.json cannot be read"),
        (put_another_record, "record.json is that of cd"),
    ],
)
@pytest.mark.parametrize("read_before", [True, False])
def test_a_bad_entry_is_put_aside_with_its_reason_and_can_be_rebuilt(
    store: FolderStore,
    entry: Path,
    damage: Callable[[Path], None],
    reason: str,
    read_before: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if read_before:
        assert store.open(KEY)
    damage(entry)
    with caplog.at_level(logging.WARNING):
        assert store.open(KEY) is None
    assert "will be trained again" in caplog.text
    (kept,) = (store.root / "quarantine").iterdir()
    assert reason in (kept / "reason.txt").read_text()
    assert not store.has(KEY)
    store.publish(KEY, weights(), {})
    assert store.open(KEY)


def test_a_good_entry_is_read_in_full_once_in_a_process(
    store: FolderStore, entry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.open(KEY)
    monkeypatch.setattr("trainables.store.entry.digest_of", lambda file: pytest.fail("read again"))
    assert store.open(KEY)


def test_the_second_publisher_of_a_name_leaves_the_first_entry(store: FolderStore, entry: Path) -> None:
    assert store.publish(KEY, weights(b"the same, trained twice"), {}) == entry
    assert (entry / "model.safetensors").read_bytes() == b"weights" * 1000
    assert leftovers(store) == []


def test_a_publisher_replaces_a_bad_entry(store: FolderStore, entry: Path) -> None:
    lose_the_record(entry)
    store.publish(KEY, weights(b"new"), {})
    assert (entry / "model.safetensors").read_bytes() == b"new"


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def says(process: subprocess.Popen[str], line: str) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == f"{line}\n"


PUBLISHING = """
import sys
from pathlib import Path
from trainables.store import FolderStore

root, key, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
FolderStore(root).publish(key, lambda f: f.joinpath("model").write_bytes(bytes([number]) * 100_000), {"by": number})
"""


def test_publishers_at_the_same_moment_leave_one_whole_entry(store: FolderStore) -> None:
    processes = [python(PUBLISHING, store.root, KEY, number) for number in range(3)]
    assert all(says(process, "ready") for process in processes)
    for process in processes:
        process.communicate("go\n", timeout=30)
    assert [process.returncode for process in processes] == [0, 0, 0]
    opened = store.open(KEY)
    assert opened is not None
    assert (opened.path / "model").read_bytes() == bytes([opened.record["by"]]) * 100_000
    assert leftovers(store) == []


def test_an_error_while_writing_leaves_nothing(store: FolderStore) -> None:
    def write(folder: Path) -> None:
        weights()(folder)
        raise RuntimeError("the model cannot be saved")

    with pytest.raises(RuntimeError, match="cannot be saved"):
        store.publish(KEY, write, {})
    assert not store.has(KEY) and leftovers(store) == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_said_clearly_and_leaves_nothing(store: FolderStore, error: Exception) -> None:
    def write(folder: Path) -> None:
        weights()(folder)
        raise error

    with pytest.raises(StoreError, match="is full; make room, or put the store elsewhere"):
        store.publish(KEY, write, {})
    assert not store.has(KEY) and leftovers(store) == []


def test_a_disk_that_fills_up_with_the_record_leaves_nothing(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="is full"):
        store.publish(KEY, weights(), {})
    assert not store.has(KEY) and leftovers(store) == []


def test_a_store_that_cannot_be_made_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be written.*put the store where you can write"):
        FolderStore(tmp_path / "file" / "store").publish(KEY, weights(), {})


KILLED_WHILE_WRITING = """
import sys, time
from pathlib import Path
from trainables.store import FolderStore

def write(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)

store = FolderStore(Path(sys.argv[1]))
with store.claims(waits=True).claimed(sys.argv[2]):
    store.publish(sys.argv[2], write, {})
"""


def test_a_writer_that_is_killed_leaves_no_entry_and_no_claim(store: FolderStore) -> None:
    with python(KILLED_WHILE_WRITING, store.root, KEY) as writer:
        assert says(writer, "writing")
        store.sweep()
        assert len(leftovers(store)) == 1, "a living writer keeps its folder"
        writer.send_signal(signal.SIGKILL)
    assert store.open(KEY) is None and not store.has(KEY)
    store.sweep()
    assert leftovers(store) == []
    with store.claims(waits=True).claimed(KEY):
        store.publish(KEY, weights(), {})
    assert store.open(KEY)


CLAIMING = """
import sys
from pathlib import Path
from trainables.store import FolderStore

store = FolderStore(Path(sys.argv[1]))
with store.claims(waits=True).claimed(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.readline()
    store.publish(sys.argv[2], lambda folder: folder.joinpath("model").touch(), {})
"""


def test_the_second_claimant_waits_and_then_finds_the_entry(store: FolderStore) -> None:
    holder = python(CLAIMING, store.root, KEY)
    assert says(holder, "held")
    release = threading.Timer(0.3, lambda: holder.communicate("go\n"))
    release.start()
    with store.claims(waits=True).claimed(KEY):
        assert store.open(KEY)
    release.join()
    assert holder.returncode == 0


def test_different_names_do_not_wait_for_each_other(store: FolderStore) -> None:
    with store.claims(waits=True).claimed(KEY), store.claims(waits=True).claimed("cd" + "0" * 62):
        pass


def test_lengths_of_a_family_are_rising(store: FolderStore) -> None:
    for steps in (90, 10, 90):
        store.note_length("family", steps)
    (store.root / "lengths" / "family" / ".nfs0001").touch()
    assert store.lengths("family") == [10, 90]


def test_entries_are_listed_with_their_sizes(store: FolderStore, entry: Path) -> None:
    half = store.root / "cd" / ("cd" + "0" * 62)
    half.mkdir(parents=True)
    assert list(store.entries()) == [KEY]
    assert store.size(KEY) == 7000 + len(b"moments") + (entry / RECORD).stat().st_size
    assert store.size("cd" + "1" * 62) == 0


def test_a_store_travels_to_a_worker_with_an_absolute_folder(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert FolderStore(Path("store")) == store == pickle.loads(pickle.dumps(store))
