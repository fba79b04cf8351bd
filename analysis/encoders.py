"""Do two encoders agree on which order is best? Rank correlations of their orders, and a test of encoder by order.

An order is a plan's trunk by its tasks, whatever its rates and lengths. Order alone is compared: only sets of the same
stages with two orders or more, and of every score what it adds to the mean of its set with the same seed. What a set
is worth to an encoder is so out of the comparison; a set of two orders says one thing, which of them is better and by
how much. The finals give every order several seeds; the search gives one score each. Intervals draw with replacement
the orders of one set, or whole sets.

Noise makes any two encoders look more different than they are. Where there are seeds, the share of the variance of what
orders add that is not noise (reliability, from a two-way table of orders and seeds) corrects the correlation for it
(Spearman, 1904). The interaction asks whether differences between orders differ between encoders by more than seeds do:
an F ratio, judged by permuting the residuals of the additive model among orders, within each seed. Orders that begin
alike share luck, so only what the trie of orders allows is rearranged (`analysis.order.symmetries`).

Shape suffixes: P orders, S seeds, R replicates.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from analysis.arrays import Floats
from analysis.columns import columns
from analysis.finals import finals_of, is_winner, languages_left_out, metrics_of, restricted
from analysis.load import Json, Run
from analysis.order.sources import follows_a_winner, scores_of_search
from analysis.order.symmetries import Symmetries, symmetries_of
from analysis.order.table import OrderTable, table_of
from analysis.rank_agreement import RESAMPLES, interval_text, kendall, spearman, with_interval
from analysis.search import ZERO_SHOT, value_at
from evaluators.errors import CairnError, UnknownName
from search_spaces.plan import Plan, from_json, mixture

Orders: TypeAlias = Mapping[Plan, Mapping[int, float]]
"""Order -> seed -> score; an order is a plan without targets whose stages have one rate and length and equal shares."""

FEWEST_DIFFERENCES = 3
"""Orders less sets."""
SOURCES = ("finals", "search")
_FEWEST_REARRANGEMENTS = 20
"""So that p can be 5 % at all."""
_NOTHING = 1e-12
"""Share of all squares below which what seeds change is rounding."""
_DIGITS = 9
"""Of what orders add, in points: ranks would take rounding for differences."""


class Interaction(NamedTuple):
    """Encoder by order."""

    f: float
    freedom: tuple[int, int]
    p: float
    """By permutation."""
    orders: int
    """That were tested: all, or those of sets that share no stage."""


def compare(first: Run, second: Run, of: str | None = None) -> Json:
    """The orders that both runs scored, as plain values. `of` the finals, or of the search where those share too few.

    Raises:
        CairnError: the runs are of other suites or share too few orders of the same stages, or a search chose its
            plans by score, or stopped some early.
    """
    if of is not None and of not in SOURCES:
        raise UnknownName("source of scores", of, SOURCES)
    if first.resolved["suite"] != second.resolved["suite"]:
        raise CairnError(f"{first.path} and {second.path} are of different suites, so their scores are of other things")
    tables: list[OrderTable] = []
    for source in [of] if of else SOURCES:
        tables = _shared(*_READERS[source](first, second))
        if tables and tables[0].differences >= FEWEST_DIFFERENCES:
            if source == "search":
                _refuse_chosen(first, second)
            named = [f"{run.path.name} ({run.resolved['encoder']['name']})" for run in (first, second)]
            return {"runs": named, "of": source, **compared(*tables)}
    orders, sets = (len(tables[0].plans), len(tables[0].sets)) if tables else (0, 0)
    raise CairnError(
        f"{first.path} and {second.path} share {orders} orders of {sets} sets of the same stages; encoders "
        f"are compared where orders are {FEWEST_DIFFERENCES} more than sets: four of one set, or three pairs"
    )


def compared(one: OrderTable, other: OrderTable) -> Json:
    """The same for tables of the same orders, each with its own seeds."""
    tables = (one, other)
    means, added = [table.scores.mean(axis=1) for table in tables], [_added(table) for table in tables]
    sides = added[0].mean(axis=1), added[1].mean(axis=1)
    drawn = one.sets if len(one.sets) > 1 else None
    rho = with_interval(spearman, sides, drawn)
    reliabilities = [_reliability(added_PS, one.differences) for added_PS in added]
    interaction = _interaction(one, other)
    set_of = {place: number for number, members in enumerate(one.sets, start=1) for place in members}
    return {
        "orders": [
            {
                "order": _text(plan),
                "set": set_of[place],
                "scores": [float(mean_P[place]) for mean_P in means],
                "added": [float(side_P[place]) for side_P in sides],
            }
            for place, plan in enumerate(one.plans)
        ],
        "sets": len(one.sets),
        "seeds": [len(table.seeds) for table in tables],
        "spearman": rho,
        "kendall": with_interval(kendall, sides, drawn),
        "reliabilities": reliabilities,
        "spearman_without_noise": _without_noise(rho["value"], reliabilities),
        "interaction": None if interaction is None else interaction._asdict(),
    }


def sets_text(found: Mapping[str, Any]) -> str:
    """For people: how many orders were compared."""
    sets = "one set" if found["sets"] == 1 else f"{found['sets']} sets"
    return f"{len(found['orders'])} orders of {sets}"


def compare_text(found: Mapping[str, Any], *, as_json: bool) -> str:
    """For people, or one JSON object."""
    if as_json:
        return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    rows: list[Sequence[str]] = [("order", *found["runs"], "beyond its set", "beyond its set")]
    ranked = sorted(found["orders"], key=lambda one: (one["set"], -one["added"][0]))
    rows += [
        (one["order"], *(f"{score:.2f}" for score in one["scores"]), *(f"{added:+.2f}" for added in one["added"]))
        for one in ranked
    ]
    known = ["not known (one seed)" if one is None else f"{one:.2f}" for one in found["reliabilities"]]
    corrected, interaction = found["spearman_without_noise"], found["interaction"]
    drawn = "orders" if found["sets"] == 1 else "sets"
    lines = [
        f"{sets_text(found)}, scores of the {found['of']}, {found['seeds'][0]} and {found['seeds'][1]} seeds",
        f"Spearman's rho  {interval_text(found['spearman'], drawn)}",
        f"Kendall's tau   {interval_text(found['kendall'], drawn)}",
        f"reliability of what orders add to their set: {known[0]} and {known[1]}",
        "rho without noise: "
        + (
            "not known: orders differ by no more than seeds, or there is one"
            if corrected is None
            else f"{corrected:.2f}"
        ),
        "encoder by order: "
        + (
            "not tested: needs two seeds of each that differ, and orders that could change places"
            if interaction is None
            else f"F{interaction['freedom'][0], interaction['freedom'][1]} = {interaction['f']:.2f}, "
            f"p = {interaction['p']:.3f} (permutation, {interaction['orders']} orders)"
        ),
    ]
    return columns(rows) + "\n\n" + "\n".join(lines)


def _of_finals(first: Run, second: Run) -> tuple[Orders, Orders]:
    """Zero-shot test headlines of the plans that the specs write out, over what both runs were scored on."""
    found = [finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"])) for run in (first, second)]
    left_out = {code for run in (first, second) for code in languages_left_out(run)}
    both = {
        task: tuple(code for code in languages if code in found[1].layout.get(task, ()) and code not in left_out)
        for task, languages in found[0].layout.items()
    }
    layout = restricted(both, lambda language: True)
    scores: list[Orders] = []
    for run, finals in zip((first, second), found, strict=True):
        mine: dict[Plan, Mapping[int, float]] = {}
        for arm in finals.arms:
            values = finals.by_seed(arm, "test", layout)
            if _is_written(run, arm) and values:
                mine.setdefault(_order(run.arm_plans[arm]), values)
        scores.append(mine)
    return scores[0], scores[1]


def _is_written(run: Run, arm: str) -> bool:
    """Winners, and what is made of them, were chosen for their scores; controls are no orders to compare."""
    controls = run.resolved.get("finals", {}).get("controls", ())
    return arm in run.arm_plans and arm not in controls and not is_winner(arm) and not follows_a_winner(arm)


def _of_search(first: Run, second: Run) -> tuple[Orders, Orders]:
    """Zero-shot dev scores at the last rung, seeds of an order side by side; the best of several rates.

    Controls are left out: they have one seed, and then no order would have more.
    """
    scores: list[Orders] = []
    for run in (first, second):
        mine: dict[Plan, dict[int, float]] = {}
        for trial in run.trials:
            value = value_at(trial, ZERO_SHOT, len(run.resolved["rungs"]) - 1)
            if value is not None and trial.control is None:
                seeds = mine.setdefault(_order(trial.plan), {})
                seeds[trial.seed] = max(value, seeds.get(trial.seed, -math.inf))
        scores.append(mine)
    return scores[0], scores[1]


def _refuse_chosen(*runs: Run) -> None:
    for run in runs:
        if reason := scores_of_search(run).reason:
            raise CairnError(f"the orders of {run.path} cannot be compared: {reason}")


_READERS = {"finals": _of_finals, "search": _of_search}


def _order(plan: Json) -> Plan:
    """Its trunk's tasks alone."""
    stages = (
        replace(stage, mixture=mixture(dict.fromkeys(stage.tasks, 1.0)), learning_rate=1.0, steps=1)
        for stage in from_json(plan).trunk
    )
    return Plan(trunk=tuple(stages), targets=())


