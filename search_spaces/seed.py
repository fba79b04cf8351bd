"""The random seed of a trial: of fresh heads, dropout and the order of the data."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """Seeds a trial may use. Stages are shared among trials of one seed only, so one seed shares most."""

    values: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        check_grid("seeds", self.values, allowed=lambda seed: seed >= 0, rule="0 or more")

    def draw(self, choose: Chooser) -> int:
        """The seed of one trial."""
        return ask(choose, "seed", self.values)
