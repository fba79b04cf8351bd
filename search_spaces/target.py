"""The target stages: what is trained after the trunk, on the suite's own training tasks.

During a search the targets are one joint stage (a mixture in which every target task has the same share, a head each:
cheap), or separate branches from the same trunk (the suite's own protocol). Finals are always separate: `branches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid
from search_spaces.plan import Stage, mixture, shared


@dataclass(frozen=True, kw_only=True)
class Target:
    """How the target stages are trained."""

    learning_rates: tuple[float, ...]
    steps: int
    """Steps of the joint stage, or of each branch."""
    together: bool = True
    task_steps: dict[str, int] = field(default_factory=dict)
    """Training tasks whose branch has a length of its own."""

    def __post_init__(self) -> None:
        check_grid(
            "target.learning_rates", self.learning_rates, allowed=lambda rate: 0 < rate < 1, rule="between 0 and 1"
        )
        for what, steps in {"steps": self.steps, **self.task_steps}.items():
            if steps < 1:
                raise ValueError(f"target {what} is {steps}; give 1 step or more")
        if self.together and self.task_steps:
            raise ValueError("task_steps has no effect on one joint target stage; remove it, or set together: false")

    def draw(self, choose: Chooser, tasks: Sequence[str]) -> tuple[Stage, ...]:
        """The target stages over these training tasks, at one learning rate."""
        return self.stages(tasks, ask(choose, "target.learning_rate", self.learning_rates))

    def stages(self, tasks: Sequence[str], learning_rate: float, extra_steps: int = 0) -> tuple[Stage, ...]:
        """The target stages at this learning rate, each longer by `extra_steps`; none if no target is trained."""
        if not tasks:
            return ()
        if not self.together:
            steps = {task: self.task_steps.get(task, self.steps) + extra_steps for task in tasks}
            return tuple(stage for task in tasks for stage in branches([task], learning_rate, steps[task]))
        shares = mixture({task: 1.0 for task in tasks})
        return (shared(Stage(mixture=shares, learning_rate=learning_rate, steps=self.steps + extra_steps)),)


def branches(tasks: Sequence[str], learning_rate: float, steps: int) -> tuple[Stage, ...]:
    """One target stage for each training task, each to start from the trunk's end."""
    alone = (Stage(mixture=mixture({task: 1.0}), learning_rate=learning_rate, steps=steps) for task in tasks)
    return tuple(map(shared, alone))
