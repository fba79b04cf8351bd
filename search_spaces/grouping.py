"""How a sequence of tasks is cut into stages: consecutive tasks either stay apart or share a mixture.

The cuts of a sequence of n tasks are the compositions of n: one yes or no between each two neighbours, 2 to the power
n - 1 in all. Each is a decision of its own, `grouping.join.<i>` for the task at place i, with one fixed domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from search_spaces.chooser import Chooser, ask

Kind: TypeAlias = Literal["separate", "together", "any"]

ANSWERS: dict[Kind, tuple[str, ...]] = {"separate": ("apart",), "together": ("joined",), "any": ("apart", "joined")}


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Every task its own stage ("separate"), all in one mixture ("together"), or any cut between ("any")."""

    kind: Kind = "separate"

    def draw(self, choose: Chooser, sequence: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """The sequence, cut into groups of one task or more; nothing is reordered."""
        groups: list[tuple[str, ...]] = []
        for place, task in enumerate(sequence):
            if place and ask(choose, f"grouping.join.{place}", ANSWERS[self.kind]) == "joined":
                groups[-1] += (task,)
            else:
                groups.append((task,))
        return tuple(groups)
