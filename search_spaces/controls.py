"""Plans that every search runs first and never stops early: what a winner must beat to have shown anything.

Direct fine-tuning is the baseline. "target longer" gives the target the updates that the longest trunk would take, so
that more training is not mistaken for a better path; "<task> alone" and "all mixed" ask whether the sequence matters.
All use the first value of each grid of the space. A space without trunks leaves "target longer" to the plans that a
spec writes out: longer by the longest of their trunks.

Others are made of a winner, once it is known: its stages in reverse, its tasks as one mixture, its last stage only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search_spaces.chooser import First
from search_spaces.mlm import with_mlm
from search_spaces.plan import Plan, Stage, mixture
from search_spaces.space import Setting, Space

DIRECT = "direct"
TARGET_LONGER = "target longer"
ALL_MIXED = "all mixed"
OF_A_WINNER = (REVERSE, MIXTURE, LAST) = ("reverse", "mixture", "last task")


def controls(space: Space, setting: Setting) -> dict[str, Plan]:
    """The controls by name, without those that would repeat another.

    A space of one task has no mixture, one of direct plans no task alone, and targets that are not trained no longer
    target.
    """
    targets = space.target.stages(setting.targets, space.target.learning_rates[0])
    plans = {DIRECT: Plan(trunk=(), targets=targets)}
    trunk_steps = longest_trunk_steps(space)
    if not trunk_steps:
        return plans
    if targets:
        plans[TARGET_LONGER] = target_longer(space, setting, trunk_steps)
    for task in space.tasks:
        plans[f"{task} alone"] = Plan(trunk=(_stage(space, setting, (task,)),), targets=targets)
    if len(space.tasks) > 1:
        mixed = _stage(space, setting, space.tasks, steps=trunk_steps)
        plans[ALL_MIXED] = Plan(trunk=(mixed,), targets=targets)
    return plans


def target_longer(space: Space, setting: Setting, steps: int) -> Plan:
    """Direct fine-tuning, longer by so many steps."""
    return Plan(
        trunk=(), targets=space.target.stages(setting.targets, space.target.learning_rates[0], extra_steps=steps)
    )


def longest_trunk_steps(space: Space) -> int:
    """Optimiser steps of the longest trunk at the first value of each grid."""
    each = sorted((_steps(space, (task,)) for task in space.tasks), reverse=True)
    return sum(each[: max(space.lengths)])


def _stage(space: Space, setting: Setting, tasks: Sequence[str], steps: int | None = None) -> Stage:
    rule = space.weights.draw(First(), setting.sizes)
    return Stage(
        mixture=with_mlm(rule.mix(tasks), space.mlm_shares[0]),
        learning_rate=space.learning_rates[0],
        steps=steps or _steps(space, tasks),
    )


def _steps(space: Space, tasks: Sequence[str]) -> int:
    return space.dimensions().steps.draw(First(), "stage.0", tasks)


def made_of(plan: Plan) -> dict[str, Plan]:
    """Controls of a winner's own stages, by the words before "of winner 1". The mixture has the last stage's rate."""
    if not plan.trunk:
        return dict.fromkeys(OF_A_WINNER, plan)
    shares: dict[str, float] = {}
    for stage in plan.trunk:
        for task, share in stage.mixture:
            shares[task] = shares.get(task, 0.0) + share * stage.steps
    together = replace(plan.trunk[-1], mixture=mixture(shares), steps=sum(stage.steps for stage in plan.trunk))
    trunks = {REVERSE: plan.trunk[::-1], MIXTURE: (together,), LAST: plan.trunk[-1:]}
    return {name: replace(plan, trunk=trunk) for name, trunk in trunks.items()}
