"""Do two encoders agree on which order is best? Rank correlations of their orders, and a test of encoder by order.

An order is a plan's trunk by its tasks, whatever its rates and lengths. The finals give every order several seeds; the
search gives one score each. Orders are what is drawn: intervals take them with replacement.

Noise makes any two encoders look more different than they are. Where there are seeds, the share of the orders' variance
that is not noise (reliability, from a two-way table of orders and seeds) corrects the correlation for it (Spearman,
1904). The interaction asks whether differences between orders differ between encoders by more than seeds do: an F
ratio, judged by permuting the residuals of the additive model among orders, within each seed. Orders that begin alike
share luck, so only subtrees of one shape change places in the trie of orders.

Shape suffixes: O orders, S seeds, R replicates.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from analysis.arrays import Floats
from analysis.columns import columns
from analysis.finals import finals_of, is_winner, languages_left_out, metrics_of, restricted
from analysis.load import Json, Run
from analysis.order.sources import follows_a_winner
from analysis.rank_agreement import RESAMPLES, interval_text, kendall, spearman, with_interval
from analysis.search import ZERO_SHOT, value_at
from analysis.trie import Trie
from evaluators.errors import CairnError, UnknownName

Orders: TypeAlias = Mapping[str, Mapping[int, float]]
"""Order -> seed -> score."""

FEWEST_ORDERS = 4
SOURCES = ("finals", "search")
_THEN = " > "
_FEWEST_REARRANGEMENTS = 20
"""So that p can be 5 % at all."""


class Interaction(NamedTuple):
    """Encoder by order."""

    f: float
    freedom: tuple[int, int]
    p: float
    """By permutation."""


def compare(first: Run, second: Run, of: str | None = None) -> Json:
    """The orders that both runs scored, as plain values. `of` the finals, or of the search where those share too few.

    Raises:
        CairnError: the runs are of other suites or share fewer than four orders.
    """
    if of is not None and of not in SOURCES:
        raise UnknownName("source of scores", of, SOURCES)
    if first.resolved["suite"] != second.resolved["suite"]:
        raise CairnError(f"{first.path} and {second.path} are of different suites, so their scores are of other things")
    shared: list[str] = []
    for source in [of] if of else SOURCES:
        ours, theirs = _READERS[source](first, second)
        shared = [order for order in ours if order in theirs]
        if len(shared) >= FEWEST_ORDERS:
            named = [f"{run.path.name} ({run.resolved['encoder']['name']})" for run in (first, second)]
            return {
                "runs": named,
                "of": source,
                **compared({one: ours[one] for one in shared}, {one: theirs[one] for one in shared}),
            }
    raise CairnError(
        f"{first.path} and {second.path} share {len(shared)} orders; fewer than {FEWEST_ORDERS} are not compared"
    )


def compared(ours: Orders, theirs: Orders) -> Json:
    """The same for scores of the same orders."""
    orders = list(ours)
    one_OS, other_OS = (_table([scores[order] for order in orders]) for scores in (ours, theirs))
    means = one_OS.mean(axis=1), other_OS.mean(axis=1)
    rho = with_interval(spearman, means)
    reliabilities = [_reliability(table_OS) for table_OS in (one_OS, other_OS)]
    interaction = _interaction(
        one_OS, other_OS, Trie({place: order.split(_THEN) for place, order in enumerate(orders)})
    )
    return {
        "orders": [
            {"order": order, "scores": [float(mean[place]) for mean in means]} for place, order in enumerate(orders)
        ],
        "seeds": [one_OS.shape[1], other_OS.shape[1]],
        "spearman": rho,
        "kendall": with_interval(kendall, means),
        "reliabilities": reliabilities,
        "spearman_without_noise": _without_noise(rho["value"], reliabilities),
        "interaction": None if interaction is None else interaction._asdict(),
        "best": [orders[int(mean.argmax())] for mean in means],
    }


def compare_text(found: Mapping[str, Any], *, as_json: bool) -> str:
    """For people, or one JSON object."""
    if as_json:
        return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    rows: list[Sequence[str]] = [("order", *found["runs"])]
    ranked = sorted(found["orders"], key=lambda one: -one["scores"][0])
    rows += [(one["order"], *(f"{score:.2f}" for score in one["scores"])) for one in ranked]
    known = ["not known (one seed)" if one is None else f"{one:.2f}" for one in found["reliabilities"]]
    corrected, interaction = found["spearman_without_noise"], found["interaction"]
    lines = [
        f"{len(found['orders'])} orders of the {found['of']}, {found['seeds'][0]} and {found['seeds'][1]} seeds",
        f"Spearman's rho  {interval_text(found['spearman'], 'orders')}",
        f"Kendall's tau   {interval_text(found['kendall'], 'orders')}",
        f"reliability of the orders' means: {known[0]} and {known[1]}",
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
            f"p = {interaction['p']:.3f} (permutation)"
        ),
        f"best: {found['best'][0]}; {found['best'][1]}",
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
        mine: dict[str, Mapping[int, float]] = {}
        for arm in finals.arms:
            values = finals.by_seed(arm, "test", layout)
            if _is_written(run, arm) and values and (order := _order(run.arm_plans[arm])):
                mine.setdefault(order, values)
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
        mine: dict[str, dict[int, float]] = {}
        for trial in run.trials:
            value = value_at(trial, ZERO_SHOT, len(run.resolved["rungs"]) - 1)
            order = _order(trial.plan)
            if value is not None and order and trial.control is None:
                seeds = mine.setdefault(order, {})
                seeds[trial.seed] = max(value, seeds.get(trial.seed, -math.inf))
        scores.append(mine)
    return scores[0], scores[1]


_READERS = {"finals": _of_finals, "search": _of_search}


def _order(plan: Json) -> str:
    return _THEN.join("+".join(sorted(stage["mixture"])) for stage in plan["trunk"])


def _table(scores: Sequence[Mapping[int, float]]) -> Floats:
    """Scores of the seeds that all orders have (O, S); means over each one's own seeds where they share none."""
    seeds = [seed for seed in scores[0] if all(seed in one for one in scores)]
    if not seeds:
        return np.array([[float(np.mean(list(one.values())))] for one in scores])
    return np.array([[one[seed] for seed in seeds] for one in scores])


