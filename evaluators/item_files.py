"""Counts of every item on disk, one Parquet file a task: what intervals over items are drawn from.

    <folder>/items/<arm>/<seed>/<task>.parquet      task, language, id: text; counts: list of float64

Arms are called as in the finals (signs that a path cannot hold are percent-encoded). What the counts are is said by
`evaluators.items`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evaluators.errors import BadData
from evaluators.items import ItemCounts

SCHEMA = pa.schema(
    [
        ("task", pa.string()),
        ("language", pa.string()),
        ("id", pa.string()),
        ("counts", pa.list_(pa.float64())),
    ]
)


class Items(NamedTuple):
    """The counts of one task in one language."""

    language: str
    counted: ItemCounts


def item_path(folder: Path, arm: str, seed: int, task: str) -> Path:
    """Where a task's items are."""
    return folder / "items" / quote(arm, safe=" ") / str(seed) / f"{task}.parquet"


def write_items(folder: Path, arm: str, seed: int, task: str, items: Sequence[Items]) -> None:
    """Write a task's items in one atomic step; nothing where there are none."""
    if not items:
        return
    path = item_path(folder, arm, seed, task)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    table = pa.concat_tables([_table(task, item) for item in items])
    pq.write_table(table, part, compression="zstd")
    part.replace(path)


def read_items(path: Path) -> dict[str, ItemCounts]:
    """Language -> the counts in a task's file.

    Raises:
        BadData: the file cannot be read, or was not written by `write_items`.
    """
    try:
        table = pq.read_table(path)
        found = {}
        for language in table.column("language").unique().to_pylist():
            rows = table.filter(pc.equal(table.column("language"), language))
            counts = np.array(rows.column("counts").to_pylist(), dtype=np.float64)
            found[language] = ItemCounts(tuple(rows.column("id").to_pylist()), counts)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise BadData(f"{path} holds no counts of items ({error}); delete it, or evaluate again") from error
    return found


def arms_with_items(folder: Path) -> dict[str, dict[int, dict[str, Path]]]:
    """Arm -> seed -> task -> file, as far as there are some."""
    found: dict[str, dict[int, dict[str, Path]]] = {}
    for path in sorted((folder / "items").glob("*/*/*.parquet")):
        if not path.name.startswith(".") and path.parent.name.isdecimal():
            arm = unquote(path.parent.parent.name)
            found.setdefault(arm, {}).setdefault(int(path.parent.name), {})[path.stem] = path
    return found


def _table(task: str, items: Items) -> pa.Table:
    counted = items.counted
    rows = len(counted.ids)
    values = pa.array(counted.counts.reshape(-1), pa.float64())
    width = counted.counts.shape[1]
    offsets = pa.array(range(0, rows * width + 1, width), pa.int32())
    return pa.table(
        {
            "task": pa.array([task] * rows, pa.string()),
            "language": pa.array([items.language] * rows, pa.string()),
            "id": pa.array(list(counted.ids), pa.string()),
            "counts": pa.ListArray.from_arrays(offsets, values),
        },
        schema=SCHEMA,
    )
