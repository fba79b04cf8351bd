"""Looking at a job of a cluster: its log as it grows, how it stands, and ending it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from evaluators.errors import CairnError
from experiments.jobs.server import told
from experiments.jobs.submit import COMMIT, FOLDER
from experiments.running.status import duration

FETCHING = "fetch-"
"""How the ids of jobs of seconds begin, which bring a run folder back."""
_POLL_SECONDS = 1.0
_TRIES = 5
"""To reach the server again, before a job is left to itself."""
_STOP_SECONDS = 60.0
_STOPPED = 130
"""As of a run that was interrupted."""


def details_of(client: Any, job: str) -> Any:
    """What the server knows about a job.

    Raises:
        CairnError: there is none of this id, or the server is gone.
    """
    with told(client.get_address(), job):
        return client.get_job_info(job)


def log_of(client: Any, job: str) -> str:
    """Everything that the job has printed.

    Raises:
        CairnError: as `details_of`.
    """
    with told(client.get_address(), job):
        text: str = client.get_job_logs(job)
    return text


def follow(client: Any, job: str, write: Callable[[str], None]) -> int:
    """Write the job's log as it grows until the job ends; its exit status.

    Raises:
        CairnError: there is no such job, or the server was out of reach for too long.
    """
    import aiohttp

    details_of(client, job)
    written = lost = 0

    def fresh(place: int, text: str) -> None:
        nonlocal written
        if place + len(text) > written:
            write(text[max(0, written - place) :])
            written = place + len(text)

    while True:
        try:
            asyncio.run(_tail(client, job, fresh))
            details, lost = client.get_job_info(job), 0
            if details.status.is_terminal():
                return exit_status(details)
        except (OSError, RuntimeError, aiohttp.ClientError) as error:  # a proxy or the network cut the line
            lost += 1
            if lost == _TRIES:
                raise CairnError(
                    f"{client.get_address()} is out of reach ({type(error).__name__}); the job goes on: "
                    f"`cairn job logs {job} --follow` shows it again"
                ) from error
        time.sleep(_POLL_SECONDS)


async def _tail(client: Any, job: str, fresh: Callable[[int, str], None]) -> None:
    """Gives every piece of the log, from its beginning, with its place in it."""
    place = 0
    async for text in client.tail_job_logs(job):
        fresh(place, text)
        place += len(text)


def exit_status(details: Any) -> int:
    """Of a job that has ended: the run's own, or 1 if it did not come so far."""
    status = details.status.value
    if status == "SUCCEEDED":
        return 0
    if status == "STOPPED":
        return _STOPPED
    return int(details.driver_exit_code or 1)


def status_text(details: Any) -> str:
    """How a job stands, in a few lines."""
    known = details.metadata or {}
    began = details.start_time / 1000 if details.start_time else None
    ended = details.end_time / 1000 if details.end_time else time.time()
    lines = [f"{details.submission_id}: {details.status.value.lower()}"]
    lines += [f"began:  {_moment(began)}, {duration(max(0.0, ended - began))}"] if began else []
    lines += [f"run:    {known[FOLDER]}"] if FOLDER in known else []
    lines += [f"commit: {known[COMMIT]}"] if COMMIT in known else []
    lines += [f"reason: {reason}"] if (reason := reason_of(details)) else []
    return "\n".join(lines)


def reason_of(details: Any) -> str:
    """Why a job failed: what its run said last, or what the server says."""
    if details.status.value != "FAILED":
        return ""
    *_, said = f"\n{details.message or ''}".split("\ncairn: ")
    return " ".join(said.split())[-1000:]


def list_text(client: Any) -> str:
    """Every job of the cluster that somebody submitted, the newest last."""
    with told(client.get_address()):
        jobs = [job for job in client.list_jobs() if job.submission_id and not job.submission_id.startswith(FETCHING)]
    jobs.sort(key=lambda job: job.start_time or 0)
    rows = [
        f"{each.submission_id:32} {each.status.value.lower():10} {_moment((each.start_time or 0) / 1000)}  "
        f"{each.entrypoint}"
        for each in jobs
    ]
    return "\n".join(rows) or "no jobs"


def stop(client: Any, job: str) -> str:
    """End a job and wait until it has ended; says how it stands then.

    Raises:
        CairnError: there is no such job, or it does not end.
    """
    details_of(client, job)
    with told(client.get_address(), job):
        client.stop_job(job)
    by = time.monotonic() + _STOP_SECONDS
    while not (details := details_of(client, job)).status.is_terminal():
        if time.monotonic() > by:
            raise CairnError(f"{job} was told to end and did not in {_STOP_SECONDS:.0f} s; look at `cairn job logs`")
        time.sleep(_POLL_SECONDS)
    return status_text(details)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
