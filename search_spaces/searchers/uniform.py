"""Random search: every plan of the candidates equally likely, none twice. The baseline of all baselines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan
from search_spaces.searchers.protocol import History, best_observed


class RandomSearch:
    """Draws from a list."""

    def __init__(self, draws: Sequence[Draw], *, seed: int) -> None:
        self._draws, self._seed = draws, seed

    def propose(self, history: History) -> Draw | None:
        """Any plan that was not proposed yet."""
        return any_of(self._draws, history, seed=self._seed)

    def best(self, history: History) -> Plan | None:
        """The plan with the highest score."""
        return best_observed(history)


def any_of(draws: Sequence[Draw], history: History, *, seed: int) -> Draw | None:
    """One of the draws that were not proposed before, by the number of the proposal alone."""
    for place in np.random.default_rng([seed, len(history.proposed)]).permutation(len(draws)):
        draw = draws[int(place)]
        if Run(draw.plan, draw.seed) not in history.proposed:
            return draw
    return None
