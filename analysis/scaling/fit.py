"""One form fitted to one table: robust maximum likelihood in logarithms, from several starts.

Errors of logarithms have Huber's density (normal in the middle, exponential beyond 1.345 scales), whose scale is fitted
too. That is the robust loss which the literature takes (Hoffmann et al. 2022), as a likelihood, so that forms can be
compared by AICc (Hurvich and Tsai, 1989). Points that share luck weigh as many as they are worth
(`analysis.scaling.luck`). Where sizes, not seeds, are what the curve misses, AICc is too sure; `lack_of_fit` tells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from analysis.arrays import Floats
from analysis.scaling.forms import Form
from analysis.scaling.luck import NOTHING, cell_means, design_effect, means_of, normal_luck

HUBER = 1.345
SHARES = (0.02, 0.3, 0.6, 0.85, 0.97)
"""Of the smallest error: floors that the search for the best fit starts from."""
_LEAST_SCALE = 1e-5
_SAME = 1e-3
"""Log-likelihoods this close are of one optimum."""
_MASS = math.sqrt(2 * math.pi) * (2 * float(stats.norm.cdf(HUBER)) - 1) + 2 / HUBER * math.exp(-(HUBER**2) / 2)


@dataclass(frozen=True, eq=False)
class Fit:
    """The best of several starts."""

    form: Form
    values: Floats
    """(P)"""
    scale: float
    """Of the logarithms: 0.02 is about 2 % of an error."""
    negative_log_likelihood: float
    starts: int
    agreeing: int
    """Starts that ended at this optimum."""
    converged: bool
    at_bound: tuple[str, ...]
    """Parameters that ended at the end of their range."""

    @property
    def aicc(self) -> float:
        """Akaike's criterion for small samples; infinite where there are too few points for the form.

        The logarithm of the likelihood is divided by the design effect (QAICc, Burnham and Anderson, 2002).
        """
        count, parameters = len(self.form.table.errors), self.form.free + 1
        room = count - parameters - 1
        if room <= 0:
            return math.inf
        likely = 2 * self.negative_log_likelihood / design_effect(self.form.table)
        return likely + 2 * parameters * (1 + (parameters + 1) / room)


class LackOfFit(NamedTuple):
    """Do the means of the sizes lie off the curve by more than their seeds scatter?"""

    p: float
    freedom: tuple[int, int]


def fit(form: Form, starts: list[Floats] | None = None) -> Fit:
    """The most likely values."""
    begin = starts if starts is not None else [form.start(share) for share in (SHARES if form.floors else SHARES[:1])]
    found = [_from(form, one) for one in begin]
    best = min(found, key=lambda one: float(one.fun))
    values = np.asarray(best.x[:-1], dtype=np.float64)
    return Fit(
        form=form,
        values=values,
        scale=math.exp(best.x[-1]),
        negative_log_likelihood=float(best.fun) + len(form.table.errors) * math.log(_MASS),
        starts=len(found),
        agreeing=sum(float(one.fun) < float(best.fun) + _SAME for one in found),
        converged=bool(best.success),
        at_bound=_at_bound(form, values),
    )


def lack_of_fit(found: Fit, draws: int = 2000) -> LackOfFit | None:
    """The F ratio, judged by what whole seeds drawn anew about the curve give.

    The curve follows what is drawn as far as its tangents do. None without repeated seeds that
    differ, or without more cells than parameters.
    """
    table = found.form.table
    cells = int(table.cell.max()) + 1
    freedom = (cells - found.form.free, len(table.errors) - cells)
    if min(freedom) < 1:
        return None
    means_N = cell_means(table)
    curve_N, tangents_NP = found.form.predict(found.values)
    pure = float(((table.targets - means_N) ** 2).sum())
    if pure < NOTHING:
        return None
    off = float(((means_N - curve_N) ** 2).sum())
    luck_RN = normal_luck(table, draws, np.random.default_rng(0))
    drawn_RN = means_of(table, luck_RN)
    basis_NP = tangents_NP[:, : found.form.free]
    off_RN = drawn_RN - drawn_RN @ basis_NP @ np.linalg.pinv(basis_NP)
    as_far_R = (off_RN**2).sum(axis=1) * pure >= off * ((luck_RN - drawn_RN) ** 2).sum(axis=1)
    return LackOfFit(float(1 + as_far_R.sum()) / (1 + draws), freedom)


def _from(form: Form, start_P: Floats) -> optimize.OptimizeResult:
    targets_N = form.table.targets
    count = len(targets_N)

    def loss(values: Floats) -> tuple[float, Floats]:
        logs_N, derivatives_NP = form.predict(values[:-1])
        scale = math.exp(values[-1])
        z_N = (logs_N - targets_N) / scale
        psi_N = np.clip(z_N, -HUBER, HUBER)
        rho = float((psi_N * (z_N - psi_N / 2)).sum())
        gradient = np.append(psi_N @ derivatives_NP / scale, count - float(psi_N @ z_N))
        return count * float(values[-1]) + rho, gradient

    spread = float(np.std(form.predict(start_P)[0] - targets_N))
    start = np.append(start_P, math.log(max(spread, 10 * _LEAST_SCALE)))
    bounds = [*form.bounds, (math.log(_LEAST_SCALE), 2.0)]
    return optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "ftol": 1e-11, "gtol": 1e-7}
    )


def _at_bound(form: Form, values_P: Floats) -> tuple[str, ...]:
    return tuple(
        name
        for name, value, (low, high) in zip(form.names, values_P, form.bounds, strict=True)
        if low < high and min(value - low, high - value) < 1e-6
    )
