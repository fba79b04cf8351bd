"""Is it a law? The forms compared, what other seeds would have given, and how well the largest size is foretold.

Intervals are of seeds: every replicate gives each cell its own mean logarithm, plus the deviations of whole seeds
(`analysis.scaling.luck`), widened for how few there are, in a cell and in all. Where a size has one seed alone there is
no interval, and none is made up from the others. They do not cover a wrong form, nor which models happened to be
measured. Below four sizes nothing is fitted.

A law must leave the flat form more than 10 behind by AICc: Burnham and Anderson (2002) see no support left for it then.
And it must foretell the largest size from the others better than a forecast that nothing changes any more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from analysis.arrays import Floats
from analysis.load import Json
from analysis.scaling.fit import Fit, LackOfFit, fit, lack_of_fit
from analysis.scaling.forms import Form, Table, floors_of, inseparable, sizes_of, table_of
from analysis.scaling.luck import alone, cell_means, design_effect, drawn_luck, freedom
from analysis.scaling.points import Point
from evaluators.errors import CairnError

FEWEST_SIZES = 4
CONFIDENCE = 0.95
RESAMPLES = 400
_REJECTED = 0.01
_NO_SUPPORT = 10.0


class NoLaw(CairnError):
    """Too few sizes to speak of a law."""


def scaling(points: Sequence[Point], *, resamples: int = RESAMPLES, seed: int = 0) -> Json:
    """Everything about the points, as plain values.

    Groups with fewer than four sizes are left out and named.

    Raises:
        NoLaw: no group has four different values of everything that was varied, or size and data grow together.
        CairnError: the points cannot be arranged.
    """
    whole = table_of(points)
    counts = {group: min(len(sizes_of(whole, axis, group)) for axis in whole.axes) for group in whole.groups}
    refused = {group: count for group, count in counts.items() if count < FEWEST_SIZES}
    kept = [point for point in points if point.group not in refused]
    if not kept:
        most = max(counts.values())
        raise NoLaw(
            f"no group has more than {most} different {' and '.join(whole.axes)}; {FEWEST_SIZES} are the fewest from "
            "which anything is called a law: measure more, or read the points as they are"
        )
    table = table_of(kept)
    if together := inseparable(table):
        raise NoLaw(
            f"{' and '.join(table.axes)} grow together{''.join(f' in {group}' for group in together[:1] if group)}, so "
            "nothing tells which of them the error falls with: measure one of them at several values of the other, or "
            "leave the column of data out and read the exponent as that of both"
        )
    fits = [fit(Form(table, floor)) for floor in floors_of(table)]
    chosen = min(fits, key=lambda one: (one.aicc, one.form.free))
    if math.isinf(chosen.aicc):
        raise NoLaw(
            f"{len(kept)} points are too few for the {chosen.form.free} parameters of even the smallest form; "
            "measure more seeds or sizes, or fewer groups"
        )
    drawn = redrawn(chosen, resamples, np.random.default_rng(seed))
    lack = lack_of_fit(chosen)
    held_out = _held_out(table, resamples, seed)
    parameters = parameters_of(chosen, drawn)
    reasons = [*_doubts(fits, chosen, parameters, lack), *_misses(held_out, table.axes[0])]
    return {
        "axes": list(table.axes),
        "sizes": {axis: list(sizes_of(table, axis)) for axis in table.axes},
        "points": len(kept),
        "independent_points": len(kept) / design_effect(table),
        "refused": refused,
        "forms": [_described(one, chosen) for one in fits],
        "floor": chosen.form.floor,
        "parameters": parameters,
        "confidence": CONFIDENCE,
        "resamples": len(drawn),
        "lack_of_fit": None if lack is None else {"p": lack.p, "freedom": list(lack.freedom)},
        "held_out": held_out,
        "law": not reasons,
        "doubts": reasons,
    }


def _described(one: Fit, chosen: Fit) -> Json:
    return {
        "floor": one.form.floor,
        "parameters": one.form.free + 1,
        "aicc": one.aicc if math.isfinite(one.aicc) else None,
        "behind": one.aicc - chosen.aicc if math.isfinite(one.aicc) else None,
        "scale": one.scale,
        "starts": one.starts,
        "agreeing": one.agreeing,
        "converged": one.converged,
        "at_bound": list(one.at_bound),
    }


def redrawn(chosen: Fit, resamples: int, rng: np.random.Generator) -> list[Floats]:
    """Values fitted to what other seeds would have given; none where a size or amount has one seed."""
    table = chosen.form.table
    if alone(table):
        return []
    means_N, known = cell_means(table), max(1, freedom(table))
    tails = stats.t.ppf((1 + CONFIDENCE) / 2, known) / stats.norm.ppf((1 + CONFIDENCE) / 2)
    values = []
    for luck_N in drawn_luck(table, resamples, rng):
        form = Form(table.with_targets(means_N + tails * luck_N), chosen.form.floor)
        low, high = np.array(form.bounds).T
        values.append(fit(form, [np.clip(chosen.values, low, high)]).values)
    return values


def parameters_of(chosen: Fit, drawn: Sequence[Floats]) -> list[Json]:
    """Every parameter of the chosen form with its interval, from redrawn values."""
    values = chosen.form.named(chosen.values)
    redrawn = [chosen.form.named(one) for one in drawn]
    return [
        {"group": group, "name": name, "value": value, **_interval([one[group][name] for one in redrawn])}
        for group, found in values.items()
        for name, value in found.items()
        if name != "E" or chosen.form.floors
    ]


def _interval(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {"low": None, "high": None}
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return {"low": float(low), "high": float(high)}


def _held_out(table: Table, resamples: int, seed: int) -> list[Json]:
    """The largest size of the first axis, foretold from the others by the form that fits those best."""
    column_N = table.logs[:, 0]
    largest_N = np.isclose(column_N, column_N.max())
    rest = table.only(~largest_N)
    if inseparable(rest):
        return []
    fits = [fit(Form(rest, floor)) for floor in floors_of(rest)]
    best = min(fits, key=lambda one: (one.aicc, one.form.free))
    if math.isinf(best.aicc):
        return []
    test = table.only(largest_N)
    drawn = redrawn(best, resamples, np.random.default_rng(seed))
    foretold_N = np.exp(Form(test, best.form.floor).predict(best.values)[0])
    redrawn_RN = np.array([np.exp(Form(test, best.form.floor).predict(one)[0]) for one in drawn])
    seen_N = np.exp(cell_means(test))
    places = [int(np.flatnonzero(test.cell == cell)[0]) for cell in range(int(test.cell.max()) + 1)]
    return [
        {
            "group": test.groups[int(test.group[place])],
            **{axis: float(test.amounts[place, column]) for column, axis in enumerate(test.axes)},
            "floor": best.form.floor,
            "foretold": float(foretold_N[place]),
            **_interval([float(row[place]) for row in redrawn_RN]),
            "measured": float(seen_N[place]),
            "off_percent": 100 * (float(foretold_N[place]) / float(seen_N[place]) - 1),
            "if_nothing_changed_percent": 100 * (_last(rest, test, place) / float(seen_N[place]) - 1),
        }
        for place in places
    ]


def _last(rest: Table, test: Table, place: int) -> float:
    """The mean error at the largest size that was kept: what a forecast without a law would say."""
    same_N = (rest.group == test.group[place]) & np.isclose(rest.logs[:, 1:], test.logs[place, 1:]).all(axis=1)
    if not same_N.any():
        same_N = rest.group == test.group[place]
    nearest = rest.logs[same_N, 0].max()
    return float(np.exp(rest.targets[same_N & np.isclose(rest.logs[:, 0], nearest)].mean()))


def _doubts(
    fits: Sequence[Fit], chosen: Fit, parameters: Sequence[Mapping[str, Any]], lack: LackOfFit | None
) -> list[str]:
    """Why it is not to be called a law."""
    flat = next(one for one in fits if one.form.floor == "flat")
    if chosen is flat:
        return ["errors that do not depend on size or data fit best"]
    doubts = []
    if (behind := flat.aicc - chosen.aicc) < _NO_SUPPORT:
        doubts.append(f"errors that do not depend on size or data are only {behind:.1f} behind by AICc")
    if not chosen.converged:
        doubts.append("the fit did not converge")
    if stuck := [name for name in chosen.at_bound if not name.startswith("E")]:
        doubts.append(f"{', '.join(stuck)} ended at the end of its range")
    if few := alone(chosen.form.table):
        others = f" and {len(few) - 1} more" if len(few) > 1 else ""
        doubts.append(f"nothing tells how sure the exponents are: there is one seed at {few[0]}{others}")
    for one in parameters:
        if one["name"] in ("a", "b") and one["low"] is not None and one["low"] < 1e-3:
            named = f"{one['name']} ({one['group']})" if one["group"] else one["name"]
            doubts.append(f"the interval of {named} reaches 0: the error may not fall at all")
    if lack is not None and lack.p < _REJECTED:
        told = "< 0.001" if lack.p < 0.001 else f"= {lack.p:.2g}"
        doubts.append(f"the sizes lie off the curve by more than seeds scatter (p {told})")
    return doubts


def _misses(held_out: Sequence[Mapping[str, Any]], axis: str) -> list[str]:
    """The doubt of a forecast that is no better than that nothing changes, or of one that cannot be made."""
    if not held_out:
        return [f"the largest {axis} cannot be foretold from the others"]
    foretold, unchanged = (
        float(np.mean([abs(one[name]) for one in held_out])) for name in ("off_percent", "if_nothing_changed_percent")
    )
    if foretold < unchanged:
        return []
    return [
        f"the largest {axis} is foretold no better than by saying that nothing changes (off by {foretold:.1f} % "
        f"against {unchanged:.1f} %)"
    ]
