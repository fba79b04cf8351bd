"""Which trainings finals consist of: winners and controls, fresh seeds, each target on its own. No ray here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evaluators.errors import CairnError
from experiments.search.ledger import Ledger
from experiments.spec.settings import WrittenPlan, winner_of
from experiments.study import Study
from search_spaces.controls import TARGET_LONGER, made_of, target_longer
from search_spaces.plan import Plan, Stage, as_json, mixture

RETRIEVAL = "retrieval"
"""The unit of targets that need no training."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """A plan that is compared: a winner, a control, or one that the spec writes out."""

    name: str
    plan: Plan

    @property
    def trunk(self) -> tuple[Stage, ...]:
        """What is trained before the target."""
        return self.plan.trunk

    @property
    def is_winner(self) -> bool:
        """Did the search choose it?"""
        return self.name.startswith("winner ")


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One training of the finals."""

    arm: Arm
    seed: int
    task: str
    """Training task, or RETRIEVAL."""
    stage: Stage | None
    targets: tuple[str, ...]
    """Target tasks that it answers."""

    @property
    def trunk(self) -> tuple[Stage, ...]:
        """What is trained before the target."""
        return self.arm.trunk

    @property
    def identity(self) -> str:
        """Equal for the same work."""
        stage = None if self.stage is None else [list(self.stage.mixture), self.stage.learning_rate, self.stage.steps]
        return json.dumps([self.arm.name, as_json(self.arm.plan), self.seed, self.task, stage, list(self.targets)])


def arms(study: Study, winners: Sequence[Plan]) -> list[Arm]:
    """Winners first, then the controls that the spec names and the plans that it writes out.

    A control of a winner that there is not, because too few plans reached the last rung, is left out.
    """
    named = [Arm(name=f"winner {place}", plan=plan) for place, plan in enumerate(winners, start=1)]
    derived = {f"{how} of {arm.name}": plan for arm in named for how, plan in made_of(arm.plan).items()}
    known = {**_longer_than_written(study), **study.controls, **derived}
    wanted = [name for name in study.spec.finals.controls if name in known or winner_of(name) is None]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise CairnError(
            f"finals.controls names {', '.join(missing)}; the controls of this space are {', '.join(known)}"
        )
    named += [Arm(name=name, plan=known[name]) for name in wanted]
    return named + [Arm(name=name, plan=_plan(study, written)) for name, written in study.spec.finals.arms.items()]


def _longer_than_written(study: Study) -> dict[str, Plan]:
    """The control of a space without trunks: the target longer by the longest trunk that the spec writes out."""
    written = study.spec.finals.arms.values()
    steps = max((sum(stage.steps for stage in plan.trunk) for plan in written), default=0)
    if not steps or not study.setting.targets:
        return {}
    return {TARGET_LONGER: target_longer(study.spec.space, study.setting, steps)}


def _plan(study: Study, written: WrittenPlan) -> Plan:
    target = study.spec.space.target
    rate = written.target_learning_rate or target.learning_rates[0]
    trunk = tuple(stage.stage() for stage in written.trunk)
    return Plan(trunk=trunk, targets=target.stages(study.setting.targets, rate))


def winners(ledger: Ledger, count: int) -> list[Plan]:
    """The best distinct plans among the proposals that reached the last rung, best first, as the searcher ranks."""
    full = []
    for number in sorted(ledger.ended):
        proposal, value = ledger.proposals[number], ledger.value(number)
        if ledger.ended[number].status == "completed" and proposal.control is None and value is not None:
            full.append((proposal.plan, value))
    return best_plans(full, count, ledger.ranked())


def best_plans(scored: Sequence[tuple[Plan, float]], count: int, ranked: Sequence[Plan] | None = None) -> list[Plan]:
    """The `count` best different plans by their best score; of equals the one proposed first.

    `ranked`: what a model believes of the plans, the best first, counts instead: the best of many scores is lucky.
    """
    best: dict[Plan, float] = {}
    if ranked is not None:
        reached = {plan for plan, _ in scored}
        return [plan for plan in ranked if plan in reached][:count]
    for plan, value in scored:
        best[plan] = max(value, best.get(plan, value))
    return sorted(best, key=lambda plan: -best[plan])[:count]


def units(study: Study, compared: Iterable[Arm]) -> Iterator[Unit]:
    """Every training of the finals: the shortest way to a comparison first, so all arms of a seed, then the next."""
    finals = study.spec.finals
    groups: dict[str, list[str]] = {}
    for name, task in study.targets.items():
        groups.setdefault(task.trained_as or RETRIEVAL, []).append(name)
    for seed in finals.seeds:
        for arm in compared:
            for trained_as, targets in groups.items():
                stage = None if trained_as == RETRIEVAL else final_stage(study, arm.plan, trained_as)
                yield Unit(arm=arm, seed=seed, task=trained_as, stage=stage, targets=tuple(targets))


def final_stage(study: Study, plan: Plan, task: str) -> Stage:
    """The own target stage of one task, at the plan's target learning rate, longer by what the plan's targets are."""
    finals, target = study.spec.finals, study.spec.space.target
    planned = plan.targets[0]
    usual = target.task_steps.get(planned.tasks[0], target.steps) if len(planned.tasks) == 1 else target.steps
    return Stage(
        mixture=mixture({task: 1.0}),
        learning_rate=planned.learning_rate,
        steps=finals.task_steps.get(task, finals.target_steps) + planned.steps - usual,
    )
