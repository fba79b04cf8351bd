"""Are claims confirmed and rejected as seldom by mistake as is said? Studies whose truth is known, judged many times.

A study is all orders of three tasks, their mixture, and two arms, with the luck of `analysis.order.calibration`: what
is trained once is lucky once. Six claims, one of each form, are judged together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.hypotheses.arms import all_from, higher
from analysis.hypotheses.claims import Before, First, Neighbours, OrderForm
from analysis.hypotheses.finding import Difference, Finding, Unanswered, paired
from analysis.hypotheses.mixtures import against_all
from analysis.hypotheses.orders import Tasks, agreement, along, contrast_of
from analysis.hypotheses.verdicts import Decision, decisions
from analysis.order.calibration import Luck, orders_of
from analysis.order.sources import Evidence, Scores
from analysis.order.strata import Strata
from analysis.order.table import Floats, OrderTable
from search_spaces.plan import Plan, Stage, mixture

SMALLEST = 1.0
"""Points: the smallest effect worth the name, of every claim."""
TASKS = Tasks(sizes={"a": 4, "b": 2, "c": 1}, kinds={})
ORDER_CLAIMS: Mapping[str, OrderForm] = {
    "a before b": Before(("a",), ("b",)),
    "large tasks first": First("large"),
    "neighbours dissimilar": Neighbours("dissimilar", {"one": ("a", "b"), "other": ("c",)}),
}
MIXED, BETTER, GAIN = "mixture beats orders", "one arm better", "gain all from one group"
NAMES = (*ORDER_CLAIMS, MIXED, BETTER, GAIN)
_PARTS = (0.75, 0.25)
"""Shares of the other targets, and of the group, in the mean over targets."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Effects in points."""

    order: Mapping[str, float]
    """Of the claims about order, by name: between the order that agrees most and the one that agrees least."""
    mixture: float = 0.0
    """Over the best order."""
    better: float = 0.0
    gain_elsewhere: float = 0.0
    gain_in_group: float = 0.0


NOTHING = Truth(order={})


def judged(truth: Truth, luck: Luck, *, seeds: int, count: int) -> Iterator[dict[str, Decision]]:
    """The verdicts of `count` studies."""
    orders, plans = orders_of("abc", [3]), _plans()
    truth_P = _truths(orders, truth)
    drawn_NPR = truth_P[:, None] + luck.draw(plans, seeds, count, np.random.default_rng(0))
    gains_NGR = np.random.default_rng(1).normal(0, 2**0.5 * luck.deviation, (count, 2, seeds))
    gains_NGR += np.array([truth.gain_elsewhere, truth.gain_in_group])[:, None]
    empty = OrderTable(tuple(orders), tuple(range(seeds)), np.zeros((len(orders), seeds)))
    agreements = [[agreement(form, plan, TASKS) for plan in orders] for form in ORDER_CLAIMS.values()]
    contrasts = [one for one in (contrast_of(empty, values) for values in agreements) if one is not None]
    like: Strata | None = None
    for scores_PR, gains_GR in zip(drawn_NPR, gains_NGR, strict=True):
        table = OrderTable(tuple(orders), tuple(range(seeds)), scores_PR[: len(orders)])
        like = Strata(table, like)
        found: list[Finding | Unanswered] = [
            along(contrast, SMALLEST, Evidence("search", table), like) for contrast in contrasts
        ]
        found += _others(scores_PR, gains_GR, tuple(range(seeds)))
        yield dict(zip(NAMES, decisions(found), strict=True))


def _others(scores_PR: Floats, gains_GR: Floats, seeds: tuple[int, ...]) -> list[Finding | Unanswered]:
    """Six orders, the mixture and the two arms; gains elsewhere and in the group."""
    *orders, mixed, ours, theirs = scores_PR
    known = Scores("finals", {}, seeds)
    whole_R = _PARTS[0] * gains_GR[0] + _PARTS[1] * gains_GR[1]
    return [
        against_all([_lucky(mixed - one) for one in orders], SMALLEST, whole=True, known=known, seeds=seeds),
        higher(_lucky(ours - theirs), seeds, SMALLEST),
        all_from(_lucky(gains_GR[0]), _lucky(whole_R), SMALLEST, seeds=seeds, data=""),
    ]


def _lucky(differences_R: Floats) -> Difference:
    found = paired(differences_R.tolist())
    assert found is not None
    return found


def _plans() -> list[Plan]:
    """The orders, their mixture, and two arms that share nothing with them."""
    stages = [
        Stage(mixture=mixture({"a": 1.0, "b": 1.0, "c": 1.0}), learning_rate=1e-3, steps=3),
        Stage(mixture=mixture({"x": 1.0}), learning_rate=1e-3, steps=1),
        Stage(mixture=mixture({"y": 1.0}), learning_rate=1e-3, steps=1),
    ]
    return [*orders_of("abc", [3]), *(Plan(trunk=(stage,), targets=()) for stage in stages)]


def _truths(orders: list[Plan], truth: Truth) -> Floats:
    """(P,): orders, the mixture, and two arms."""
    found = np.zeros(len(orders))
    for name, size in truth.order.items():
        values = np.array([agreement(ORDER_CLAIMS[name], plan, TASKS) for plan in orders], dtype=float)
        found += size * (values - values.mean()) / np.ptp(values)
    return np.array([*found, found.max() + truth.mixture, truth.better, 0.0])
