"""One live line of status on a terminal; plain lines, a few a minute, where the output is no terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from types import TracebackType

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from experiments.search.ledger import Ledger
from search_spaces.plan import describe

_LIVE_SECONDS = 0.2
"""Between two pictures of the status on a terminal."""
_PLAIN_SECONDS = 10.0
"""Between two plain lines."""


class Status:
    """Draws what is going on. Every method may be called as often as there is news."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._live = Live(console=self.console, refresh_per_second=4, transient=True)
        self._began = time.monotonic()
        self._last_plain, self._last_text = 0.0, ""
        self._ended_before: int | None = None

    def __enter__(self) -> Status:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        self.console.print(text, markup=False)

    def table(self, caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """The results."""
        table = Table(box=box.SIMPLE_HEAD, title=None, caption=caption, caption_justify="left")
        for place, column in enumerate(columns):
            table.add_column(column, justify="left" if place < 2 else "right", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table)

    def phase(self, text: str) -> None:
        """What begins now."""
        self._began, self._last_plain, self._ended_before = time.monotonic(), 0.0, None
        self._show(text, important=True)

    def search(self, ledger: Ledger) -> None:
        """How far the search is."""
        ended = len(ledger.ended)
        if self._ended_before is None:
            self._ended_before = ended
        if ended < ledger.planned and not self._is_due():
            return
        statuses = [end.status for end in ledger.ended.values()]
        parts = [f"search: {ended} of {ledger.planned} trials ended"]
        parts += [f"{statuses.count(s)} {s}" for s in ("stopped", "failed") if s in statuses]
        parts += [_running(ledger), _best(ledger)]
        trained, found = stage_counts(ledger)
        parts.append(f"stages {trained} trained, {found} found")
        parts.append(self._left(ended - self._ended_before, ledger.planned - ended))
        self._show(" · ".join(part for part in parts if part), important=ended == ledger.planned)

    def finals(self, done: int, total: int, failed: int, before: int, *, what: str = "finals") -> None:
        """How far the finals are, or what follows them; `before` were done when this run began."""
        parts = [f"{what}: {done} of {total} trainings done"]
        parts += [f"{failed} failed"] if failed else []
        parts.append(self._left(done - before, total - done))
        self._show(" · ".join(part for part in parts if part), important=done == total)

    def _left(self, done: int, to_do: int) -> str:
        if not done or not to_do:
            return ""
        seconds = (time.monotonic() - self._began) / done * to_do
        return f"about {duration(seconds)} left"

    def _show(self, text: str, *, important: bool) -> None:
        if self.console.is_terminal:
            self._live.update(Text(text))
            self._last_plain = time.monotonic()
            return
        if text != self._last_text and (important or self._is_due()):
            self._last_plain, self._last_text = time.monotonic(), text
            self.say(text)

    def _is_due(self) -> bool:
        """Is it time for another line? A study of thousands of trials has thousands of events."""
        every = _LIVE_SECONDS if self.console.is_terminal else _PLAIN_SECONDS
        return time.monotonic() - self._last_plain >= every


def stage_counts(ledger: Ledger) -> tuple[int, int]:
    """Stages trained and stages found by the search so far."""
    reports = [report for reports in ledger.reports.values() for report in reports]
    return sum(report.trained for report in reports), sum(report.found for report in reports)


def duration(seconds: float) -> str:
    """`40 s`, `3:20 min`, `5:02 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02} min"
    return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02} h"


def _running(ledger: Ledger) -> str:
    running = [number for number in ledger.begun if number not in ledger.ended]
    rungs = [ledger.reached(number) + 1 for number in running]
    here = [f"{rungs.count(rung)} at rung {rung + 1}" for rung in sorted(set(rungs)) if rung < len(ledger.rungs)]
    return f"running {', '.join(here)} of {len(ledger.rungs)}" if here else ""


def _best(ledger: Ledger) -> str:
    full = [n for n, end in ledger.ended.items() if end.status == "completed" and not ledger.proposals[n].control]
    if not full:
        return ""
    best = max(full, key=lambda number: ledger.value(number) or 0.0)
    return f"best {ledger.value(best):.1f} ({describe(ledger.proposals[best].plan)})"
