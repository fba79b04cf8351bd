"""A suite is a value: the targets to transfer to, the tasks a stage may train on, and how scores are grouped.

The offline suite has the same type as XTREME: whatever works for one works for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluators.errors import UnknownName
from evaluators.protocol import Protocol
from evaluators.task import Task


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Targets, training tasks and groups under one name."""

    name: str
    title: str
    targets: Mapping[str, Task]
    """What transfer is measured on, by name, in the order in which scores are averaged."""
    training: Mapping[str, Task]
    """Every task a stage may train on, by name: intermediates and those that targets name as `trained_as`."""
    pivots: tuple[str, ...]
    """Languages whose dev scores the selector "pivot-dev" may see; they are left out of the headline."""
    groups: Mapping[str, tuple[str, ...]]
    """Group name -> names of targets."""
    protocol: Protocol = field(default_factory=dict)
    """How each target is fine-tuned for, where the suite itself decides and not a search."""
    source_language: str = "en"
    mirror: Callable[[Path], Path] | None = None
    """For a suite that makes its own data: cache folder -> folder with the hub's layout."""

    def __post_init__(self) -> None:
        for task in self.targets.values():
            assert task.trained_as is None or task.trained_as in self.training, f"{task.name} has no training task"
        assert set(self.protocol) <= set(self.targets), "the protocol names a task that is no target"
        for target, courses in self.protocol.items():
            assert {course.task for course in courses} <= set(self.training), f"{target} is trained on an unknown task"
        for group, members in self.groups.items():
            assert set(members) <= set(self.targets), f"group {group} names a task that is no target"

    def target(self, name: str) -> Task:
        """The target of this name."""
        if name not in self.targets:
            raise UnknownName(f"target task of {self.name}", name, self.targets, "`cairn tasks` lists them all")
        return self.targets[name]

    def training_task(self, name: str) -> Task:
        """The task of this name that a stage may train on."""
        if name not in self.training:
            raise UnknownName(f"training task of {self.name}", name, self.training, "`cairn tasks` lists them all")
        return self.training[name]

    def trained_on(self, trained: Mapping[str, str], *, name: str, title: str) -> Suite:
        """Some of the targets, each trained on another task than its own: target -> training task of the same form."""
        return replace(
            self,
            name=name,
            title=title,
            targets={target: replace(self.target(target), trained_as=task) for target, task in trained.items()},
            groups={
                group: kept
                for group, members in self.groups.items()
                if (kept := tuple(member for member in members if member in trained))
            },
            protocol={
                target: [*self.protocol[target][:-1], replace(self.protocol[target][-1], task=task)]
                for target, task in trained.items()
            },
        )
