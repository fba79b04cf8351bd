"""When claims were written down, and whether that was before the data.

`resolved.json` holds the claims, the SHA-256 of their canonical JSON, and the time of writing; a run whose trials are
on record is not continued with others. What is checked here is the record itself: that the claims are those of the
hash, and that no trial is older. It guards against oversight, not against forgery: whoever can write the record can
write all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis.load import Run


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The claims' entry in the record."""

    sha256: str
    time: float | None
    """Seconds since 1970."""
    problem: str
    """Why they do not count as written beforehand; empty if they do."""
    stored: int
    """Stages that the study needs and that the store held before it began."""

    @property
    def when(self) -> str:
        """In words, in universal time."""
        if self.time is None:
            return "at an unknown time"
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def fingerprint(analysis: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (keys sorted, no spaces, UTF-8) of what the analysis holds against the results."""
    text = json.dumps(analysis, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def registration_of(run: Run) -> Registration:
    """What the record says of a run that has claims."""
    noted = run.resolved.get("registered", {})
    time = noted.get("time")
    planned = run.environment.get("stages", {}).get("planned", {}).get("most", {})
    return Registration(
        sha256=noted.get("sha256", ""),
        time=time,
        problem=_problem(run, noted.get("sha256"), time),
        stored=int(planned.get("in_store", 0)),
    )


def _problem(run: Run, sha256: str | None, time: float | None) -> str:
    if sha256 is None or time is None:
        return "the record does not say when they were written down"
    if sha256 != fingerprint(run.resolved["analysis"]):
        return "the claims on record are not those whose hash was noted when they were written down"
    older = [trial.name for trial in run.trials if trial.proposed is None or trial.proposed < time]
    if older:
        named = ", ".join(older[:3]) + (", ..." if len(older) > 3 else "")
        return f"{len(older)} of {len(run.trials)} trials are older than the claims ({named})"
    return ""
