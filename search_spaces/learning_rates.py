"""The peak learning rate of a stage."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid


@dataclass(frozen=True, kw_only=True)
class LearningRates:
    """Peak learning rates a stage may use. A grid: equal draws make equal stages, and those are trained once."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        check_grid("learning_rates", self.values, allowed=lambda rate: 0 < rate < 1, rule="between 0 and 1")

    def draw(self, choose: Chooser, name: str) -> float:
        """The rate of one stage. `name` is the stage's place, such as `stage.0`, not its task: domains stay fixed."""
        return ask(choose, f"{name}.learning_rate", self.values)
