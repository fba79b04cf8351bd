"""The stage store in a folder that all workers see (a local disk, NFS): trained stages by their names, each complete or
absent.

    <root>/<first two digits>/<key>/   model.safetensors, ..., record.json
    <root>/lengths/<family>/<steps>    empty: a stage of this family has been stored at this length
    <root>/locks, <root>/temporary, <root>/quarantine

An entry is written into a private folder on the same filesystem and appears by one rename. So a name that exists is
complete, and two publishers of one name are wasteful at worst. An entry that fails its check is moved to `quarantine`
with the reason and counts as absent, so it is trained again.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainables.claims import FileClaims
from trainables.store.entry import (
    RECORD,
    BadEntry,
    Entry,
    StoreError,
    checked_record,
    complete,
    explaining,
    remember,
    sync,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FolderStore:
    """A store under an absolute folder; made when first written to. Cheap to copy and to send to a worker."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).expanduser().absolute())

    @property
    def location(self) -> str:
        """See `Store`."""
        return str(self.root)

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
            return Entry(path, checked_record(path, key))
        except (BadEntry, OSError) as reason:
            self._quarantine(path, str(reason))
            return None

    def publish(self, key: str, write: Callable[[Path], None], record: Mapping[str, Any]) -> Path:
        """Store what `write` puts into the empty folder it is given, with `record` beside it; the entry's folder.

        If a good entry of that name appears meanwhile, it stays and this one is dropped.

        Raises:
            StoreError: the disk is full, or the store may not be written. No half entry is left.
        """
        folder = self.root / "temporary" / f"{key}.{_mark()}"
        try:
            with explaining(self.root):
                folder.mkdir(parents=True)
                write(folder)
                complete(folder, {**record, "key": key})
                return self._move_in(folder, key)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def note_length(self, family: str, steps: int) -> None:
        """Remember that a stage of this family is stored, or about to be, at this length."""
        folder = self.root / "lengths" / family
        with explaining(self.root):
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

    def record(self, key: str) -> dict[str, Any] | None:
        """See `Store`."""
        try:
            found = json.loads((self.path(key) / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def size(self, key: str) -> int:
        """See `Store`."""
        folder = self.path(key)
        return sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) if folder.is_dir() else 0

    def stored_at(self, key: str) -> float:
        """See `Store`. In the cache of a node: when it was last used."""
        return (self.path(key) / RECORD).stat().st_mtime

    def remove(self, key: str) -> None:
        """See `Store`."""
        away = self.root / "temporary" / f"{key}.{_mark()}"
        try:
            away.parent.mkdir(parents=True, exist_ok=True)
            self.path(key).rename(away)
        except FileNotFoundError:
            return
        shutil.rmtree(away, ignore_errors=True)

    def quarantined(self) -> dict[str, str]:
        """See `Store`."""
        reasons = {}
        for place in sorted((self.root / "quarantine").glob("*")):
            note = place / "reason.txt"
            reasons[place.name] = note.read_text(encoding="utf-8").strip() if note.is_file() else "no reason was noted"
        return reasons

    def notes(self, kind: str) -> dict[str, str]:
        """See `Store`."""
        files = sorted(path for path in (self.root / kind).glob("*") if path.is_file() and path.suffix != ".new")
        return {path.name: path.read_text(encoding="utf-8") for path in files}

    def write_note(self, kind: str, name: str, text: str) -> None:
        """See `Store`."""
        folder = self.root / kind
        with explaining(self.root):
            folder.mkdir(parents=True, exist_ok=True)
            new = folder / f"{name}.{_mark()}.new"
            new.write_text(text, encoding="utf-8")
            new.replace(folder / name)

    def remove_note(self, kind: str, name: str) -> None:
        """See `Store`."""
        (self.root / kind / name).unlink(missing_ok=True)

    def claims(self, *, waits: bool) -> FileClaims:
        """See `Store`."""
        return FileClaims(self.root / "locks", waits=waits)

    def sweep(self) -> None:
        """Remove what dead processes of this machine left half-written."""
        for folder in (self.root / "temporary").glob("*"):
            if len(folder.name.split(".")) < 4:
                continue
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
                sync(path.parent)
                remember(path)
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


def _mark() -> str:
    """Says whose a half-written thing is."""
    return f"{os.uname().nodename}.{os.getpid()}.{uuid.uuid4().hex[:8]}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
