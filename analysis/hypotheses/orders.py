"""Claims about order: how much higher do orders score that agree with a claim?

An order's agreement lies between 0 and 1: the share of its pairs of stages that stand as the claim says, or of its
neighbours that differ. The effect is the slope of the scores on it within sets of the same stages, times how far
agreement goes in a set: the points between the order that agrees most and the one that agrees least. Its standard error
knows of luck that plans share (`analysis.order.strata`).

Each claim looks at one thing. Where a design does not hold all orders, two things may go together, and either may be
what helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from analysis.hypotheses.claims import Before, First, Neighbours, OrderForm
from analysis.hypotheses.finding import Difference, Finding, Unanswered
from analysis.order.sources import Evidence
from analysis.order.strata import Strata
from analysis.order.table import Floats, OrderTable, sets_of
from search_spaces.plan import Plan, Stage


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """What a claim may ask of the training tasks."""

    sizes: Mapping[str, int]
    """Training examples, where they are known."""
    kinds: Mapping[str, str]
    """The form of each task's question."""


def order_claim(form: OrderForm, by: float, evidences: Sequence[Evidence], tasks: Tasks) -> Finding | Unanswered:
    """The first of the tables that holds orders which differ in what is claimed, with two seeds."""
    reasons: list[str] = []
    for evidence in evidences:
        if evidence.table is None:
            reasons += evidence.reasons
            continue
        found = on_table(form, by, evidence, Strata(evidence.table), tasks)
        if isinstance(found, Finding):
            return found
        reasons.append(found.reason)
    return Unanswered(" and ".join(dict.fromkeys(reasons)))


def on_table(form: OrderForm, by: float, evidence: Evidence, strata: Strata, tasks: Tasks) -> Finding | Unanswered:
    """The claim on one table."""
    table = evidence.table
    assert table is not None and evidence.source is not None
    whose = f"the {evidence.source}'s orders"
    if len(table.seeds) < 2:
        return Unanswered(f"{whose} have one seed each, which cannot tell an effect from luck")
    agreements = [agreement(form, plan, tasks) for plan in table.plans]
    if isinstance(form, First) and all(one is None for one in agreements):
        return Unanswered(f"the sizes of the tasks in {whose} are alike, or not on record")
    contrast = contrast_of(table, agreements)
    if contrast is None:
        return Unanswered(f"none of {whose} differ from another of the same stages in what is claimed")
    return along(contrast, by, evidence, strata)


def along(contrast: Floats, by: float, evidence: Evidence, strata: Strata) -> Finding | Unanswered:
    """The effect of which these are the plans' weights (P,)."""
    table = evidence.table
    assert table is not None and evidence.source is not None
    errors, freedom = strata.uncertainty(contrast[:, None])
    if errors[0] <= 0:
        return Unanswered(
            f"seeds of the {evidence.source}'s orders do not differ at all, so that nothing shows how large luck is"
        )
    effect = Difference(float(contrast @ table.scores.mean(axis=1)), float(errors[0]), float(freedom[0]))
    told = sum(len(members) for members in table.sets if contrast[members].any())
    return Finding(
        estimate=effect.mean,
        bounds=effect.bounds,
        confirming=effect.above(0.0),
        rejecting=effect.below(by),
        source=evidence.source,
        seeds=table.seeds,
        data=f"{told} orders",
        notes=(evidence.left_out,) if evidence.left_out else (),
    )


def contrast_of(table: OrderTable, agreements: Sequence[float | None]) -> Floats | None:
    """Weights of the plans' mean scores in the effect; None where no set has orders that agree more and less.

    Shape (P,).
    """
    weights = np.zeros(len(table.plans))
    spans = []
    for members in sets_of(table.plans).values():
        found = [agreements[place] for place in members]
        known = np.array([value for value in found if value is not None])
        if len(known) == len(found) and np.ptp(known) > 1e-9:
            weights[members] = known - known.mean()
            spans.append(float(np.ptp(known)))
    return weights / (weights**2).sum() * float(np.mean(spans)) if spans else None


def agreement(form: OrderForm, plan: Plan, tasks: Tasks) -> float | None:
    """How far an order is as claimed, 0 to 1; None if the claim is not about such plans."""
    if isinstance(form, Before):
        return _share([_stands(form, one, other) for one, other in combinations(plan.trunk, 2)])
    if isinstance(form, First):
        return _share([_falls(form, one, other, tasks) for one, other in combinations(plan.trunk, 2)])
    return _share([_differ(form, one, other, tasks) for one, other in pairwise(plan.trunk)])


def _share(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _stands(form: Before, one: Stage, other: Stage) -> float | None:
    """1: as claimed, 0: the other way round; None: not a pair of the two groups, or one that holds both twice."""
    earlier, later = set(form.earlier), set(form.later)
    claimed = bool(earlier & set(one.tasks) and later & set(other.tasks))
    reverse = bool(later & set(one.tasks) and earlier & set(other.tasks))
    return None if claimed == reverse else float(claimed)


def _falls(form: First, one: Stage, other: Stage, tasks: Tasks) -> float | None:
    sizes = [
        sum(tasks.sizes[task] for task in stage.tasks) if set(stage.tasks) <= set(tasks.sizes) else None
        for stage in (one, other)
    ]
    if sizes[0] is None or sizes[1] is None or sizes[0] == sizes[1]:
        return None
    return float((sizes[0] > sizes[1]) == (form.size == "large"))


def _differ(form: Neighbours, one: Stage, other: Stage, tasks: Tasks) -> float:
    """The share of kinds that only one of the two has, or its complement."""
    ours, theirs = ({_kind(form, task, tasks) for task in stage.tasks} for stage in (one, other))
    apart = 1 - len(ours & theirs) / len(ours | theirs)
    return apart if form.likeness == "dissimilar" else 1 - apart


def _kind(form: Neighbours, task: str, tasks: Tasks) -> str:
    if form.groups is None:
        return tasks.kinds.get(task, task)
    return next((name for name, members in form.groups.items() if task in members), f"{task} alone")
