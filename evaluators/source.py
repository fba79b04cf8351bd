"""Where rows come from: the hub, or a local folder with the hub's layout. Nothing here knows what a row means.

A mirror holds `<namespace>/<dataset>/<config>/<split>.parquet` with the hub's columns, or `<split>.txt`, a row a line,
whose only column is `text`. Gold of the split "test" cannot be read from a sealed source; `evaluators.reading` keeps
that seal. A source is a small value that travels to other processes.

On the hub, repositories whose main branch holds a script are read from `refs/convert/parquet`, the export that the hub
makes of every data set, with files at `<config>/<split>/*.parquet`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from evaluators.errors import BadData
from evaluators.table import Table

CONVERTED = "refs/convert/parquet"
"""The hub's own Parquet export of a data set."""
LOCAL = "local/"
"""Begins the ids of data sets that no hub may have."""


@dataclass(frozen=True, kw_only=True)
class DataSource:
    """A mirror folder, or the hub for `root=None`, and whether test gold is out of reach."""

    root: Path | None
    revisions: Mapping[str, str] = field(default_factory=dict)
    """Data set id -> the commit that is read from the hub."""
    sealed: bool = True

    def unsealed(self) -> DataSource:
        """The same data with test splits open: for finals, after the search has ended."""
        return replace(self, sealed=False)


class Loaded(NamedTuple):
    """Rows as they were found."""

    table: pa.Table
    classes: Mapping[str, tuple[str, ...]]
    """Label column -> class names, as far as the file says."""
    place: str
    """For messages: the file, or the hub's name for it."""


def place(table: Table, config: str, data: DataSource) -> str:
    """How messages call a split: the path of its file on a mirror, its id, config and split on the hub."""
    if data.root is None:
        return f"{table.dataset} {config} {table.split} (hub)"
    return str(_found(table, config, data.root) or _expected(table, config, data.root))


def is_present(table: Table, config: str, data: DataSource) -> bool:
    """Is the file there? The hub is taken at the declaration's word."""
    return data.root is None or _found(table, config, data.root) is not None


def load(table: Table, config: str, data: DataSource) -> Loaded:
    """The rows of one config.

    Raises:
        BadData: the file is missing, truncated or of another format, or the hub does not answer.
    """
    if data.root is None:
        return _from_hub(table, config, data)
    path = _found(table, config, data.root)
    if path is None:
        raise missing(table, config, data)
    read = _from_text if path.suffix == ".txt" else _from_parquet
    loaded = read(path)
    return loaded if table.first is None else loaded._replace(table=loaded.table.slice(0, table.first))


def stream(table: Table, config: str, data: DataSource) -> Iterator[dict[str, Any]]:
    """The rows of one config, a few thousand in memory at a time: for a million candidates.

    Raises:
        BadData: the file is missing or broken, or the hub does not answer.
    """
    if data.root is None:
        yield from _from_hub(table, config, data).table.to_pylist()
        return
    path = _found(table, config, data.root)
    if path is None:
        raise missing(table, config, data)
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=4096):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def digest(table: Table, config: str, data: DataSource) -> str:
    """What stands for the bytes: their sha256 on a mirror, `dataset@revision` on the hub. Nothing is parsed."""
    if data.root is None:
        return f"{table.dataset}@{data.revisions.get(table.dataset) or table.revision or 'main'}"
    path = _found(table, config, data.root)
    if path is None:
        raise missing(table, config, data)
    status = path.stat()
    return _sha256(path, status.st_size, status.st_mtime_ns)


def count(table: Table, config: str, data: DataSource) -> int | None:
    """Rows of one config, from the Parquet footer on a mirror and as published on the hub; None if that is unknown."""
    if data.root is None:
        return table.rows
    path = _found(table, config, data.root)
    if path is None:
        raise missing(table, config, data)
    rows = _from_text(path).table.num_rows if path.suffix == ".txt" else int(_footer(path).num_rows)
    return rows if table.first is None else min(rows, table.first)


