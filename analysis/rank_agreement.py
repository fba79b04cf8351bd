"""How far two lists rank the same things alike, with bootstrap intervals over the things.

Shape suffixes: N things that are ranked, R replicates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from analysis.arrays import Floats, Ints
from analysis.load import Json

RESAMPLES = 1000
FEWEST_FOR_INTERVALS = 8
"""Of fewer, most draws with replacement repeat the same few ranks: four that agree would be sure of +1.00."""
_LOW, _HIGH = 0.025, 0.975


def with_interval(
    statistic: Callable[[Floats, Floats], Floats],
    sides: tuple[Floats, Floats],
    groups: Sequence[Sequence[int]] | None = None,
) -> Json:
    """The statistic of two sides (N), with its interval over draws of what they are values of.

    `groups`: places that are drawn as a whole; without them each by itself. `value` is None where a side has no
    differences, `low` and `high` for fewer than eight that could be drawn.
    """
    members = [np.array(group) for group in groups or [[place] for place in range(len(sides[0]))]]
    value = float(statistic(sides[0][None], sides[1][None])[0])
    if math.isnan(value):
        return {"value": None, "low": None, "high": None}
    if len(members) < FEWEST_FOR_INTERVALS:
        return {"value": value, "low": None, "high": None}
    values = np.concatenate([statistic(sides[0][drawn_RN], sides[1][drawn_RN]) for drawn_RN in _draws(members)])
    low, high = np.nanquantile(values, [_LOW, _HIGH])
    return {"value": value, "low": float(low), "high": float(high)}


def spearman(one_RN: Floats, other_RN: Floats) -> Floats:
    """Of every row (R), NaN where one side has no differences."""
    return _cosine(*(_centred(np.asarray(stats.rankdata(side_RN, axis=1))) for side_RN in (one_RN, other_RN)))


def kendall(one_RN: Floats, other_RN: Floats) -> Floats:
    """Tau-b of every row (R), NaN where one side has no differences."""
    pairs = zip(one_RN, other_RN, strict=True)
    signs = ([np.sign(side_O[:, None] - side_O).ravel()[None] for side_O in pair] for pair in pairs)
    return np.concatenate([_cosine(*both) for both in signs])


def interval_text(found: Mapping[str, Any], things: str) -> str:
    """For people; `things` are what was ranked."""
    if found["value"] is None:
        return "not defined: one side has no differences"
    if found["low"] is None:
        return f"{found['value']:+.2f} (no interval: fewer than {FEWEST_FOR_INTERVALS} {things})"
    return f"{found['value']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f}, 95 % over {things})"


def _draws(members: Sequence[Ints]) -> Iterator[Ints]:
    """All draws, those of one length (N) together: groups differ in size."""
    picked = np.random.default_rng(0).integers(len(members), size=(RESAMPLES, len(members)))
    drawn = [np.concatenate([members[group] for group in groups]) for groups in picked]
    for length in sorted({len(one) for one in drawn}):
        yield np.stack([one for one in drawn if len(one) == length])


def _cosine(one_RN: Floats, other_RN: Floats) -> Floats:
    lengths_R = np.sqrt(np.square(one_RN).sum(axis=1) * np.square(other_RN).sum(axis=1))
    return np.asarray((one_RN * other_RN).sum(axis=1) / np.where(lengths_R > 0, lengths_R, math.nan))


def _centred(table_RN: Floats) -> Floats:
    return np.asarray(table_RN - table_RN.mean(axis=1, keepdims=True))
