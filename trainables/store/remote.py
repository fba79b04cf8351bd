"""The stage store in an object store (`s3://`, `gs://`), read through a folder on this node.

    <address>/<first two digits>/<key>/<digest>.model.safetensors, ..., record.json
    <address>/lengths/<family>/<steps>, quarantine/<key>.<mark>/, studies/, pins/

The record is uploaded last, and files carry their digest in their name, so that whichever of two publishers writes its
record last, the record and its files belong together. Whether an entry is there is asked of its record alone, never of
a listing, which may be old. What is listed (lengths of a family) only saves work. Every file is checked after it came.

The folder on this node holds what was fetched or trained here, up to a size; what was not used for longest goes first.
A request that fails is repeated for two minutes before the run ends with one sentence.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from pyarrow import fs
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from trainables.claims import Claims
from trainables.store.entry import RECORD, BadEntry, Entry, StoreError, digest_of
from trainables.store.folder import FolderStore

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""How long a request is repeated."""
_IN_USE_SECONDS = 600.0
"""What was opened on this node in the last ten minutes stays."""


@dataclass(frozen=True)
class RemoteStore:
    """A store under an address. Cheap to copy and to send to a worker."""

    address: str
    """With its scheme, as it was written."""
    local: FolderStore
    cache_bytes: int | None
    """The most that the folder on this node may hold; None: no limit."""
    filesystem: fs.FileSystem = field(compare=False)
    base: str
    patience_seconds: float = PATIENCE_SECONDS

    @classmethod
    def at(cls, address: str, cache: Path, cache_bytes: int | None) -> RemoteStore:
        """A store by its address, such as `s3://bucket/stages`.

        Raises:
            StoreError: the address cannot be used.
        """
        try:
            filesystem, base = fs.FileSystem.from_uri(address)
        except (ValueError, OSError) as error:
            raise StoreError(
                f"the store {address} cannot be used: {error}; write s3://BUCKET/PREFIX or gs://..."
            ) from error
        mark = hashlib.sha256(address.encode()).hexdigest()[:16]
        return cls(address, FolderStore(cache / "stages" / mark), cache_bytes, filesystem, base.rstrip("/"))

    @property
    def location(self) -> str:
        """See `Store`."""
        return self.address

    def has(self, key: str) -> bool:
        """See `Store`."""
        return self._exists(self._entry(key, RECORD))

    def open(self, key: str) -> Entry | None:
        """See `Store`."""
        if (entry := self.local.open(key)) is not None:
            if not self.has(key):  # it was published here and could not be uploaded, or was removed there
                self._upload(key, entry)
            (entry.path / RECORD).touch()
            return entry
        text = self._read(self._entry(key, RECORD))
        if text is None:
            return None
        try:
            record = _record_of(text, key)
            self._make_room(sum(int(file["bytes"]) for file in record["files"].values()))
            self.local.publish(key, lambda folder: self._fetch(key, record, folder), record)
        except BadEntry as reason:
            self._quarantine(key, text, str(reason))
            return None
        return self.local.open(key)

    def record(self, key: str) -> dict[str, Any] | None:
        """See `Store`."""
        text = self._read(self._entry(key, RECORD))
        try:
            return None if text is None else _record_of(text, key)
        except BadEntry:
            return None

    def publish(self, key: str, write: Callable[[Path], None], record: Mapping[str, Any]) -> Path:
        """See `Store`."""
        self._make_room(0)
        path = self.local.publish(key, write, record)
        entry = self.local.open(key)
        if entry is None:
            raise StoreError(f"the stage {key} was spoilt on this node while it was stored; run again")
        self._upload(key, entry)
        return path

    def note_length(self, family: str, steps: int) -> None:
        """See `Store`."""
        self._write(f"lengths/{family}/{steps}", b"")

    def lengths(self, family: str) -> list[int]:
        """See `Store`."""
        return sorted(int(name) for name in self._names(f"lengths/{family}") if name.isdecimal())

    def entries(self) -> Iterator[str]:
        """See `Store`."""
        found = self._ask(lambda: self._list("", recursive=True))
        records = (PurePosixPath(info.path) for info in found if info.base_name == RECORD)
        yield from sorted(path.parent.name for path in records if len(path.parent.parent.name) == 2)

    def size(self, key: str) -> int:
        """See `Store`."""
        return sum(info.size or 0 for info in self._ask(lambda: self._list(self._entry(key))))

    def stored_at(self, key: str) -> float:
        """See `Store`."""
        info = self._ask(lambda: self.filesystem.get_file_info(f"{self.base}/{self._entry(key, RECORD)}"))
        return info.mtime.timestamp() if info.mtime else time.time()

    def remove(self, key: str) -> None:
        """See `Store`."""
        self._delete(self._entry(key, RECORD))
        for info in self._ask(lambda: self._list(self._entry(key))):
            self._delete(info.path.removeprefix(f"{self.base}/"))
        self.local.remove(key)

    def quarantined(self) -> dict[str, str]:
        """See `Store`."""
        found = self.local.quarantined()
        for name in self._names("quarantine"):
            found[name] = (self._read(f"quarantine/{name}/reason.txt") or "no reason was noted").strip()
        return found

    def notes(self, kind: str) -> dict[str, str]:
        """See `Store`."""
        texts = {name: self._read(f"{kind}/{name}") for name in self._names(kind)}
        return {name: text for name, text in texts.items() if text is not None}

    def write_note(self, kind: str, name: str, text: str) -> None:
        """See `Store`."""
        self._write(f"{kind}/{name}", text.encode())

    def remove_note(self, kind: str, name: str) -> None:
        """See `Store`."""
        self._delete(f"{kind}/{name}")

    def sweep(self) -> None:
        """See `Store`."""
        self.local.sweep()
        self._make_room(0)

    def claims(self, *, waits: bool) -> Claims:
        """See `Store`."""
        return self.local.claims(waits=waits)

    def _entry(self, key: str, *names: str) -> str:
        return "/".join((key[:2], key, *names))

    def _upload(self, key: str, entry: Entry) -> None:
        for name, file in entry.record["files"].items():
            self._ask(partial(self._send, entry.path / name, self._file(key, name, file)))
        self._ask(lambda: self._send(entry.path / RECORD, self._entry(key, RECORD)))

    def _file(self, key: str, name: str, file: Mapping[str, Any]) -> str:
        return self._entry(key, f"{file['sha256'][:16]}.{name}")

    def _send(self, source: Path, path: str) -> None:
        target = f"{self.base}/{path}"
        if isinstance(self.filesystem, fs.LocalFileSystem):
            Path(target).parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as read, self.filesystem.open_output_stream(target) as written:
            shutil.copyfileobj(read, written, 1 << 20)

    def _fetch(self, key: str, record: Mapping[str, Any], folder: Path) -> None:
        for name, file in record["files"].items():
            self._ask(partial(self._receive, self._file(key, name, file), folder / name))
            if digest_of(folder / name) != file["sha256"]:
                raise BadEntry(f"the digest of {name} is not the recorded one")

    def _receive(self, path: str, target: Path) -> None:
        try:
            with self.filesystem.open_input_stream(f"{self.base}/{path}") as read, target.open("wb") as written:
                shutil.copyfileobj(read, written, 1 << 20)
        except FileNotFoundError as error:
            raise BadEntry(f"{target.name} is missing") from error

    def _quarantine(self, key: str, text: str, reason: str) -> None:
        place = f"quarantine/{key}.{uuid.uuid4().hex[:8]}"
        log.warning("the stored stage %s is bad and will be trained again: %s; kept as %s", key, reason, place)
        self._write(f"{place}/reason.txt", f"{reason}\n".encode())
        self._write(f"{place}/{RECORD}", text.encode())
        self._delete(self._entry(key, RECORD))

    def _make_room(self, wanted: int) -> None:
        if self.cache_bytes is None:
            return
        held = [(self.local.stored_at(key), self.local.size(key), key) for key in self.local.entries()]
        too_much = sum(size for _, size, _ in held) + wanted - self.cache_bytes
        for used, size, key in sorted(held):
            if too_much <= 0 or time.time() - used < _IN_USE_SECONDS:
                break
            self.local.remove(key)
            too_much -= size

    def _exists(self, path: str) -> bool:
        info = self._ask(lambda: self.filesystem.get_file_info(f"{self.base}/{path}"))
        return bool(info.type == fs.FileType.File)

    def _read(self, path: str) -> str | None:
        def read() -> bytes | None:
            try:
                with self.filesystem.open_input_stream(f"{self.base}/{path}") as stream:
                    return bytes(stream.read())
            except FileNotFoundError:
                return None

        content = self._ask(read)
        return None if content is None else content.decode("utf-8", errors="replace")

    def _write(self, path: str, content: bytes) -> None:
        def write() -> None:
            if isinstance(self.filesystem, fs.LocalFileSystem):
                Path(f"{self.base}/{path}").parent.mkdir(parents=True, exist_ok=True)
            with self.filesystem.open_output_stream(f"{self.base}/{path}") as stream:
                stream.write(content)

        self._ask(write)

    def _delete(self, path: str) -> None:
        def delete() -> None:
            try:
                self.filesystem.delete_file(f"{self.base}/{path}")
            except FileNotFoundError:
                return

        self._ask(delete)

    def _names(self, folder: str) -> list[str]:
        return [PurePosixPath(info.path).name for info in self._ask(lambda: self._list(folder))]

    def _list(self, folder: str, *, recursive: bool = False) -> list[fs.FileInfo]:
        place = f"{self.base}/{folder}".rstrip("/")
        found: list[fs.FileInfo] = self.filesystem.get_file_info(
            fs.FileSelector(place, recursive=recursive, allow_not_found=True)
        )
        return found

    def _ask(self, request: Callable[[], T]) -> T:
        """Do it, again and again for a while where the store refuses.

        Raises:
            StoreError: it went on refusing.
        """
        try:
            return self._patience(request)
        except OSError as error:
            said = (str(error).splitlines() or [""])[0]
            raise StoreError(
                f"the store {self.address} refused for {self.patience_seconds:g} s: {said}; check the address, the "
                "rights and the network, then run again"
            ) from error

    @cached_property
    def _patience(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_delay(self.patience_seconds),
            wait=wait_random_exponential(multiplier=0.2, max=15.0),
            reraise=True,
        )


def _may_pass(error: BaseException) -> bool:
    """Is it worth trying again? A full disk of this node is not."""
    return isinstance(error, OSError) and error.errno is None and not isinstance(error, PermissionError)


def _record_of(text: str, key: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
        sizes = [int(file["bytes"]) for file in record["files"].values()]
        digests = [file["sha256"] for file in record["files"].values()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadEntry(f"{RECORD} cannot be read: {error!r}") from error
    if record.get("key") != key:
        raise BadEntry(f"{RECORD} is that of {record.get('key')}")
    assert len(sizes) == len(digests)
    return dict(record)
