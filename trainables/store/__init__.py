"""The stage store: trained stages by their names, on any filesystem that all workers see.

`open_store` takes a folder (local, NFS) or the address of an object store (`s3://`, `gs://`). Everybody else asks for a
`Store` and does not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from trainables.claims import Claims
from trainables.store.entry import RECORD, Entry, StoreError
from trainables.store.folder import FolderStore

__all__ = ["RECORD", "Entry", "FolderStore", "Store", "StoreError", "is_remote", "open_store"]


class Store(Protocol):
    """Where trained stages are. An entry is complete or absent, whoever looks and whenever."""

    @property
    def location(self) -> str:
        """What `open_store` made it from: the same for all who share it."""
        ...

    def has(self, key: str) -> bool:
        """Is there a complete entry? Says nothing about its bytes; `open` does."""
        ...

    def open(self, key: str) -> Entry | None:
        """The entry, on this node, its digests checked; None if there is none, or it was bad and is in quarantine.

        Raises:
            StoreError: the store cannot be reached.
        """
        ...

    def record(self, key: str) -> dict[str, Any] | None:
        """The record of an entry, its files not looked at; None if there is none that can be read."""
        ...

    def publish(self, key: str, write: Callable[[Path], None], record: Mapping[str, Any]) -> Path:
        """Store what `write` puts into the empty folder it is given, with `record` beside it; its folder on this node.

        If a good entry of that name appears meanwhile, one of the two stays.

        Raises:
            StoreError: the disk is full, or the store may not be written. No half entry is left.
        """
        ...

    def note_length(self, family: str, steps: int) -> None:
        """Remember that a stage of this family is stored, or about to be, at this length."""
        ...

    def lengths(self, family: str) -> list[int]:
        """Lengths noted for a family, rising. The entry of a noted length may be absent."""
        ...

    def entries(self) -> Iterator[str]:
        """Names of all complete entries, sorted."""
        ...

    def size(self, key: str) -> int:
        """Bytes of an entry; 0 if there is none."""
        ...

    def stored_at(self, key: str) -> float:
        """When an entry was completed, in seconds of the store's own clock since 1970."""
        ...

    def remove(self, key: str) -> None:
        """Remove an entry; first its record, so that nobody takes what is left for whole."""
        ...

    def quarantined(self) -> dict[str, str]:
        """Entries that failed their check -> the reason."""
        ...

    def notes(self, kind: str) -> dict[str, str]:
        """Small texts kept beside the entries (studies, pins), by name."""
        ...

    def write_note(self, kind: str, name: str, text: str) -> None:
        """Keep a small text; it replaces the one of that name at once."""
        ...

    def remove_note(self, kind: str, name: str) -> None:
        """Drop a small text."""
        ...

    def sweep(self) -> None:
        """Remove what dead processes of this machine left half-written, and what this node's cache has too much."""
        ...

    def claims(self, *, waits: bool) -> Claims:
        """Locks among the processes of this machine."""
        ...


def is_remote(location: str) -> bool:
    """Is it the address of an object store, and no folder?"""
    return "://" in location and not location.startswith("file://")


def open_store(location: str | Path, cache: Path, cache_bytes: int | None = None) -> Store:
    """A store by its location; an object store is read through a folder under `cache` on this node.

    Raises:
        StoreError: the address is of a kind that is not known.
    """
    text = str(location)
    if not is_remote(text):
        return FolderStore(Path(text.removeprefix("file://")))
    from trainables.store.remote import RemoteStore

    return RemoteStore.at(text, cache, cache_bytes)
