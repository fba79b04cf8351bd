"""What a searcher is: a function from what is known to what to try next.

A searcher keeps no state that the history does not hold: its random draws are seeded by the number of proposals made,
so that a study which is continued from its record proposes what it would have proposed without the break. (Searchers
keep caches, which change how long an answer takes and not what it is.)

Every prefix is a candidate itself: whoever trains A, B, C may observe A and A, B too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage

Place: TypeAlias = tuple[tuple[Stage, ...], int]
"""(trunk, seed): a place in the trie."""


class Observation(NamedTuple):
    """A score of a trained plan, in the unit of the study's selector; higher is better."""

    run: Run
    value: float
    rung: int = 0
    """Place on the ladder."""


@dataclass
class History:
    """What is known when a proposal is made. It only ever grows, by its own methods."""

    observations: list[Observation] = field(default_factory=list)
    """In the order of the record."""
    proposed: dict[Run, None] = field(default_factory=dict)
    """In the order of the proposals."""
    pending: dict[Run, None] = field(default_factory=dict)
    """Proposed, and neither scored to the end nor stopped yet: others are at work on them."""
    trained: set[Place] = field(default_factory=set)
    """What a new plan need not train again."""
    observed: set[Run] = field(default_factory=set)
    spent: float = 0.0
    """Of the budget, in the unit of the budget."""

    def propose(self, run: Run) -> None:
        """Note that work on a plan begins."""
        self.proposed[run] = None
        self.pending[run] = None

    def end(self, run: Run) -> None:
        """Note that work on a plan is over."""
        self.pending.pop(run, None)

    def train(self, run: Run) -> None:
        """Note that a plan's trunk is trained, and with it all of its prefixes."""
        self.trained.update(places(run))

    def observe(self, run: Run, value: float, rung: int = 0) -> None:
        """Note a score."""
        self.observations.append(Observation(run, value, rung))
        self.observed.add(run)


class Searcher(Protocol):
    """Proposes plans, and says which one it would pick."""

    def propose(self, history: History) -> Draw | None:
        """The next plan to try, never one that was proposed before with that seed; None where nothing is left."""
        ...

    def best(self, history: History) -> Plan | None:
        """The plan it would pick now, among those observed; None before the first observation."""
        ...


def places(run: Run) -> list[Place]:
    """Where the run passes in the trie: after each stage of its trunk."""
    return [(run.plan.trunk[:depth], run.seed) for depth in range(1, len(run.plan.trunk) + 1)]


def prefixes(run: Run) -> list[Run]:
    """The run cut off after each of its trunk's stages, the shortest first and the run itself last."""
    cut = [Run(Plan(trunk=trunk, targets=run.plan.targets), seed) for trunk, seed in places(run)[:-1]]
    return [*cut, run]


def missing_stages(run: Run, history: History) -> list[Stage]:
    """Stages of the trunk that are not trained yet."""
    return [trunk[-1] for trunk, seed in places(run) if (trunk, seed) not in history.trained]


def best_observed(history: History) -> Plan | None:
    """The plan with the highest score at the last rung that anything was scored at; of equals the first."""
    if not history.observations:
        return None
    last = max(seen.rung for seen in history.observations)
    return max((seen for seen in history.observations if seen.rung == last), key=lambda seen: seen.value).run.plan
