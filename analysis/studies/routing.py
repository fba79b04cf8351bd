"""How sparse encoders share out languages among their experts, before and after intermediate training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from analysis.studies.answer import Cell, Table, text

Routing: TypeAlias = Sequence[Mapping[str, Mapping[str, Any]]]
"""Sparse layer -> language -> `shares` of tokens by expert and mean router `entropy` in bits."""


def routing_table(run: str, before: Routing, after: Routing, source: str) -> Table:
    """A row for every sparse layer and language."""
    rows = []
    for layer, (then, now) in enumerate(zip(before, after, strict=True), start=1):
        for language in then:
            rows.append(
                [
                    text(f"{layer}, {language}"),
                    *(_number(one[language]["entropy"]) for one in (then, now)),
                    *(_number(overlap(one[language]["shares"], one[source]["shares"])) for one in (then, now)),
                ]
            )
    return Table(
        title=f"Experts of {run} by language, before and after intermediate training",
        note="Entropy of the router, mean over tokens, in bits. Overlap: the share of the tokens that go to the "
        f"experts of {source}, 1 less half the summed differences of shares.",
        columns=("sparse layer, language", "entropy before", "after", f"overlap with {source} before", "after"),
        rows=rows,
    )


def overlap(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """1 where two languages use experts alike, 0 where they share none."""
    return 1.0 - sum(abs(one - other) for one, other in zip(ours, theirs, strict=True)) / 2


def _number(value: float) -> Cell:
    return Cell(f"{value:.3f}", value)
