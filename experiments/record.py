"""The run folder: what a study leaves on disk, written so that a crash at any moment loses nothing that was finished.

`trials.jsonl` and `scores.jsonl` are only ever appended to, one JSON object a line, each flushed to the disk before
the work goes on. A line torn by a crash is dropped on reading and cut off before the next append. JSON files are
replaced in one atomic rename. One run folder has one writer: a lock file held by the kernel keeps a second away.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError

Row = dict[str, Any]


@dataclass(frozen=True)
class RunFolder:
    """Places inside `runs/<name>`."""

    path: Path

    @property
    def trials(self) -> Path:
        """What happened in the search: proposals, reports, ends."""
        return self.path / "trials.jsonl"

    @property
    def scores(self) -> Path:
        """Flat score rows of the search and of the finals."""
        return self.path / "scores.jsonl"

    @property
    def finals(self) -> Path:
        """Which trainings of the finals are done."""
        return self.path / "finals.jsonl"

    @property
    def failures(self) -> Path:
        """Finals that failed, with their reasons."""
        return self.path / "failures.jsonl"

    @property
    def probes(self) -> Path:
        """Short stages from every prefix of a path, with their scores."""
        return self.path / "probes.jsonl"

    @property
    def resolved(self) -> Path:
        """The spec with everything filled in."""
        return self.path / "resolved.json"

    @property
    def environment(self) -> Path:
        """Versions, times, stages planned and executed."""
        return self.path / "environment.json"

    @property
    def stages(self) -> Path:
        """Every stage that was trained, when it was stored."""
        return self.path / "stages.jsonl"

    @property
    def study(self) -> Path:
        """Optuna's study, for its dashboard."""
        return self.path / "study.db"

    @property
    def tune(self) -> Path:
        """Ray Tune's own folders, one a start."""
        return self.path / "tune"

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Hold the folder; a second `cairn run` on it is told so. The kernel lets go when the process ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CairnError(f"another `cairn run` is writing to {self.path}; wait for it or stop it") from None
            yield


class Journal:
    """An append-only file of JSON lines."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_line(path)
        self._path = path

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows and wait until they are on the disk: all of them in one go, so that they are seldom torn."""
        if not rows:
            return
        text = "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
        with self._path.open("ab") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def read_rows(path: Path) -> list[Row]:
    """All whole lines of a journal; a last line without its end is dropped, a missing file is empty.

    Raises:
        CairnError: a line in the middle is not JSON, so the file was damaged by something else than a crash.
    """
    if not path.exists():
        return []
    rows: list[Row] = []
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            row = json.loads(line)
        except ValueError:
            raise CairnError(
                f"{path}, line {number}, is not JSON; the file is damaged: repair the line, or move the folder away "
                "and run again (finished stages are kept in the store)"
            ) from None
        rows.append(row)
    return rows


def keep_rows(path: Path, keep: Callable[[Row], bool]) -> list[Row]:
    """Drop the lines of a journal that are not wanted any more; the others."""
    rows = read_rows(path)
    kept = [row for row in rows if keep(row)]
    if len(kept) < len(rows):
        write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept))
    return kept


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace the file in one atomic step."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace the file in one atomic step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_json(path: Path) -> Row:
    """The file's object; empty where there is no file."""
    if not path.exists():
        return {}
    value = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def now() -> float:
    """Seconds since 1970, to the millisecond."""
    return round(time.time(), 3)


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
