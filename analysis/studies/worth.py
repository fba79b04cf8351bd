"""What a score is worth in training examples: with how many does another arm do as well?

The other arm's curve over the logarithm of examples is interpolated in straight lines, within its range only: a score
above the whole curve is worth more than the most examples, one below all of it less than the fewest. Where a curve ends
below its beginning, more examples promise nothing, and a score above it is not reached. The interval holds
every number at which the two are not told apart, seed paired with seed (a t test turned round, after Fieller, 1954).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import stats

from analysis.arrays import Floats
from analysis.finals import BySeed
from analysis.load import Json
from analysis.numbers import NONE
from analysis.studies.answer import Cell
from analysis.studies.member import common_seeds

Amount: TypeAlias = float | Literal["less", "more", "not reached"]
"""Examples, or that they lie below or above the range, or that a curve which falls does not come so high."""
_STEPS = 401


class Worth(NamedTuple):
    """In examples of the other arm; `low` and `high` are None where one seed allows no interval."""

    examples: Amount
    low: Amount | None
    high: Amount | None
    by_seed: Mapping[int, Amount]
    fewest: float
    most: float

    def told(self, amount: Amount) -> str:
        """In words, to two digits."""
        if amount == "less":
            return f"less than {self.fewest:,.0f}"
        if amount == "not reached":
            return f"not reached with {self.fewest:,.0f} to {self.most:,.0f}"
        return f"more than {self.most:,.0f}" if amount == "more" else f"{float(f'{amount:.2g}'):,.0f}"

    def as_json(self) -> Json:
        """Plain values."""
        return {**self._asdict(), "by_seed": dict(self.by_seed)}


def worth(scores: BySeed, curve: Mapping[float, BySeed]) -> Worth | None:
    """Of scores, where `curve` has the other arm's by examples; None for fewer than two numbers of examples.

    Raises:
        CairnError: they share no seed.
    """
    amounts = sorted(curve)
    if len(amounts) < 2:
        return None
    seeds = common_seeds([scores, *curve.values()])
    curves_SK = np.array([[curve[amount][seed] for amount in amounts] for seed in seeds])
    scores_S = np.array([scores[seed] for seed in seeds])
    found = _reached(amounts, curves_SK.mean(axis=0), float(scores_S.mean()))
    low, high = _interval(found, amounts, scores_S[:, None] - curves_SK)
    by_seed = {
        seed: _reached(amounts, *one) for seed, one in zip(seeds, zip(curves_SK, scores_S, strict=True), strict=True)
    }
    return Worth(found, low, high, by_seed, amounts[0], amounts[-1])


def _reached(amounts: Sequence[float], curve: Floats, score: float) -> Amount:
    """The fewest examples with which the curve reaches the score."""
    if score < curve[0]:
        return "less"
    if score == curve[0]:
        return amounts[0]
    for place in range(1, len(amounts)):
        before, after = curve[place - 1], curve[place]
        if before < score <= after:
            share = (score - before) / (after - before)
            return float(amounts[place - 1] ** (1 - share) * amounts[place] ** share)
    return "not reached" if curve[-1] < curve[0] else "more"


def _interval(found: Amount, amounts: Sequence[float], gaps_SK: Floats) -> tuple[Amount | None, Amount | None]:
    """First and last number of examples at which the gap's 95 % t interval holds 0."""
    seeds = len(gaps_SK)
    if seeds < 2:
        return None, None
    logs_X = np.linspace(np.log(amounts[0]), np.log(amounts[-1]), _STEPS)
    gaps_SX = np.array([np.interp(logs_X, np.log(amounts), gaps_K) for gaps_K in gaps_SK])
    halves_X = stats.t.ppf(0.975, seeds - 1) * gaps_SX.std(axis=0, ddof=1) / np.sqrt(seeds)
    alike = np.flatnonzero(np.abs(gaps_SX.mean(axis=0)) <= halves_X)
    if not len(alike):
        return found, found
    first: Amount = "less" if alike[0] == 0 else float(np.exp(logs_X[alike[0]]))
    last: Amount = "more" if alike[-1] == _STEPS - 1 else float(np.exp(logs_X[alike[-1]]))
    return min(found, first, key=_rank), max(found, last, key=_rank)


def _rank(amount: Amount) -> float:
    return {"less": 0.0, "more": np.inf, "not reached": np.inf}[amount] if isinstance(amount, str) else amount


def worth_text(found: Worth) -> str:
    """`180 (95 % interval 60 to more than 640)`."""
    if found.low is None or found.high is None:
        return f"{found.told(found.examples)} (one seed, so no interval)"
    if found.high == "not reached":
        wide = "holds none" if found.low == found.high else f"from {found.told(found.low)}"
        return f"{found.told(found.examples)} (95\u00a0% interval {wide})"
    if found.low == found.high and isinstance(found.low, str):
        return f"{found.told(found.low)} (and so is the whole 95\u00a0% interval)"
    return f"{found.told(found.examples)} (95\u00a0% interval {found.told(found.low)} to {found.told(found.high)})"


def worth_cell(found: Worth | None) -> Cell:
    """The same for a table."""
    if found is None:
        return Cell(NONE)
    value = found.examples if isinstance(found.examples, float) else None
    if isinstance(found.low, float) and isinstance(found.high, float):
        return Cell(worth_text(found), value, found.low, found.high, len(found.by_seed))
    return Cell(worth_text(found), value, n=len(found.by_seed))
