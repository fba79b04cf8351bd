"""One sentence on order: it matters, it does not (equivalent within a band set beforehand), or nobody can say yet.

1. All orders of a set lie within the band of one another (`equivalence`): order does not matter, by what was called
   mattering before the first trial, even where a difference smaller than the band is beyond luck.
2. Otherwise, the permutation test rejects at the 5 % level: order matters.
3. Otherwise there are not enough data yet, and so many seeds more would settle it (`power`).

One seed shows no luck, and nothing can be set against it. Without a band nothing can be called equivalent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from analysis.load import Json
from analysis.numbers import probability
from analysis.order.effects import Effect, effects_of
from analysis.order.equivalence import LEVEL, Extremes, extremes_of
from analysis.order.permutation import permutation_p
from analysis.order.power import MOST_SEEDS, least_seeds, seeds_needed
from analysis.order.sources import Evidence, Source
from analysis.order.strata import Strata
from analysis.order.symmetries import Symmetries, symmetries_of
from analysis.order.table import OrderTable
from analysis.order.variance import DepthVariance, VarianceRatio, by_depth, variance_ratio
from search_spaces.plan import describe

_REARRANGEMENTS = 1999

Answer: TypeAlias = Literal["order matters", "order does not matter", "not enough data yet"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What at least two seeds of every order show."""

    p: float
    """Of the permutation test."""
    extremes: Extremes
    ratio: VarianceRatio
    depths: list[DepthVariance]
    effects: list[Effect]
    seeds_needed: int | None
    """Of every order, to settle it; None without a band, or beyond `MOST_SEEDS`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer, its sentence, and the numbers behind it."""

    answer: Answer
    sentence: str
    band: float | None
    source: Source | None
    table: OrderTable | None
    tested: int
    """Orders that the permutation test compared."""
    measured: Measured | None

    def as_json(self) -> Json:
        """Plain values; plans as text."""
        found, table = self.measured, self.table
        return {
            "answer": self.answer,
            "sentence": self.sentence,
            "band": self.band,
            "level": LEVEL,
            "source": self.source,
            "orders": len(table.plans) if table else 0,
            "sets": len(table.sets) if table else 0,
            "seeds": list(table.seeds) if table else [],
            "tested": self.tested,
            "p": found.p if found else None,
            "ratio": asdict(found.ratio) if found else None,
            "depths": [asdict(depth) for depth in found.depths] if found else [],
            "furthest": _furthest(found.extremes) if found else None,
            "effects": [asdict(effect) for effect in found.effects] if found else [],
            "seeds_needed": found.seeds_needed if found else None,
        }


def verdict_of(evidence: Evidence, band: float | None) -> Verdict:
    """The verdict on what a run may say about order; `band` in points, set before the first trial."""
    table = evidence.table
    if table is None:
        sentence = f"Not enough data yet to say whether order matters: {' and '.join(evidence.reasons)}."
        return _unsettled(evidence, band, sentence)
    symmetries = symmetries_of(table)
    if len(table.seeds) < 2:
        return _unsettled(evidence, band, _with_left_out(_one_seed(table, symmetries), evidence))
    strata = Strata(table)
    least = least_seeds(symmetries.log_count)
    extremes = extremes_of(table, strata)
    measured = Measured(
        p=permutation_p(
            symmetries.table,
            strata if symmetries.table is table else Strata(symmetries.table),
            symmetries.rearrangements(_REARRANGEMENTS),
        ),
        extremes=extremes,
        ratio=variance_ratio(strata, len(table.seeds)),
        depths=by_depth(strata, len(table.seeds)),
        effects=effects_of(table, strata),
        seeds_needed=seeds_needed(table, strata, extremes, band, least=least) if band and least else None,
    )
    answer, sentence = _judged(table, measured, band)
    return Verdict(
        answer=answer,
        sentence=_with_left_out(sentence, evidence),
        band=band,
        source=evidence.source,
        table=table,
        tested=len(symmetries.table.plans),
        measured=measured,
    )


def _unsettled(evidence: Evidence, band: float | None, sentence: str) -> Verdict:
    return Verdict(
        answer="not enough data yet",
        sentence=sentence,
        band=band,
        source=evidence.source,
        table=evidence.table,
        tested=0,
        measured=None,
    )


def _judged(table: OrderTable, found: Measured, band: float | None) -> tuple[Answer, str]:
    data = f"{_orders(table)}, {_count(len(table.seeds), 'seed')} of each"
    if band is not None and found.extremes.within(band):
        sentence = (
            f"Order does not matter here: no two orders of a set are more than {found.extremes.bound:.2f} points "
            f"apart, which is within the band of {band:g} set beforehand ({data})"
        )
        if found.p <= LEVEL:
            sentence += f"; that they differ at all is beyond luck (permutation test, {probability(found.p)})"
        return "order does not matter", f"{sentence}."
    if found.p <= LEVEL:
        return "order matters", (
            f"Order matters: orders of the same stages differ beyond luck (permutation test, {probability(found.p)}; "
            f"{data}); {_ratio(found.ratio)}, and the furthest two are {found.extremes.difference:.2f} points apart "
            f"({describe(found.extremes.better)} above {describe(found.extremes.worse)})."
        )
    return "not enough data yet", (
        f"Not enough data yet to say whether order matters: the test finds no difference ({probability(found.p)}; "
        f"{data}), but two orders may be up to {found.extremes.bound:.2f} points apart; {_needed(table, found, band)}."
    )


def _with_left_out(sentence: str, evidence: Evidence) -> str:
    return f"{sentence} {evidence.left_out}" if evidence.left_out else sentence


def _one_seed(table: OrderTable, symmetries: Symmetries) -> str:
    least = max(2, least_seeds(symmetries.log_count) or 2)
    more = least - len(table.seeds)
    return (
        f"Not enough data yet to say whether order matters: {_orders(table)} have one seed each, which cannot tell an "
        f"order's effect from its luck; the least that can is {_more(more, table)}."
    )


def _needed(table: OrderTable, found: Measured, band: float | None) -> str:
    if band is None:
        return "no equivalence band was set beforehand, so that it cannot be said how many runs would settle it"
    needed, have = found.seeds_needed, len(table.seeds)
    if needed is None:
        return f"with luck as large as this, {MOST_SEEDS:,} seeds would not settle it within a band of {band:g} points"
    if needed <= have:
        return f"so many seeds settle it for a band of {band:g} points four times in five, and this was the fifth"
    return f"about {_more(needed - have, table)} would settle it for a band of {band:g} points"


def _more(seeds: int, table: OrderTable) -> str:
    return f"{_count(seeds, 'more seed')} of each order ({seeds * len(table.plans):,} runs)"


def _orders(table: OrderTable) -> str:
    sets = len(table.sets)
    return f"{len(table.plans)} orders of {'one set' if sets == 1 else f'{sets} sets'} of stages"


def _ratio(found: VarianceRatio) -> str:
    if found.ratio is None or found.low is None or found.high is None:
        return "seeds of an order do not differ at all"
    return (
        f"order variance is {found.ratio:.2f} times seed variance (95\u00a0% interval {found.low:.2f} to "
        f"{found.high:.2f})"
    )


def _furthest(found: Extremes) -> Json:
    return {
        "better": describe(found.better),
        "worse": describe(found.worse),
        "difference": found.difference,
        "bound": found.bound,
    }


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
