"""A search space: its dimensions side by side, and the plan that one walk through them gives.

The fields are what a spec writes, in its words; the dimensions, one file each, hold the rules. Everything is a grid,
and a grid of one value fixes its dimension. What is not the space's to say, the size of each training set and the
suite's target tasks, arrives when a plan is drawn (`Setting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from search_spaces.chooser import Chooser
from search_spaces.grouping import Grouping
from search_spaces.grouping import Kind as GroupingKind
from search_spaces.learning_rates import LearningRates
from search_spaces.mlm import MlmShares
from search_spaces.order import Order, Ordering
from search_spaces.plan import Plan, Stage, shared
from search_spaces.seed import Seeds
from search_spaces.steps import Steps
from search_spaces.target import Target
from search_spaces.weights import Weights


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a plan needs to know about the suite."""

    targets: tuple[str, ...]
    """Training tasks of the suite's targets, each once, in the suite's order."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Training task -> number of training examples; only mixtures that are weighted by size look."""


class Dimensions(NamedTuple):
    """The parts of a space."""

    order: Order
    grouping: Grouping
    learning_rates: LearningRates
    steps: Steps
    mlm_shares: MlmShares
    seeds: Seeds


@dataclass(frozen=True, kw_only=True)
class Space:
    """What may be tried."""

    tasks: tuple[str, ...]
    """Intermediate training tasks to choose from."""
    lengths: tuple[int, ...]
    """How many of them a plan uses; 0 is direct fine-tuning."""
    learning_rates: tuple[float, ...]
    steps: tuple[int, ...]
    """Optimiser steps for each task of a stage."""
    target: Target
    order: Ordering = "any"
    grouping: GroupingKind = "separate"
    weights: Weights = field(default_factory=Weights)
    mlm_shares: tuple[float, ...] = (0.0,)
    task_steps: dict[str, int] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if not self.tasks and self.lengths != (0,):
            raise ValueError("tasks is empty; name at least one intermediate task, or set lengths: [0]")
        self.dimensions()  # each checks its own grid
        self._check_names("weights.explicit", self.weights.explicit or {})
        self._check_names("task_steps", self.task_steps)

    def plan(self, choose: Chooser, setting: Setting) -> Plan:
        """One plan. Equal decisions give equal plans."""
        dimensions = self.dimensions()
        rule = self.weights.draw(choose, setting.sizes)
        trunk = []
        for place, group in enumerate(dimensions.grouping.draw(choose, dimensions.order.draw(choose))):
            name = f"stage.{place}"
            stage = Stage(
                mixture=dimensions.mlm_shares.draw(choose, name, rule.mix(group)),
                learning_rate=dimensions.learning_rates.draw(choose, name),
                steps=dimensions.steps.draw(choose, name, group),
            )
            trunk.append(shared(stage))
        return Plan(trunk=tuple(trunk), targets=self.target.draw(choose, setting.targets))

    def seed(self, choose: Chooser) -> int:
        """The seed of one trial: a question of its own, as it is no part of the plan."""
        return self.dimensions().seeds.draw(choose)

    def unsized(self, setting: Setting) -> list[str]:
        """Tasks of unknown size, if sizes weigh a mixture: that of all tasks, which is a control, or one of a plan."""
        if self.weights.explicit is not None or len(self.tasks) < 2 or not any(self.lengths):
            return []
        return [task for task in self.tasks if not setting.sizes.get(task)]

    def dimensions(self) -> Dimensions:
        """The dimensions that are spread over plain fields here, each as the value that can draw."""
        return Dimensions(
            order=Order(tasks=self.tasks, lengths=self.lengths, order=self.order),
            grouping=Grouping(kind=self.grouping),
            learning_rates=LearningRates(values=self.learning_rates),
            steps=Steps(values=self.steps, task_steps=self.task_steps),
            mlm_shares=MlmShares(values=self.mlm_shares),
            seeds=Seeds(values=self.seeds),
        )

    def _check_names(self, where: str, named: Mapping[str, object]) -> None:
        for name in named:
            if name not in self.tasks:
                near = get_close_matches(name, self.tasks, n=1) or list(self.tasks[:9])
                raise ValueError(f"{where} names {name!r}, which is not in tasks; did you mean {', '.join(near)}?")
