"""What is wrong with a file: where, what, and how to mend it. Some problems forbid a score, others only spoil it."""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.errors import CairnError


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong in one file."""

    file: str
    line: int = 0
    """From 1; 0 where the whole file is meant."""
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        text = f"{place}: {self.what}; {self.mend}"
        return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair cannot be printed


class Unscorable(CairnError):
    """A file that cannot be scored."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
