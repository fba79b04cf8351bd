"""Rungs: the growing scales at which a search compares plans.

At each rung a trial has trained its whole plan at that scale, so that sequences of different length are compared at
equal fidelity. A ladder over the target only keeps the trunk whole at every rung, and so stops trials in the target
stage only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from search_spaces.grid import check_grid
from search_spaces.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One scale for the trunk and one for the target stages; 1 is the plan as written."""

    trunk_scale: float
    target_scale: float

    def of(self, plan: Plan) -> Plan:
        """The plan as this rung trains it."""
        return Plan(
            trunk=tuple(stage.scaled(self.trunk_scale) for stage in plan.trunk),
            targets=tuple(stage.scaled(self.target_scale) for stage in plan.targets),
        )


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Rising scales that end at the whole plan; the default is geometric, as successive halving wants it."""

    scales: tuple[float, ...] = (1 / 9, 1 / 3, 1.0)
    over: Literal["plan", "target"] = "plan"
    """What is scaled: the whole plan, or the target stages on a whole trunk."""

    def __post_init__(self) -> None:
        check_grid("scales", self.scales, allowed=lambda scale: 0 < scale <= 1, rule="above 0 and at most 1")
        if list(self.scales) != sorted(self.scales):
            raise ValueError(f"scales is {list(self.scales)}; write them rising")
        if self.scales[-1] != 1:
            raise ValueError(f"scales is {list(self.scales)}, which never reaches the end; make the last one 1.0")

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The rungs, from the cheapest to the whole plan."""
        whole_trunk = self.over == "target"
        return tuple(Rung(trunk_scale=1.0 if whole_trunk else scale, target_scale=scale) for scale in self.scales)
