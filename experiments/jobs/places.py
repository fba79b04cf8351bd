"""Inside a job a relative path means nothing: the job starts in a folder of Ray's own, and every node has another one.

So whatever a spec names must be absolute (seen by the head, and by the workers where they read it) or remote.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from evaluators.errors import CairnError
from experiments.spec import ExperimentSpec
from trainables.encoder_source import EncoderSource, folder_of
from trainables.store import is_remote

_SQLITE = "sqlite:///"


def inside_job() -> bool:
    """Was this process started by Ray's job server?"""
    return "RAY_JOB_CONFIG_JSON_ENV_VAR" in os.environ


def refuse_relative_places(spec: ExperimentSpec, data: Path | None = None) -> None:
    """`data` is what goes before the spec's own data folder.

    Raises:
        CairnError: with every relative path, its field and what to write.
    """
    wrong = [f"  {place}: {value!r}; write {mend}" for place, value, mend in _relative(spec, data)]
    if wrong:
        raise CairnError("\n".join(["a job needs absolute or remote places, and this spec has relative ones:", *wrong]))


def _relative(spec: ExperimentSpec, data: Path | None) -> Iterator[tuple[str, str, str]]:
    if not _is_absolute(spec.runs):
        yield "runs", spec.runs, "an absolute folder, such as /mnt/shared/runs, or give --runs"
    if spec.store is not None and not is_remote(spec.store) and not _is_absolute(spec.store.removeprefix("file://")):
        yield "store", spec.store, "s3://bucket/stages, gs://bucket/stages or an absolute folder that all nodes see"
    if data is not None and not data.is_absolute():
        yield "--data", str(data), "the absolute folder on the cluster"
    if data is None and spec.data is not None and not _is_absolute(spec.data):
        yield "data", spec.data, "the absolute folder on the cluster, or give --data"
    name = spec.encoder.name
    if name is not None and not _is_absolute(name) and _is_own_folder(name):
        yield "encoder.name", name, "a hub id, a shipped name or an absolute folder that all nodes see"
    for number, text in enumerate(spec.encoder.build.texts if spec.encoder.build else ()):
        if text.file is not None and not _is_absolute(text.file):
            yield f"encoder.build.texts.{number}.file", text.file, "the absolute path on the cluster"
    url = spec.search.storage
    if url is not None and url.startswith(_SQLITE) and not url.removeprefix(_SQLITE).startswith("/"):
        yield "search.storage", url, "four slashes and an absolute path, sqlite:////mnt/shared/study.db"
    uri = spec.tracking.mlflow
    if uri is not None and uri.startswith(_SQLITE) and not uri.removeprefix(_SQLITE).startswith("/"):
        yield "tracking.mlflow", uri, "a server, http://..., or four slashes and an absolute path"


def _is_absolute(path: str) -> bool:
    """`~` is the home of whoever runs there, which is a place."""
    return path.startswith(("/", "~"))


def _is_own_folder(name: str) -> bool:
    """A folder of this machine that did not come with the package."""
    folder = folder_of(EncoderSource(name=name))
    return folder is not None and not folder.is_absolute()