def _text(order: Plan) -> str:
    return " > ".join("+".join(stage.tasks) for stage in order.trunk)


def _shared(ours: Orders, theirs: Orders) -> list[OrderTable]:
    """A table of each encoder over the orders that both have, of sets with two of them or more; none without one."""
    shared = [order for order in ours if order in theirs]
    tables = [_table({order: scores[order] for order in shared}) for scores in (ours, theirs)]
    return [table for table in tables if table is not None]


def _table(scores: Orders) -> OrderTable | None:
    """Over the seeds that all orders have; means over each one's own seeds where they share none."""
    found = table_of(scores)
    if found is None or found.seeds:
        return found
    return table_of({order: {0: float(np.mean(list(one.values())))} for order, one in scores.items()})


def _added(table: OrderTable) -> Floats:
    """What every order adds to the mean of its set with the same seed (P, S)."""
    return np.asarray(np.round(table.centred, _DIGITS))


def _reliability(added_PS: Floats, differences: int) -> float | None:
    """Share of the variance of what orders add that is not noise, at least 0; None for one seed.

    The ratio of mean squares is made unbiased, which matters for few orders.
    """
    seeds = added_PS.shape[1]
    if seeds < 2:
        return None
    between = seeds * float(np.square(added_PS.mean(axis=1)).sum()) / differences
    if between == 0.0:
        return 0.0
    ratio = float(_noise(added_PS[None])[0]) / (differences * (seeds - 1)) / between
    return float(max(0.0, 1.0 - ratio * (differences - 2) / differences))


