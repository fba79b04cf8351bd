"""The stage store: a folder of trained stages by their names, each complete or absent.

    <root>/<first two digits>/<key>/   model.safetensors, ..., record.json
    <root>/lengths/<family>/<steps>    empty: a stage of this family has been stored at this length
    <root>/locks, <root>/temporary, <root>/quarantine

An entry is written into a private folder on the same filesystem, `record.json` with the digest of every other file
last, and appears by one rename. So a name that exists is complete, and two publishers of one name are wasteful at
worst. Every read checks the digests (once in a process, unless a file changes); an entry that fails is moved to
`quarantine` with the reason and counts as absent, so it is trained again. Nothing is ever unpickled from here.

`claimed` is a lock of the operating system, for the trials of one machine: it ends with its process, SIGKILL included.
It saves work and is not needed for correctness.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from evaluators.errors import CairnError

log = logging.getLogger(__name__)

RECORD = "record.json"

_verified: dict[str, tuple[int, int, str]] = {}
"""File -> (size, mtime_ns, digest) as last read by this process."""


class StoreError(CairnError):
    """The store cannot be written or read: a full disk, a missing right."""


class _BadEntry(Exception):
    """An entry does not hold what its record says."""


class Entry(NamedTuple):
    """A stored stage: its folder, whose files were checked, and its record."""

    path: Path
    record: dict[str, Any]


@dataclass(frozen=True)
class Store:
    """A store under an absolute folder; made when first written to. Cheap to copy and to send to a worker."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).expanduser().absolute())

    def has(self, key: str) -> bool:
        """Is there a complete entry? Says nothing about its bytes; `open` does."""
        return (self.path(key) / RECORD).is_file()

    def path(self, key: str) -> Path:
        """Where the entry is, or would be."""
        return self.root / key[:2] / key

    def open(self, key: str) -> Entry | None:
        """The entry, its digests checked; None if there is none, or it was bad and is now in quarantine."""
        path = self.path(key)
        if not path.exists():
            return None
        try:
            return Entry(path, _checked_record(path, key))
        except (_BadEntry, OSError) as reason:
            self._quarantine(path, str(reason))
            return None

    def publish(self, key: str, write: Callable[[Path], None], record: Mapping[str, Any]) -> Path:
        """Store what `write` puts into the empty folder it is given, with `record` beside it; the entry's folder.

        If a good entry of that name appears meanwhile, it stays and this one is dropped.

        Raises:
            StoreError: the disk is full, or the store may not be written. No half entry is left.
        """
        folder = self.root / "temporary" / f"{key}.{os.uname().nodename}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        try:
            with _explaining(self.root):
                folder.mkdir(parents=True)
                write(folder)
                _complete(folder, {**record, "key": key})
                return self._move_in(folder, key)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def claimed(self, key: str) -> Iterator[None]:
        """Hold the name against other processes of this machine; waits until it is free.

        Where the filesystem has no such locks nothing is held, and a stage may be trained twice.
        """
        with _explaining(self.root):
            (self.root / "locks").mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / "locks" / f"{key}.lock", poll_interval=0.1, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            log.info("waiting for stage %s, which another trial is training", key[:12])
            lock.acquire()
        except (OSError, NotImplementedError) as error:
            log.warning("the stage store %s has no locks (%s); equal stages may be trained twice", self.root, error)
        try:
            yield
        finally:
            lock.release()

    def note_length(self, family: str, steps: int) -> None:
        """Remember that a stage of this family is stored, or about to be, at this length."""
        folder = self.root / "lengths" / family
        with _explaining(self.root):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / str(steps)).touch()

    def lengths(self, family: str) -> list[int]:
        """Lengths noted for a family, rising. The entry of a noted length may be absent."""
        folder = self.root / "lengths" / family
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal())

    def entries(self) -> Iterator[str]:
        """Names of all complete entries, sorted."""
        for path in sorted(self.root.glob(f"[0-9a-f][0-9a-f]/*/{RECORD}")):
            yield path.parent.name

    def sizes(self) -> dict[str, int]:
        """Bytes of every complete entry."""
        return {
            key: sum(file.stat().st_size for file in self.path(key).iterdir() if file.is_file())
            for key in self.entries()
        }

    def sweep(self) -> None:
        """Remove what dead processes of this machine left half-written."""
        for folder in (self.root / "temporary").glob("*"):
            _, _, rest = folder.name.partition(".")
            node, pid, _ = rest.rsplit(".", 2)
            if node == os.uname().nodename and not _is_alive(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)

    def _move_in(self, folder: Path, key: str) -> Path:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            try:
                folder.rename(path)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                if self.open(key):  # somebody else published the same content first
                    return path
            else:
                _sync(path.parent)
                _remember(path)
                return path
        raise StoreError(f"{path} cannot be replaced; look what holds it, then run again")

    def _quarantine(self, path: Path, reason: str) -> None:
        place = self.root / "quarantine" / f"{path.name}.{uuid.uuid4().hex[:8]}"
        log.warning("the stored stage %s is bad and will be trained again: %s; kept as %s", path.name, reason, place)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
            (place / "reason.txt").write_text(f"{reason}\n", encoding="utf-8")
        except FileNotFoundError:
            return  # another process was faster
        except OSError as error:
            raise StoreError(f"the stored stage {path} is bad ({reason}) and cannot be moved: {error}") from error


