"""What about an order helps: who comes before whom, who stands where, who follows whom, who is beside whom.

Four kinds of effects, each kind fitted by itself to the differences from the mean of the set (least squares):

- **before**: one task before another, less the other way round (the pairwise-order model, Van Nostrand 1995);
- **place**: a task at a place, from the mean over places;
- **carry-over**: a task directly before another, from the mean over such pairs;
- **neighbours**: two tasks beside each other, either way round, from the mean over such pairs.

The kinds overlap: of two tasks they are one and the same, and only "before" is given. An effect that the plans at hand
cannot tell apart from others of its kind, though all orders of the sets could, is left out. Nobody announced these
effects beforehand, so they are exploratory: q is the false discovery rate among all that are given (Benjamini and
Hochberg, 1995).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise, permutations
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy.stats import false_discovery_control, t

from analysis.order.strata import Strata
from analysis.order.table import Floats, OrderTable, sets_of
from search_spaces.plan import Plan, Stage

Kind: TypeAlias = Literal["before", "place", "carry-over", "neighbours"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_Feature: TypeAlias = tuple[str, ...]

CONFIDENCE = 0.95
_ORDERS = 720
"""Orders of a set that are looked at, at most, to know what can be told apart."""
_SMALL = 1e-8


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One effect in points, with its interval."""

    kind: Kind
    name: str
    """`mnli before ccg`, `mnli at 1 of 3`, `mnli directly before ccg`, `mnli beside ccg`"""
    mean: float
    low: float
    high: float
    p: float
    q: float
    confidence: float = CONFIDENCE


def effects_of(table: OrderTable, strata: Strata, confidence: float = CONFIDENCE) -> list[Effect]:
    """All effects that the table can tell apart, by kind; needs two seeds."""
    names, kinds, contrasts = [], [], [np.zeros((len(table.plans), 0))]
    short = max(len(plan.trunk) for plan in table.plans) < 3
    for kind in KINDS[:1] if short else KINDS:
        found, contrasts_PC = _contrasts(kind, table.plans)
        names += [_said(kind, feature) for feature in found]
        kinds += [kind] * len(found)
        contrasts.append(contrasts_PC)
    contrasts_PC = np.concatenate(contrasts, axis=1)
    means = contrasts_PC.T @ table.scores.mean(axis=1)
    errors, freedom = strata.uncertainty(contrasts_PC)
    ratio = np.divide(means, errors, out=np.where(np.abs(means) > _SMALL, np.inf, 0.0), where=errors > 0)
    p = 2 * t.sf(np.abs(ratio), freedom)
    q = false_discovery_control(p) if len(p) else p
    half = t.ppf((1 + confidence) / 2, freedom) * errors
    return [
        Effect(
            kind=kind,
            name=name,
            mean=float(means[place]),
            low=float(means[place] - half[place]),
            high=float(means[place] + half[place]),
            p=float(p[place]),
            q=float(q[place]),
            confidence=confidence,
        )
        for place, (kind, name) in enumerate(zip(kinds, names, strict=True))
    ]


def _contrasts(kind: Kind, plans: Sequence[Plan]) -> tuple[list[_Feature], Floats]:
    """The effects of one kind, and the weights of the plans' mean scores in each: (P, effects)."""
    every = [order for members in sets_of(plans).values() for order in _orders(plans[members[0]])]
    names = list(dict.fromkeys(feature for order in every for feature, _ in _features(kind, order)))
    whole_OF, here_PF = (_centred(_matrix(kind, given, names), given) for given in (every, list(plans)))
    wanted_FF = np.linalg.pinv(whole_OF, rcond=_SMALL) @ whole_OF
    inverse_FP = np.linalg.pinv(here_PF, rcond=_SMALL)
    told = np.abs(inverse_FP @ here_PF @ wanted_FF - wanted_FF).max(axis=0, initial=0) < _SMALL
    told &= np.abs(wanted_FF).max(axis=0, initial=0) > _SMALL
    scale = 2.0 if kind == "before" else 1.0
    return [name for name, kept in zip(names, told, strict=True) if kept], scale * (inverse_FP.T @ wanted_FF)[:, told]


def _orders(plan: Plan) -> list[Plan]:
    """All orders of a plan's stages; a part of them, evenly drawn, where there are very many."""
    count = len(plan.trunk)
    listed = list(islice(permutations(plan.trunk), _ORDERS + 1))
    if len(listed) > _ORDERS:
        random = np.random.default_rng(0)
        listed = [tuple(plan.trunk[place] for place in random.permutation(count)) for _ in range(_ORDERS)]
    return [Plan(trunk=trunk, targets=plan.targets) for trunk in dict.fromkeys(listed)]


def _features(kind: Kind, plan: Plan) -> Iterator[tuple[_Feature, float]]:
    names = [_name(stage) for stage in plan.trunk]
    if kind == "before":
        for one, other in combinations(names, 2):
            yield (min(one, other), max(one, other)), float(np.sign((one < other) - (one > other)))
    elif kind == "place":
        for place, name in enumerate(names, start=1):
            yield (name, str(place), str(len(names))), 1.0
    else:
        for one, other in pairwise(names):
            yield (one, other) if kind == "carry-over" else (min(one, other), max(one, other)), 1.0


def _matrix(kind: Kind, plans: Sequence[Plan], names: Sequence[_Feature]) -> Floats:
    places = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(plans), len(names)))
    for row, plan in enumerate(plans):
        for feature, value in _features(kind, plan):
            matrix[row, places[feature]] += value
    return matrix


def _centred(matrix: Floats, plans: Sequence[Plan]) -> Floats:
    for members in sets_of(plans).values():
        matrix[members] -= matrix[members].mean(axis=0)
    return matrix


def _name(stage: Stage) -> str:
    return "+".join(stage.tasks)


def _said(kind: Kind, feature: _Feature) -> str:
    if kind == "place":
        name, place, length = feature
        return f"{name} at {place} of {length}"
    words = {"before": "before", "carry-over": "directly before", "neighbours": "beside"}
    return f" {words[kind]} ".join(feature)
