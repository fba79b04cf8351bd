"""The noncentral F distribution, also where the library's series takes minutes or gives out.

For large noncentrality Patnaik's approximation (1949) by a scaled central F takes over.
"""

from __future__ import annotations

import math

from scipy.special import fdtr, ncfdtr

_LARGE = 1e4


def noncentral_f(value: float, between: float, within: float, noncentrality: float) -> float:
    """Probability that F, with so many degrees of freedom, stays below `value`."""
    if noncentrality < _LARGE and math.isfinite(found := float(ncfdtr(between, within, noncentrality, value))):
        return found
    freedom = (between + noncentrality) ** 2 / (between + 2 * noncentrality)
    return float(fdtr(freedom, within, value / (1 + noncentrality / between)))
