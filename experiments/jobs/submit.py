"""`cairn submit`: a spec becomes a job of a cluster. What runs there is `python -m experiments.run`.

The job carries what cannot be seen from inside it as metadata: the run folder, and the commit of the code.
"""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from experiments.environment import current_commit
from experiments.jobs.parcel import parcel
from experiments.jobs.places import refuse_relative_places
from experiments.jobs.server import told
from experiments.spec import ExperimentSpec, load_spec

FOLDER, COMMIT, NAME = "cairn_folder", "cairn_commit", "cairn_name"
"""Keys of a job's metadata."""


def submission_of(spec: Path, *, data: Path | None, runs: Path | None) -> ExperimentSpec:
    """The spec as a cluster may run it; paths in it need not exist on this machine.

    Raises:
        CairnError: the spec has mistakes, or names places that mean nothing on a cluster.
    """
    read = load_spec(spec, elsewhere=True)
    if runs is not None:
        read = read.model_copy(update={"runs": str(runs)})
    refuse_relative_places(read, data)
    return read


def submit_job(
    client: Any, spec: Path, read: ExperimentSpec, *, data: Path | None, runs: Path | None, passed_on: Sequence[str]
) -> str:
    """Send the job; its id. `passed_on` names variables of this environment that it gets.

    Raises:
        CairnError: a variable is not set, the upload is too large, or the server refuses.
    """
    variables = _variables(passed_on)
    metadata = {NAME: read.name, FOLDER: str(Path(read.runs) / read.name)}
    commit = current_commit()
    variables["CAIRN_COMMIT"] = commit or ""  # before the image's own: the code is that of this machine
    if commit is not None:
        metadata[COMMIT] = commit
    with parcel(spec) as folder, told(client.get_address()):
        job: str = client.submit_job(
            entrypoint=_command(spec, data, runs),
            submission_id=f"{read.name}-{secrets.token_hex(3)}",
            runtime_env={"working_dir": str(folder), "env_vars": variables},
            metadata=metadata,
        )
    return job


def _command(spec: Path, data: Path | None, runs: Path | None) -> str:
    words = ["python", "-m", "experiments.run", spec.name]
    words += ["--data", str(data)] if data is not None else []
    words += ["--runs", str(runs)] if runs is not None else []
    return shlex.join(words)


def _variables(names: Sequence[str]) -> dict[str, str]:
    missing = [name for name in names if name not in os.environ]
    if missing:
        raise CairnError(f"--env names {', '.join(missing)}, not set here; set it, or leave it out")
    return {name: os.environ[name] for name in names}
