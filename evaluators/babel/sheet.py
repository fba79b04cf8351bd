"""One data set of the mirror: how its items are made, in which columns they are written, and the writing itself.

Columns carry the metadata that `datasets` writes, so that label names travel with the file as they do on the hub.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from evaluators.babel.frames import Bucket
from evaluators.babel.languages import LANGUAGES, PIVOT, Language

if TYPE_CHECKING:
    import pyarrow

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column's type: text or number, one a row or a list of them; `classes` names the numbers of a label."""

    dtype: str = "string"
    many: bool = False
    classes: tuple[str, ...] = ()
    inner: Mapping[str, Column] | None = None
    """For a column that holds a record of columns."""

    def arrow(self) -> pyarrow.DataType:
        """The Arrow type."""
        import pyarrow as pa

        if self.inner is not None:
            return pa.struct([(name, column.arrow()) for name, column in self.inner.items()])
        value = pa.type_for_alias("int64" if self.classes else self.dtype)
        return pa.list_(value) if self.many else value

    def feature(self) -> Mapping[str, Any]:
        """The same in the words of `datasets`."""
        if self.inner is not None:
            return {"feature": {n: c.single().feature() for n, c in self.inner.items()}, "_type": "Sequence"}
        if self.many:
            return {"feature": self.single().feature(), "_type": "Sequence"}
        if self.classes:
            return {"names": list(self.classes), "_type": "ClassLabel"}
        return {"dtype": self.dtype, "_type": "Value"}

    def single(self) -> Column:
        """The type of one element."""
        return Column(dtype=self.dtype, classes=self.classes)


TEXT = Column()
TEXTS = Column(many=True)
NUMBER = Column(dtype="int32")
NUMBERS = Column(dtype="int32", many=True)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A split under the hub's name: whose frames it holds, and how many rows, in which languages."""

    split: str
    bucket: Bucket
    rows: int
    languages: Sequence[str] = tuple(LANGUAGES)
    halved: bool = False
    """One half, by a hash of the item, is for the search (dev), the other for the report (test)."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One data set. Its items are the same in all languages, in the same order and with the same ids."""

    dataset: str
    make: Callable[[Random, Bucket, int], Any]
    """Source of chance, bucket, running number -> item."""
    write: Callable[[Any, Language], Row]
    """Item, language -> row, without the numbered columns."""
    columns: Mapping[str, Column]
    parts: Sequence[Part]
    numbered: Mapping[str, Callable[[int], Any]] = field(default_factory=dict)
    """Column -> how it shows an item's running number."""
    config: str = "{language}"
    """The hub's name of a language's configuration."""
    translated: bool = False
    """Is the training split there in the other languages too, with the same items?"""

    def drawn(self) -> Mapping[str, list[tuple[Any, Row]]]:
        """Split -> items, each with its row in the pivot. No two of a sheet read alike there, whatever the split."""
        said: set[str] = set()
        drawn: dict[str, list[tuple[Any, Row]]] = {}
        for part in self.parts:
            rng = Random(f"{self.dataset} {part.split}")
            drawn[part.split] = []
            while len(drawn[part.split]) < part.rows:
                item = self.make(rng, part.bucket, len(drawn[part.split]))
                row = self.write(item, LANGUAGES[PIVOT])
                reads = repr([value for name, value in row.items() if not self.columns[name].classes])
                if reads not in said:
                    said.add(reads)
                    drawn[part.split].append((item, row))
        return drawn

    def save(self, root: Path) -> None:
        """Write every file of the data set below `root`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        features = {name: column.feature() for name, column in self.columns.items()}
        schema = pa.schema(
            [(name, column.arrow()) for name, column in self.columns.items()],
            metadata={"huggingface": json.dumps({"info": {"features": features}})},
        )
        drawn = self.drawn()
        for part in self.parts:
            for code in LANGUAGES if self.translated and part.bucket == "train" else part.languages:
                folder = root / self.dataset / self.config.format(language=code)
                folder.mkdir(parents=True, exist_ok=True)
                table = pa.Table.from_pylist(self._rows(drawn[part.split], code), schema=schema)
                pq.write_table(table, folder / f"{part.split}.parquet", compression="zstd")

    def _rows(self, drawn: Sequence[tuple[Any, Row]], code: str) -> list[dict[str, Any]]:
        return [
            {
                **(row if code == PIVOT else self.write(item, LANGUAGES[code])),
                **{name: shown(number) for name, shown in self.numbered.items()},
            }
            for number, (item, row) in enumerate(drawn)
        ]
