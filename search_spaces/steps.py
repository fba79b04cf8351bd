"""How long a stage is, in optimiser steps at full scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A number of steps for each task of a stage.

    A mixture is as long as its tasks would be one after another, so that mixed and sequential plans over the same
    tasks cost the same.
    """

    values: tuple[int, ...]
    task_steps: dict[str, int] = field(default_factory=dict)
    """Tasks that have a length of their own."""

    def __post_init__(self) -> None:
        check_grid("steps", self.values, allowed=lambda steps: steps >= 1, rule="1 step or more")
        for task, steps in self.task_steps.items():
            if steps < 1:
                raise ValueError(f"task_steps gives {task} {steps} steps; give 1 or more")

    def draw(self, choose: Chooser, name: str, tasks: Sequence[str]) -> int:
        """Steps of one stage on these tasks; asks only if a task's length is open."""
        open_tasks = [task for task in tasks if task not in self.task_steps]
        fixed = sum(self.task_steps.get(task, 0) for task in tasks)
        return fixed + (len(open_tasks) * ask(choose, f"{name}.steps", self.values) if open_tasks else 0)
