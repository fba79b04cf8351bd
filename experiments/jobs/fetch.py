"""Bring a run folder back from a cluster, while the run goes on or after it: report, scores, the whole record."""

from __future__ import annotations

import secrets
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from experiments.jobs.pack import unpacked
from experiments.jobs.parcel import parcel
from experiments.jobs.server import told
from experiments.jobs.submit import FOLDER
from experiments.jobs.watch import FETCHING, details_of, log_of
from experiments.record import RunFolder

_POLL_SECONDS = 0.5
_WAIT_SECONDS = 300.0


def fetch(client: Any, job: str, *, run: str | None, to: Path | None) -> Path:
    """Copy the run folder of a job to `to`, by default `runs/<name>` here; where it is.

    `run` is the folder on the cluster's head: needed only for a job that `cairn submit` did not start.

    Raises:
        CairnError: there is no such job or run, or the folder here holds another run.
    """
    there = run or (details_of(client, job).metadata or {}).get(FOLDER)
    if there is None:
        raise CairnError(f"{job} was not sent by `cairn submit`; give the run folder on the cluster's head with --run")
    files = unpacked(_asked(client, there))
    folder = RunFolder(to or Path("runs") / Path(there).name)
    _refuse_another(folder, files)
    with folder.only_writer():
        for name, data in files.items():
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder.path


def _asked(client: Any, there: str) -> str:
    """What the job of seconds printed. It stays in the server's list: Ray 2.60 keeps a husk of a deleted one."""
    name = f"{FETCHING}{secrets.token_hex(4)}"
    with parcel() as folder, told(client.get_address()):
        client.submit_job(
            entrypoint=shlex.join(["python", "-m", "experiments.jobs.pack", there]),
            submission_id=name,
            runtime_env={"working_dir": str(folder)},
        )
    by = time.monotonic() + _WAIT_SECONDS
    while not (details := details_of(client, name)).status.is_terminal():
        if time.monotonic() > by:
            raise CairnError(
                f"the cluster did not begin {name} in {_WAIT_SECONDS:.0f} s; `cairn job ls` shows its jobs"
            )
        time.sleep(_POLL_SECONDS)
    return log_of(client, name) or (details.message or "")


def _refuse_another(folder: RunFolder, files: Mapping[str, bytes]) -> None:
    """What lies here must be an earlier state of the same run: its journal is how the fetched one begins."""
    journal = folder.trials.relative_to(folder.path).as_posix()
    here = folder.trials.read_bytes() if folder.trials.is_file() else b""
    if not files.get(journal, b"").startswith(here):
        raise CairnError(f"{folder.path} holds another run; give a folder of its own with --to")
