"""What an entry of the stage store is: a folder of files, and `record.json` with the digest of each, written last.

Every read checks the digests (once in a process, unless a file changes). Nothing is ever unpickled from here.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from evaluators.errors import CairnError

RECORD = "record.json"

_verified: dict[str, tuple[int, int, str]] = {}
"""File -> (size, mtime_ns, digest) as last read by this process."""


class StoreError(CairnError):
    """The store cannot be written or read: a full disk, a missing right."""


class BadEntry(Exception):
    """An entry does not hold what its record says."""


class Entry(NamedTuple):
    """A stored stage: its folder, whose files were checked, and its record."""

    path: Path
    record: dict[str, Any]


def complete(folder: Path, record: Mapping[str, Any]) -> None:
    """Write the record of a folder's files, and see to it that all of it is on the disk."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    contents = {path.name: {"sha256": digest_of(path), "bytes": path.stat().st_size} for path in files}
    for path in files:
        sync(path)
    text = json.dumps({**record, "files": contents}, indent=1, sort_keys=True, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    sync(folder / RECORD)
    sync(folder)


def checked_record(path: Path, key: str) -> dict[str, Any]:
    """The record of an entry whose files are as it says.

    Raises:
        BadEntry: they are not.
    """
    if not (path / RECORD).is_file():
        raise BadEntry(f"{RECORD} is missing")
    try:
        record = json.loads((path / RECORD).read_text(encoding="utf-8"))
        files = {str(name): (int(file["bytes"]), str(file["sha256"])) for name, file in record["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadEntry(f"{RECORD} cannot be read: {error!r}") from error
    if record.get("key") != key:
        raise BadEntry(f"{RECORD} is that of {record.get('key')}")
    for name, (size, sha256) in files.items():
        file = path / name
        if not file.is_file():
            raise BadEntry(f"{name} is missing")
        if file.stat().st_size != size:
            raise BadEntry(f"{name} has {file.stat().st_size} bytes, its record says {size}")
        if _known_sha256(file) != sha256:
            raise BadEntry(f"the digest of {name} is not the recorded one")
    assert isinstance(record, dict)
    return record


def remember(path: Path) -> None:
    """A file that this process has just written and read through need not be read again."""
    record = json.loads((path / RECORD).read_text(encoding="utf-8"))
    for name, file in record["files"].items():
        status = (path / name).stat()
        _verified[str(path / name)] = (status.st_size, status.st_mtime_ns, file["sha256"])


def _known_sha256(file: Path) -> str:
    status = file.stat()
    size, changed, sha256 = _verified.get(str(file), (-1, -1, ""))
    if (size, changed) != (status.st_size, status.st_mtime_ns):
        sha256 = digest_of(file)
        _verified[str(file)] = (status.st_size, status.st_mtime_ns, sha256)
    return sha256


def digest_of(file: Path) -> str:
    """Digest of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See to it that a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def explaining(root: object) -> Iterator[None]:
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