def _without_noise(rho: float | None, reliabilities: Sequence[float | None]) -> float | None:
    """At most 1: an estimate beyond it says no more than that all disagreement may be noise."""
    known = [one for one in reliabilities if one]
    if rho is None or len(known) < 2:
        return None
    return float(np.clip(rho / math.sqrt(known[0] * known[1]), -1.0, 1.0))


def _interaction(one: OrderTable, other: OrderTable) -> Interaction | None:
    """None where an encoder has one seed, seeds do not scatter, or too few rearrangements keep the trie as it is."""
    symmetries = symmetries_of(one)
    kept = [one.plans.index(plan) for plan in symmetries.table.plans]
    added = [_added(table.restricted(kept)) for table in (one, other)]
    seeds = [added_PS.shape[1] for added_PS in added]
    noise = sum(float(_noise(added_PS[None])[0]) for added_PS in added)
    if min(seeds) < 2 or noise <= _NOTHING * sum(float(np.square(added_PS).sum()) for added_PS in added):
        return None
    if (sum(seeds) - 1) * symmetries.log_count < math.log(_FEWEST_REARRANGEMENTS):
        return None
    common_P = np.concatenate(added, axis=1).mean(axis=1)
    left = [added_PS - common_P[:, None] for added_PS in added]
    rng, differences = np.random.default_rng(0), symmetries.table.differences
    seen = float(_f_ratios(left[0][None], left[1][None])[0])
    shuffled = [_rearranged(left_PS, symmetries, rng) for left_PS in left]
    larger = int((_f_ratios(shuffled[0], shuffled[1]) >= seen * (1 - 1e-12)).sum())
    freedom = (differences, differences * (sum(seeds) - 2))
    return Interaction(seen, freedom, (larger + 1) / (RESAMPLES + 1), len(kept))


def _rearranged(table_PS: Floats, symmetries: Symmetries, rng: np.random.Generator) -> Floats:
    """The table with every seed's values moved as the trie allows (R, P, S)."""
    return np.stack([column_P[symmetries.draw(rng, RESAMPLES)] for column_P in table_PS.T], axis=2)


def _f_ratios(one_RPS: Floats, other_RPS: Floats) -> Floats:
    """Of every replicate (R), infinite where seeds change nothing; a set's values add up to 0 with every seed."""
    seeds = one_RPS.shape[2], other_RPS.shape[2]
    apart_R = np.square(one_RPS.mean(axis=2) - other_RPS.mean(axis=2)).sum(axis=1) / (1 / seeds[0] + 1 / seeds[1])
    noise_R = _noise(one_RPS) + _noise(other_RPS)
    infinite_R = np.full_like(noise_R, np.inf)
    return np.asarray(np.divide(apart_R * (sum(seeds) - 2), noise_R, out=infinite_R, where=noise_R > 0))


def _noise(tables_RPS: Floats) -> Floats:
    """Sums of squares of what seeds change in what orders add (R)."""
    return np.asarray(np.square(tables_RPS - tables_RPS.mean(axis=2, keepdims=True)).sum(axis=(1, 2)))
