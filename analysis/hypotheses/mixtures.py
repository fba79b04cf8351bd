"""Does the mixture of some tasks beat the best of their orders?

The best of many orders is lucky, so none is chosen: the mixture must beat every one of them. It is confirmed where all
these tests pass, for which nothing needs correction (an intersection-union test, Berger 1982); it is rejected where any
order shows that the mixture is not so much better, corrected for their number (Bonferroni). The interval is built
likewise, and holds whichever order is best.

Compared are plans with the same learning rate throughout, as many steps in all, and the same targets. Where there are
several such comparisons, all must hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations

from analysis.hypotheses.claims import MixtureBeatsOrders
from analysis.hypotheses.finding import Bounds, Difference, Finding, Unanswered, paired
from analysis.order.sources import Scores
from search_spaces.plan import Plan


def mixture_claim(form: MixtureBeatsOrders, by: float, known: Sequence[Scores]) -> Finding | Unanswered:
    """The first of the sources that holds a mixture beside its orders, with two seeds."""
    reasons = []
    for scores in known:
        found = _on_scores(form, by, scores)
        if isinstance(found, Finding):
            return found
        reasons.append(found.reason)
    return Unanswered(" and ".join(dict.fromkeys(reasons)))


def _on_scores(form: MixtureBeatsOrders, by: float, known: Scores) -> Finding | Unanswered:
    if known.reason:
        return Unanswered(known.reason)
    mixtures = [plan for plan in known.by_plan if [stage.tasks for stage in plan.trunk] == [form.tasks]]
    orders = {mixture: [plan for plan in known.by_plan if _is_order(plan, mixture)] for mixture in mixtures}
    orders = {mixture: found for mixture, found in orders.items() if found}
    if not orders:
        return Unanswered(
            f"the {known.source} holds no mixture of {', '.join(form.tasks)} beside an order of them with the same "
            "learning rate, steps in all and targets"
        )
    plans = [plan for mixture, found in orders.items() for plan in (mixture, *found)]
    if any(not known.by_plan[plan] for plan in plans):
        return Unanswered(f"a plan of the {known.source} has no complete score, so that the others were chosen by that")
    seeds = sorted(set.intersection(*(set(known.by_plan[plan]) for plan in plans)))
    if len(seeds) < 2:
        return Unanswered(f"the {known.source}'s mixture and orders share {len(seeds)} scored seeds; two are needed")
    pairs = [
        paired([known.by_plan[mixture][seed] - known.by_plan[order][seed] for seed in seeds])
        for mixture, found in orders.items()
        for order in found
    ]
    differences = [one for one in pairs if one is not None]
    if len(differences) < len(pairs):
        return Unanswered("seeds of the mixture and of an order do not differ at all, so that nothing shows luck")
    missing = sum(math.factorial(len(form.tasks)) - len(found) for found in orders.values())
    return against_all(
        differences,
        by,
        whole=missing == 0,
        known=known,
        seeds=tuple(seeds),
    )


def against_all(
    differences: Sequence[Difference], by: float, *, whole: bool, known: Scores, seeds: tuple[int, ...]
) -> Finding:
    """The mixture less each order; `whole`: are these all of its orders?"""
    count = len(differences)

    def bounds(error: float) -> Bounds:
        low = min(one.bounds(error)[0] for one in differences)
        return low, min(one.bounds(error / count)[1] for one in differences)

    note = "not all of its orders were tried, so that it cannot be confirmed"
    return Finding(
        estimate=min(one.mean for one in differences),
        bounds=bounds,
        confirming=max(one.above(0.0) for one in differences) if whole else 1.0,
        rejecting=min(1.0, count * min(one.below(by) for one in differences)),
        source=known.source,
        seeds=seeds,
        data=f"the mixture less each of {count} orders",
        notes=() if whole else (note,),
    )


def _is_order(plan: Plan, mixture: Plan) -> bool:
    """Is it an order of the mixture's tasks, with as much training?"""
    names = {(task,) for task in mixture.trunk[0].tasks}
    found = [stage.tasks for stage in plan.trunk]
    return (
        plan.targets == mixture.targets
        and tuple(found) in set(permutations(names))
        and {stage.learning_rate for stage in plan.trunk} == {mixture.trunk[0].learning_rate}
        and sum(stage.steps for stage in plan.trunk) == mixture.trunk[0].steps
    )
