"""The one root of everything that a user can cause and mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CairnError(ValueError):
    """A mistake of the user's making. The command line prints its text, without a traceback, and exits with 2."""


class UnknownName(CairnError):
    """A name that is not in its table; the message offers the nearest ones."""

    def __init__(self, what: str, name: str, known: Iterable[str], listing: str = "") -> None:
        known = sorted(known)
        near = get_close_matches(name, known, n=3) or known[:12]
        hint = f"; {listing}" if listing else ""
        super().__init__(f"there is no {what} {name!r}; did you mean {', '.join(near)}?{hint}")
        self.near = near


class BadData(CairnError):
    """A file that is missing, truncated, or holds a row that breaks its task's rules. Names the file and the row."""


class SealedSplit(CairnError):
    """Gold of a test split was asked for while the search is on."""
