"""Rows of model inputs as columns: what encoding produces, what is stored as Arrow, and what batches read.

A column holds one number a row, or one list of numbers a row. Lists are read straight from the Arrow buffers, which are
memory-mapped when they come from disk: nothing is copied before a batch needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


class Rows:
    """Rows under construction, and counts of what happened on the way."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {}
        self.counts: dict[str, int] = {"rows": 0, "shortened": 0}

    def add(self, **values: int | Sequence[int]) -> None:
        """One row; every row has the same columns."""
        for name, value in values.items():
            self.columns.setdefault(name, []).append(value)
        self.counts["rows"] += 1

    def table(self) -> pa.Table:
        """All rows, 32-bit."""
        return pa.table({name: _array(values) for name, values in self.columns.items()})


class Features:
    """Finished rows."""

    def __init__(self, table: pa.Table, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)
        self.names = tuple(table.column_names)
        self._table = table
        self._lists: dict[str, _Lists] = {}
        self._numbers: dict[str, Numbers] = {}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def numbers(self, name: str) -> Numbers:
        """A column of one number a row."""
        if name not in self._numbers:
            self._numbers[name] = self._table.column(name).to_numpy()
        return self._numbers[name]

    def lists(self, name: str) -> _Lists:
        """A column of one list a row."""
        if name not in self._lists:
            self._lists[name] = _Lists(self._table.column(name))
        return self._lists[name]

    @cached_property
    def lengths(self) -> Numbers:
        """Tokens of each row."""
        return self.lists("input_ids").lengths


class _Lists:
    """Ragged rows over the chunks of an Arrow column."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        chunks = [chunk for chunk in column.chunks if len(chunk)]
        self._offsets = [chunk.offsets.to_numpy() for chunk in chunks]
        self._values = [chunk.values.to_numpy() for chunk in chunks]
        self._starts = np.cumsum([0] + [len(chunk) for chunk in chunks])

    def __getitem__(self, row: int) -> Numbers:
        chunk = int(np.searchsorted(self._starts, row, side="right")) - 1
        place = row - int(self._starts[chunk])
        first, last = self._offsets[chunk][place : place + 2]
        values: Numbers = self._values[chunk][first:last]
        return values

    @property
    def lengths(self) -> Numbers:
        """Numbers in each row."""
        if not self._offsets:
            return np.zeros(0, dtype=np.int32)
        return np.concatenate([np.diff(offsets) for offsets in self._offsets]).astype(np.int32)


def _array(values: list[Any]) -> pa.Array:
    if isinstance(values[0], int):
        return pa.array(values, pa.int32())
    lengths = np.fromiter((len(one) for one in values), dtype=np.int64, count=len(values))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    flat = np.fromiter((number for one in values for number in one), dtype=np.int32, count=int(offsets[-1]))
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat))
