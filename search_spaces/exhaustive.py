"""Every plan of a small space, one after another, each with decisions that replay it.

Orders are listed by the order dimension itself, as ranks are continuous; all other questions are answered in every
combination by walking the space again and again, each time with the next script of answers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from search_spaces.chooser import D, Decisions
from search_spaces.plan import Plan
from search_spaces.space import Setting, Space


class Draw(NamedTuple):
    """A plan and its seed, with the decisions that lead there."""

    plan: Plan
    seed: int
    decisions: Decisions


def every_draw(space: Space, setting: Setting) -> Iterator[Draw]:
    """Every different (plan, seed) of the space, lazily, in the order in which `lengths` are written."""
    seen: set[tuple[Plan, int]] = set()
    for sequence in space.dimensions().order.every():
        decided = space.dimensions().order.decisions(sequence)
        script: list[int] | None = []
        while script is not None:
            choose = Scripted(decided=decided, script=script)
            plan, seed = space.plan(choose, setting), space.seed(choose)
            if (plan, seed) not in seen:
                seen.add((plan, seed))
                yield Draw(plan, seed, choose.decisions)
            script = _following(choose)


@dataclass
class Scripted:
    """Answers what is decided as decided, the n-th open question with option `script[n]`, later ones with the first."""

    decided: Decisions
    script: Sequence[int] = ()
    answered: list[int] = field(default_factory=list)
    options: list[int] = field(default_factory=list)
    decisions: Decisions = field(default_factory=dict)

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """The decided option, or the scripted one."""
        if name in self.decided:
            choice = options[options.index(self.decided[name])]
        else:
            place = len(self.answered)
            self.answered.append(self.script[place] if place < len(self.script) else 0)
            self.options.append(len(options))
            choice = options[self.answered[-1]]
        self.decisions[sys.intern(name)] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        """The decided number."""
        value = float(self.decided[name])
        self.decisions[sys.intern(name)] = value
        return value


def _following(walk: Scripted) -> list[int] | None:
    """The next script, as an odometer counts whose later digits depend on the earlier; None at the end."""
    script = list(walk.answered)
    for place in reversed(range(len(script))):
        if script[place] + 1 < walk.options[place]:
            return [*script[:place], script[place] + 1]
    return None