def pinned(data: DataSource, tables: Iterable[Table]) -> DataSource:
    """The same source with a commit for every data set of the hub. Asks the hub once for each that has none.

    Raises:
        BadData: the hub does not answer, or cannot have one of them.
    """
    if data.root is not None:
        return data
    revisions = dict(data.revisions)
    for table in tables:
        _check_public(table)
        if table.dataset not in revisions:
            revisions[table.dataset] = _resolved(table)
    return replace(data, revisions=revisions)


def missing(table: Table, config: str, data: DataSource) -> BadData:
    """The error for a file that a mirror lacks."""
    return BadData(
        f"{place(table, config, data)} is missing; put it there in the layout of {table.dataset} on the hub, leave out "
        "what needs it, or read from the hub"
    )


def _expected(table: Table, config: str, root: Path) -> Path:
    return root / table.dataset / config / f"{table.split}.parquet"


def _found(table: Table, config: str, root: Path) -> Path | None:
    parquet = _expected(table, config, root)
    return next((path for path in (parquet, parquet.with_suffix(".txt")) if path.is_file()), None)


def _from_parquet(path: Path) -> Loaded:
    try:
        table = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error
    return Loaded(table, _class_names(table.schema), str(path))


def _from_text(path: Path) -> Loaded:
    try:
        lines = path.read_text("utf-8").split("\n")
    except (UnicodeDecodeError, OSError) as error:
        raise BadData(f"{path} cannot be read as UTF-8 text ({error}); convert it") from error
    if lines[-1] == "":
        lines.pop()
    return Loaded(pa.table({"text": pa.array(lines, pa.string())}), {}, str(path))


def _footer(path: Path) -> Any:
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> BadData:
    return BadData(f"{path} cannot be read as Parquet ({error}); it is truncated or of another format: copy it again")


def _from_hub(table: Table, config: str, data: DataSource) -> Loaded:
    import datasets  # seconds to import, and a mirror does without

    _check_public(table)
    revision = data.revisions.get(table.dataset) or table.revision
    if table.revision == CONVERTED:
        where: dict[str, Any] = {"data_files": {table.split: f"{config}/{table.split}/*.parquet"}}
    else:
        where = {"name": config}
    try:
        rows = datasets.load_dataset(
            table.dataset, split=table.split, revision=revision, streaming=table.first is not None, **where
        )
    except Exception as error:
        raise BadData(
            f"the hub gave no {place(table, config, data)} at revision {revision or 'main'} ({error}); check the "
            "network and HF_HUB_OFFLINE, or name a mirror folder as data"
        ) from error
    if table.first is not None:
        return Loaded(pa.Table.from_pylist(list(rows.take(table.first))), {}, place(table, config, data))
    arrow = rows.with_format("arrow")[:]
    return Loaded(arrow, _named_classes(rows.features.to_dict()), place(table, config, data))


def _check_public(table: Table) -> None:
    if table.dataset.startswith(LOCAL):
        raise BadData(
            f"{table.dataset} may not be passed on, so it is not on the hub; put it into a mirror folder beside all "
            "else that is read and name the folder as data, or leave out what needs it"
        )


def _resolved(table: Table) -> str:
    from huggingface_hub import HfApi

    try:
        commit = HfApi().dataset_info(table.dataset, revision=table.revision).sha
    except Exception as error:
        raise BadData(
            f"the hub did not say which commit of {table.dataset} is current ({error}); check the network, or name the "
            "commit under `revisions` in the spec"
        ) from error
    assert commit, "the hub names a commit for every revision"
    return commit


def _class_names(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """The class names that `datasets` writes into a Parquet file's metadata."""
    written = (schema.metadata or {}).get(b"huggingface")
    return _named_classes(json.loads(written)["info"]["features"]) if written else {}


def _named_classes(features: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Column -> class names, for label columns and columns of label lists."""
    inner = {name: feature.get("feature", feature) for name, feature in features.items() if isinstance(feature, dict)}
    return {name: tuple(feature["names"]) for name, feature in inner.items() if feature.get("_type") == "ClassLabel"}


@functools.lru_cache(maxsize=4096)
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    """Size and time are only there so that a changed file is read again."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
