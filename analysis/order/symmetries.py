"""Which rearrangements of scores are as likely as what was seen, if order does not matter.

Under that null hypothesis an order's score is its set's mean and luck. Plans that begin alike share luck, so scores
may not be shuffled freely: free shuffling pretends that every plan has luck of its own, and finds too much. What may be
done, with every seed separately, is whatever leaves the trie of shared stages as it is:

- **Subtrees of one shape change places** (an automorphism of the trie). With all orders of three tasks: the three first
  stages among themselves, and the two that follow each. Right where no two sets share a stage.
- **Tasks change names**, in all plans at once, where the plans are all orders of all sets of their lengths. Sets may
  then share stages; differences from a set's mean move to the set of the new names. A mixture changes its name as a
  whole.

Plans that allow neither are thinned to sets that share no stage with one another, those with the most orders first.

Assumed of luck: that with one seed it is alike (in distribution) for all stages at one depth, whatever the task; that
seeds are independent. Shape suffixes: B rearrangements, R seeds, P plans, L length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from analysis.order.table import Ints, OrderTable
from analysis.trie import Trie
from search_spaces.plan import Plan, Stage

Draw: TypeAlias = Callable[[np.random.Generator, int], Ints]
"""Places (B, P): plan p gets the difference that plan [b, p] has."""


@dataclass(frozen=True)
class Symmetries:
    """Rearrangements of a table's plans, drawn alike often."""

    table: OrderTable
    """The plans that are rearranged: all, or those of sets that share no stage."""
    draw: Draw
    log_count: float
    """Natural logarithm of the number of different rearrangements of one seed's scores."""

    def rearrangements(self, count: int, *, seed: int = 0) -> Ints:
        """`count` of them, independent between seeds: (B, R, P)."""
        random = np.random.default_rng(seed)
        return np.stack([self.draw(random, count) for _ in self.table.seeds], axis=1)


def symmetries_of(table: OrderTable) -> Symmetries:
    """The largest of the groups above that the plans allow."""
    apart = _sets_apart(table)
    if len(apart) < len(table.sets) and (renamed := _renamings(table)) is not None:
        return renamed
    kept = sorted(place for members in apart for place in members)
    return _automorphisms(table if len(kept) == len(table.plans) else table.restricted(kept))


def _sets_apart(table: OrderTable) -> list[list[int]]:
    """Sets that share no stage with one another, those with the most orders first."""
    kept, taken = [], set[Stage]()
    for members in sorted(table.sets, key=lambda members: -len(members)):
        first = {table.plans[place].trunk[0] for place in members}
        if not first & taken:
            taken |= first
            kept.append(members)
    return kept


def _automorphisms(table: OrderTable) -> Symmetries:
    """Of the trie of each set by itself; the sets share no stage."""
    sets = table.sets
    tries = [Trie({place: table.plans[place].trunk for place in members}) for members in sets]

    def draw(random: np.random.Generator, count: int) -> Ints:
        moved = np.empty((count, len(table.plans)), dtype=np.int64)
        for members, trie in zip(sets, tries, strict=True):
            moved[:, members] = trie.draw(random, count)
        return moved

    return Symmetries(table, draw, sum(trie.log_count for trie in tries))


def _renamings(table: OrderTable) -> Symmetries | None:
    """New names for tasks; None where some new names make plans that are not in the table."""
    places = {_spelled(plan): place for place, plan in enumerate(table.plans)}
    names = sorted({name for spelled in places for name, _ in spelled})
    if len(places) < len(table.plans) or not _closed(names, places):
        return None
    length = max(len(plan.trunk) for plan in table.plans)
    none = len(names)
    settings = {spelled: number for number, spelled in enumerate(dict.fromkeys(map(_settings, places)))}
    codes_PL = np.full((len(places), length), none)
    for spelled, place in places.items():
        codes_PL[place, : len(spelled)] = [names.index(name) for name, _ in spelled]
    kinds_P = np.array([settings[_settings(spelled)] for spelled in places])
    digits_L = (none + 1) ** np.arange(length)
    offsets_P = kinds_P * (none + 1) ** length
    lookup = {int(number): place for place, number in enumerate(codes_PL @ digits_L + offsets_P)}
    known, order = np.unique(np.array(list(lookup)), return_index=True)
    by_number = np.array(list(lookup.values()))[order]

    def draw(random: np.random.Generator, count: int) -> Ints:
        renamed = np.argsort(random.random((count, none)), axis=1)
        renamed = np.concatenate([renamed, np.full((count, 1), none)], axis=1)
        numbers = renamed[:, codes_PL] @ digits_L + offsets_P
        return np.asarray(by_number[np.searchsorted(known, numbers)], dtype=np.int64)

    return Symmetries(table, draw, math.lgamma(none + 1))


_Name: TypeAlias = tuple[tuple[tuple[str, float], ...], int]
"""What a stage trains on, and how long: its mixture and its steps."""
_Spelled: TypeAlias = tuple[tuple[_Name, float], ...]


def _spelled(plan: Plan) -> _Spelled:
    """The names and learning rates of a plan's stages."""
    return tuple(((stage.mixture, stage.steps), stage.learning_rate) for stage in plan.trunk)


def _settings(spelled: _Spelled) -> tuple[float, ...]:
    return tuple(rate for _, rate in spelled)


def _closed(names: Sequence[_Name], places: Mapping[_Spelled, int]) -> bool:
    """Do two names that change places always give a plan of the table? All renamings are made of such exchanges."""
    for one, other in pairwise(names):
        swap = {one: other, other: one}
        if any(tuple((swap.get(name, name), rate) for name, rate in spelled) not in places for spelled in places):
            return False
    return True