def _reliability(table_OS: Floats) -> float | None:
    """Share of the variance of orders' means that is not noise, at least 0; None for one seed.

    The ratio of mean squares is made unbiased, which matters for few orders.
    """
    orders, seeds = table_OS.shape
    if seeds < 2:
        return None
    between = seeds * float(table_OS.mean(axis=1).var(ddof=1))
    if between == 0.0:
        return 0.0
    ratio = _noise_of(table_OS) / ((orders - 1) * (seeds - 1)) / between
    return float(max(0.0, 1.0 - ratio * (orders - 3) / (orders - 1)))


def _without_noise(rho: float | None, reliabilities: Sequence[float | None]) -> float | None:
    """At most 1: an estimate beyond it says no more than that all disagreement may be noise."""
    known = [one for one in reliabilities if one]
    if rho is None or len(known) < 2:
        return None
    return float(np.clip(rho / math.sqrt(known[0] * known[1]), -1.0, 1.0))


def _interaction(one_OS: Floats, other_OS: Floats, trie: Trie[str]) -> Interaction | None:
    """None where an encoder has one seed, seeds do not scatter, or too few rearrangements keep the trie as it is."""
    if min(one_OS.shape[1], other_OS.shape[1]) < 2 or sum(_noise_of(table) for table in (one_OS, other_OS)) == 0.0:
        return None
    orders = len(one_OS)
    weights = one_OS.shape[1], other_OS.shape[1]
    if (sum(weights) - 1) * trie.log_count < math.log(_FEWEST_REARRANGEMENTS):
        return None
    centred = [table_OS - table_OS.mean(axis=0) for table_OS in (one_OS, other_OS)]
    common_O = sum(w * table.mean(axis=1) for w, table in zip(weights, centred, strict=True)) / sum(weights)
    left = [table_OS - np.asarray(common_O)[:, None] for table_OS in centred]
    rng = np.random.default_rng(0)
    seen = float(_f_ratios(left[0][None], left[1][None])[0])
    shuffled = [_rearranged(table_OS, trie, rng) for table_OS in left]
    larger = int((_f_ratios(shuffled[0], shuffled[1]) >= seen * (1 - 1e-12)).sum())
    freedom = (orders - 1, (orders - 1) * (sum(weights) - 2))
    return Interaction(seen, freedom, (larger + 1) / (RESAMPLES + 1))


def _rearranged(table_OS: Floats, trie: Trie[str], rng: np.random.Generator) -> Floats:
    """The table with every seed's values moved within the trie (R, O, S)."""
    return np.stack([column_O[trie.draw(rng, RESAMPLES)] for column_O in table_OS.T], axis=2)


def _f_ratios(one_ROS: Floats, other_ROS: Floats) -> Floats:
    """Of every replicate (R)."""
    orders, seeds = one_ROS.shape[1], (one_ROS.shape[2], other_ROS.shape[2])
    apart_R = np.var(one_ROS.mean(axis=2) - other_ROS.mean(axis=2), axis=1, ddof=1) / (1 / seeds[0] + 1 / seeds[1])
    noise_R = (_noise(one_ROS) + _noise(other_ROS)) / ((orders - 1) * (sum(seeds) - 2))
    return np.asarray(apart_R / noise_R)


def _noise(tables_ROS: Floats) -> Floats:
    """Sums of squares that neither orders nor seeds account for (R)."""
    by_order, by_seed = tables_ROS.mean(axis=2, keepdims=True), tables_ROS.mean(axis=1, keepdims=True)
    left_ROS = tables_ROS - by_order - by_seed + tables_ROS.mean(axis=(1, 2), keepdims=True)
    return np.asarray(np.square(left_ROS).sum(axis=(1, 2)))


def _noise_of(table_OS: Floats) -> float:
    return float(_noise(table_OS[None])[0])