def _complete(folder: Path, record: Mapping[str, Any]) -> None:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    contents = {path.name: {"sha256": _sha256(path), "bytes": path.stat().st_size} for path in files}
    for path in files:
        _sync(path)
    text = json.dumps({**record, "files": contents}, indent=1, sort_keys=True, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    _sync(folder / RECORD)
    _sync(folder)


def _checked_record(path: Path, key: str) -> dict[str, Any]:
    if not (path / RECORD).is_file():
        raise _BadEntry(f"{RECORD} is missing")
    try:
        record = json.loads((path / RECORD).read_text(encoding="utf-8"))
        files = {str(name): (int(file["bytes"]), str(file["sha256"])) for name, file in record["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _BadEntry(f"{RECORD} cannot be read: {error!r}") from error
    if record.get("key") != key:
        raise _BadEntry(f"{RECORD} is that of {record.get('key')}")
    for name, (size, sha256) in files.items():
        file = path / name
        if not file.is_file():
            raise _BadEntry(f"{name} is missing")
        if file.stat().st_size != size:
            raise _BadEntry(f"{name} has {file.stat().st_size} bytes, its record says {size}")
        if _known_sha256(file) != sha256:
            raise _BadEntry(f"the digest of {name} is not the recorded one")
    assert isinstance(record, dict)
    return record


def _remember(path: Path) -> None:
    """A file that this process has just written and read through need not be read again."""
    record = json.loads((path / RECORD).read_text(encoding="utf-8"))
    for name, file in record["files"].items():
        status = (path / name).stat()
        _verified[str(path / name)] = (status.st_size, status.st_mtime_ns, file["sha256"])


def _known_sha256(file: Path) -> str:
    status = file.stat()
    size, changed, sha256 = _verified.get(str(file), (-1, -1, ""))
    if (size, changed) != (status.st_size, status.st_mtime_ns):
        sha256 = _sha256(file)
        _verified[str(file)] = (status.st_size, status.st_mtime_ns, sha256)
    return sha256


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _explaining(root: Path) -> Iterator[None]:
    """Say an error of the disk with its mend. Libraries in other languages name it in their text only."""
    try:
        yield
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in str(error):
            mend = "make room, or put the store elsewhere"
            raise StoreError(f"the disk of the stage store {root} is full; {mend}") from error
        if number in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            mend = "put the store where you can write"
            raise StoreError(f"the stage store {root} cannot be written ({error}); {mend}") from error
        raise
