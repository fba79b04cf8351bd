"""Rows of an Arrow table as readers see them: columns are decoded on first use, label numbers become class names.

A reader touches few of a file's columns, and turning a column into Python values is what costs time. A column named in
`Table.classes` gives names instead of numbers, so that no reader can mistake one numbering for another: UD tags are
numbered differently in two repositories of the hub.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from evaluators.errors import BadData
from evaluators.source import Loaded

NUMBER = "#"
"""The key under which a row's number stands, for data sets whose rows have no id."""


class NoColumn(KeyError):
    """A reader asked for a column that the file does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class RawRow(Mapping[str, Any]):
    """One row; a view into its table's columns."""

    __slots__ = ("_columns", "_index", "_number")

    def __init__(self, columns: _Columns, index: int, number: str) -> None:
        self._columns = columns
        self._index = index
        self._number = number

    def __getitem__(self, name: str) -> Any:
        if name == NUMBER:
            return self._number
        value = self._columns[name][self._index]
        numbered = self._columns.classes.get(name)
        return value if numbered is None else _named(value, numbered, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.table.column_names)

    def __len__(self) -> int:
        return len(self._columns.table.column_names)


class _Columns(dict[str, list[Any]]):
    """Column name -> Python values, decoded when first asked for."""

    def __init__(self, table: pa.Table, classes: Mapping[str, Mapping[int, str | None]]) -> None:
        super().__init__()
        self.table = table
        self.classes = classes

    def __missing__(self, name: str) -> list[Any]:
        if name not in self.table.column_names:
            raise NoColumn(f"there is no column {name!r}, only {', '.join(self.table.column_names)}")
        values: list[Any] = self.table.column(name).to_pylist()
        self[name] = values
        return values


def raw_rows(loaded: Loaded, classes: Mapping[str, Sequence[str]], prefix: str) -> list[RawRow]:
    """Every row of a file; row numbers carry the prefix.

    Raises:
        BadData: the file names its classes, and they are not those of the declaration.
    """
    for column, names in classes.items():
        found = loaded.classes.get(column)
        if found is not None and found != tuple(names):
            raise BadData(
                f"{loaded.place}: the classes of column {column!r} are {_shortened(found)}; the task expects "
                f"{_shortened(names)} in this order; use the revision that the task names"
            )
    numbered = {column: dict(enumerate(names)) | {-1: None} for column, names in classes.items()}
    columns = _Columns(loaded.table, numbered)
    return [RawRow(columns, index, f"{prefix}{index}") for index in range(loaded.table.num_rows)]


def _named(value: Any, numbered: Mapping[int, str | None], column: str) -> Any:
    """A label number's name, or a tuple of names for a list; None for -1, which stands for "no gold"."""
    try:
        if not isinstance(value, list):
            return numbered[value]
        names = tuple([numbered[number] for number in value])
    except (KeyError, TypeError):
        raise ValueError(f"{column} is {value!r}; label numbers go from 0 to {len(numbered) - 2}") from None
    if None in names:
        raise ValueError(f"{column} is {value!r}; label numbers go from 0 to {len(numbered) - 2}")
    return names


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 20 else f"{', '.join(names[:5])} ... ({len(names)} names)"
