"""The forms that are fitted: error = A * X**-a * D**-b + E, with the factors of whatever was varied.

With one thing varied it is E + A * N**-a (Kaplan et al. 2020; Hoffmann et al. 2022), with model and fine-tuning data
both it is the multiplicative form of Zhang et al. (2024), "When Scaling Meets LLM Finetuning". Every group has its own
A and exponents; the floor E is absent, one for all groups, or each group's own. Beside them stands the flat form, in
which nothing varies but the groups: what a law has to beat. Everything is in logarithms, and sizes
are counted from their geometric mean, which keeps A and the exponents from standing in for each other.

Shape suffixes: N points, K axes, G groups, P parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.scaling.points import Point
from evaluators.errors import CairnError

Floor: TypeAlias = Literal["flat", "none", "shared", "free"]

STEEPEST = 5.0
_TOGETHER = 0.01
"""Least spread of the axes in any direction, as a share of the greatest: below it they are one."""
_LEAST_FLOOR = 1e-4
"""As a share of the smallest error: a floor below it is none."""
_AXES = {"size": "a", "data": "b"}


@dataclass(frozen=True, eq=False)
class Table:
    """Points in logarithms."""

    axes: tuple[str, ...]
    """What was varied: size, data, or both."""
    groups: tuple[str, ...]
    amounts: Floats
    """(N, K): sizes and data as they were given."""
    centre: Floats
    """(K)"""
    logs: Floats
    """(N, K), from the centre."""
    group: NDArray[np.int64]
    """(N)"""
    errors: Floats
    """(N)"""
    cell: NDArray[np.int64]
    """(N); points of one cell differ by their seed alone."""
    luck: NDArray[np.int64]
    """(N); points of one size and one seed, which may share a trunk, or be one training."""

    @property
    def targets(self) -> Floats:
        """Logarithms of the errors (N)."""
        return np.log(self.errors)

    def with_targets(self, targets_N: Floats) -> Table:
        """The same design with other logarithms of errors."""
        return replace(self, errors=np.exp(targets_N))

    def only(self, kept_N: NDArray[np.bool_]) -> Table:
        """Some of the points, from the same centre."""
        _, cells = np.unique(self.cell[kept_N], return_inverse=True)
        _, lucks = np.unique(self.luck[kept_N], return_inverse=True)
        return replace(
            self,
            amounts=self.amounts[kept_N],
            logs=self.logs[kept_N],
            group=self.group[kept_N],
            errors=self.errors[kept_N],
            cell=cells.astype(np.int64),
            luck=lucks.astype(np.int64),
        )


def table_of(points: Sequence[Point]) -> Table:
    """Arrange the points.

    Raises:
        CairnError: some have data and some have none, nothing was varied, or a training stands there twice.
    """
    if not points:
        raise CairnError("there is no point to fit")
    if len({point.data is None for point in points}) > 1:
        raise CairnError("some rows have data and others have none; fill the column, or leave it out")
    trainings = [(point.group, point.size, point.data, point.seed) for point in points]
    if twice := next((one for one in trainings if trainings.count(one) > 1), None):
        raise CairnError(f"there are two errors of group {twice[0]!r}, size {twice[1]:g}, seed {twice[3]}; keep one")
    axes = tuple(axis for axis in _AXES if len({getattr(point, axis) for point in points}) > 1)
    if not axes:
        raise CairnError("all points have the same size and data; there is nothing to fit")
    groups = tuple(dict.fromkeys(point.group for point in points))
    amounts_NK = np.array([[getattr(point, axis) for axis in axes] for point in points], dtype=np.float64)
    raw_NK = np.log(amounts_NK)
    cells = list(dict.fromkeys((one[0], one[1], one[2]) for one in trainings))
    lucks = list(dict.fromkeys((one[1], one[3]) for one in trainings))
    return Table(
        axes=axes,
        groups=groups,
        amounts=amounts_NK,
        centre=np.asarray(np.unique(raw_NK, axis=0).mean(axis=0)),
        logs=raw_NK - np.unique(raw_NK, axis=0).mean(axis=0),
        group=np.array([groups.index(point.group) for point in points]),
        errors=np.array([point.error for point in points], dtype=np.float64),
        cell=np.array([cells.index((one[0], one[1], one[2])) for one in trainings]),
        luck=np.array([lucks.index((one[1], one[3])) for one in trainings]),
    )


@dataclass(frozen=True, eq=False)
class Form:
    """Which parameters there are. P = G (1 + K) + floors: log A, then exponents axis by axis, then log floors."""

    table: Table
    floor: Floor

    @property
    def floors(self) -> int:
        """How many floors."""
        return {"flat": 0, "none": 0, "shared": 1, "free": len(self.table.groups)}[self.floor]

    @property
    def parameters(self) -> int:
        """P."""
        return len(self.table.groups) * (1 + len(self.table.axes)) + self.floors

    @property
    def free(self) -> int:
        """Parameters that are fitted."""
        return len(self.table.groups) if self.floor == "flat" else self.parameters

    @property
    def names(self) -> list[str]:
        """Of every parameter, with its group."""
        falling = [f"{name} {group}" for name in ("A", *map(_AXES.get, self.table.axes)) for group in self.table.groups]
        floors = self.table.groups if self.floor == "free" else ("",) * self.floors
        return [name.strip() for name in (*falling, *(f"E {group}" for group in floors))]

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Of every parameter."""
        groups, least = len(self.table.groups), float(self.table.targets.min())
        highest = float(self.table.targets.max())
        return (
            [(least - 15.0, highest + 15.0)] * groups
            + [(0.0, 0.0 if self.floor == "flat" else STEEPEST)] * (groups * len(self.table.axes))
            + [(least + math.log(_LEAST_FLOOR), least + 1.0)] * self.floors
        )

    def predict(self, values_P: Floats) -> tuple[Floats, Floats]:
        """Logarithms of the errors (N), and their derivatives (N, P)."""
        table, groups = self.table, len(self.table.groups)
        rows = np.arange(len(table.group))
        slopes_NK = values_P[groups : groups * (1 + len(table.axes))].reshape(-1, groups).T[table.group]
        falling_N = values_P[table.group] - (slopes_NK * table.logs).sum(axis=1)
        derivatives_NP = np.zeros((len(rows), self.parameters))
        if not self.floors:
            logs_N, share_N = falling_N, np.ones(len(rows))
        else:
            places_N = self._floor_places()
            logs_N = np.logaddexp(falling_N, values_P[places_N])
            share_N = np.exp(falling_N - logs_N)
            derivatives_NP[rows, places_N] = 1.0 - share_N
        derivatives_NP[rows, table.group] = share_N
        for axis in range(len(table.axes)):
            derivatives_NP[rows, groups * (1 + axis) + table.group] = -share_N * table.logs[:, axis]
        return logs_N, derivatives_NP

    def start(self, share: float) -> Floats:
        """Values from a straight line through the logarithms, with a floor at this share of the smallest error."""
        table, values = self.table, np.zeros(self.parameters)
        floor_of = self._floor_places() if self.floors else None
        groups = len(table.groups)
        smallest = float(table.errors.min())
        for group in range(groups):
            mine = table.group == group
            base = 0.0
            if floor_of is not None:
                base = share * (float(table.errors[mine].min()) if self.floor == "free" else smallest)
                values[floor_of[mine][0]] = math.log(base)
            design = np.column_stack([np.ones(int(mine.sum())), -table.logs[mine]])
            line = np.linalg.lstsq(design, np.log(table.errors[mine] - base), rcond=None)[0]
            values[group] = line[0]
            values[groups + group : groups * (1 + len(table.axes)) : groups] = line[1:]
        low, high = np.array(self.bounds).T
        return np.clip(values, low, high)

    def named(self, values_P: Floats) -> dict[str, dict[str, float]]:
        """Group -> A, a, b, E in the units of the table; A at size 1, E in the errors' unit, 0 where there is none."""
        table, groups = self.table, len(self.table.groups)
        named = {}
        for place, group in enumerate(table.groups):
            slopes_K = values_P[groups + place : groups * (1 + len(table.axes)) : groups]
            floor = 0.0
            if self.floors:
                floor = math.exp(values_P[-1] if self.floor == "shared" else values_P[-groups + place])
            named[group] = {
                "A": math.exp(min(700.0, values_P[place] + float(slopes_K @ table.centre))),
                **{_AXES[axis]: float(slope) for axis, slope in zip(table.axes, slopes_K, strict=True)},
                "E": floor,
            }
        return named

    def _floor_places(self) -> NDArray[np.int64]:
        """For each point, the place of its floor among the parameters (N)."""
        first = self.parameters - self.floors
        return first + (self.table.group if self.floor == "free" else np.zeros_like(self.table.group))


def floors_of(table: Table) -> tuple[Floor, ...]:
    """The floors that can be told apart: one group's own is that of all."""
    return tuple(floor for floor in get_args(Floor) if len(table.groups) > 1 or floor != "free")


def inseparable(table: Table) -> list[str]:
    """Groups in which what was varied grows (or falls) together, so that exponents cannot be told apart."""
    found = []
    for place, group in enumerate(table.groups):
        mine_NK = table.logs[table.group == place]
        apart_NK = mine_NK - mine_NK.mean(axis=0)
        lengths_K = np.linalg.norm(apart_NK, axis=0)
        if not lengths_K.all():
            found.append(group)
            continue
        spread = np.linalg.svd(apart_NK / lengths_K, compute_uv=False)
        if len(spread) < len(table.axes) or spread[-1] < _TOGETHER * spread[0]:
            found.append(group)
    return found


def sizes_of(table: Table, axis: str, group: str | None = None) -> Mapping[float, int]:
    """Size -> how many points have it."""
    mine = np.ones(len(table.group), dtype=bool) if group is None else table.group == table.groups.index(group)
    values, counts = np.unique(table.amounts[mine, table.axes.index(axis)], return_counts=True)
    return {float(value): int(count) for value, count in zip(values, counts, strict=True)}
