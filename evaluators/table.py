"""`Table`: which hub files hold one split, language by language, and what of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""One row as a reader sees it: the file's columns. Label columns named in `Table.classes` already hold class names
(None for -1, "no gold"). Under "#" stands the row's number in its file, for data sets whose rows have no id."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One split: which files of a hub data set hold it, language by language."""

    dataset: str
    """Hub id, always `namespace/name`."""
    configs: Mapping[str, Sequence[str]]
    """Language -> configs that are read one after another. A mirror may lack some of a language's configs, not all."""
    split: str
    """The hub's own name of the split."""
    revision: str | None = None
    """Forty hex digits; or a ref, such as `refs/convert/parquet` where the main branch holds a script; or None for the
    main branch. A ref is resolved once, on the first run that reaches the hub, and written to the record."""
    rows: int | None = None
    """Published number of rows of a training table, for planning without the data. Such a table has one language."""
    first: int | None = None
    """Keep this many rows from the start of each config, where the whole is too much to fetch (Wikipedia)."""
    stripped: bool = False
    """The published contexts lost their outer white space, and the answers' offsets did not follow (hub.md, 3.1):
    an answer that is off its place is looked for up to three characters away, and counted as repaired."""
    half: Literal["search", "report"] | None = None
    """For sets without a dev/test pair: the half, by a hash of the item id, that this table keeps."""
    keep: Callable[[Row, str], bool] | None = None
    """Row, language -> does the row belong to the language? For files that mix languages."""
    classes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Label column -> class names in the order of their numbers; checked against the file where it names them."""
