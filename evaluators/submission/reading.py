"""Opens the files of a submission as the published scorer does, and says where it cannot.

Lines end at LF, CRLF or a lone CR, and nowhere else; Unicode white space is stripped from both their ends. What that
scorer reads without complaint although it spoils the score (a byte order mark, another kind of line break inside a
line) is read the same way and noted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluators.submission.problems import Problem, Unscorable

_INNER_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SHOWN = 40


class File:
    """One file, and what is noted while it is read."""

    def __init__(self, root: Path, name: str) -> None:
        self.path, self.name = root / name, name
        self.notes: list[Problem] = []

    def exists(self) -> bool:
        """Is it there?"""
        return self.path.is_file()

    def note(self, what: str, mend: str, line: int = 0) -> None:
        """Something that spoils the score and does not forbid it."""
        self.notes.append(self.problem(what, mend, line))

    def stop(self, what: str, mend: str, line: int = 0) -> Unscorable:
        """The error for something that forbids a score."""
        return Unscorable(self.problem(what, mend, line))

    def problem(self, what: str, mend: str, line: int = 0) -> Problem:
        """A problem of this file."""
        return Problem(file=str(self.path), line=line, what=what, mend=mend)

    def text(self) -> str:
        """Its text.

        Raises:
            Unscorable: it is missing, cannot be read, or is not UTF-8.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            raise self.stop("the file is missing", "every language of the suite needs one") from None
        except OSError as error:
            raise self.stop(f"cannot be read ({error.strerror})", "check it") from error
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise self.stop("is not UTF-8", "save it as UTF-8 without a byte order mark", line) from None
        if text.startswith("\ufeff"):
            self.note("starts with a byte order mark, which becomes part of the first line", "save it without one", 1)
        return text

    def lines(self) -> list[str]:
        """Its stripped lines; an empty file has none."""
        text = self.text()
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\r" in text else text.split("\n")
        if lines[-1] == "":
            lines.pop()
        if _INNER_BREAKS.search(text):
            place = next(place for place, line in enumerate(lines, start=1) if _INNER_BREAKS.search(line))
            self.note("holds a sign that other programs take for a line's end", "remove it", place)
        return [line.strip() for line in lines]

    def json(self) -> Any:
        """Its JSON value; where the top level has a key `data`, the value of that key.

        Raises:
            Unscorable: it is not JSON.
        """
        repeated: Counter[str] = Counter()

        def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
            value = dict(pairs)
            if len(value) < len(pairs):
                repeated.update(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            return value

        value = self.parsed(self.text(), hook=unique)
        if repeated:
            some = ", ".join(sorted(repeated)[:3])
            self.note(f"{len(repeated)} keys stand twice ({some}); the last one counts", "give each once")
        return value["data"] if isinstance(value, dict) and "data" in value else value

    def parsed(self, text: str, line: int = 0, hook: Any = None) -> Any:
        """A JSON text of the file."""
        try:
            return json.loads(text, object_pairs_hook=hook)
        except (ValueError, RecursionError) as error:
            place = line or getattr(error, "lineno", 0)
            raise self.stop(f"is not JSON ({error})", "write it with a JSON library", place) from None

    def object(self) -> Mapping[str, Any]:
        """Its JSON object."""
        value = self.json()
        if not isinstance(value, dict):
            raise self.stop(f"holds {shown(value)}", "it must be one JSON object")
        return value


def shown(value: object) -> str:
    """A value for a message, cut to what can be read at a glance."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
