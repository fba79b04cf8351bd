"""Which probes a study makes: one short stage, always the same, from every prefix of the plans that are compared.

A prefix is the beginning of a trunk, the empty one and the whole one included. From each, with each fresh seed, every
training task of the targets is trained for a few steps, and so is every intermediate task that the prefix has learnt;
retrieval targets are asked without training. What is probed belongs to the prefix and not to a plan: plans that begin
alike share it. No ray here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evaluators.reading import available_languages
from experiments.finals.plan import RETRIEVAL, Arm
from experiments.spec.settings import Probes
from experiments.study import Study
from search_spaces.plan import Stage, mixture, stages_json

TARGET, LEARNT = "target", "learnt"
"""Why a probe asks something: it is transferred to, or it was learnt on the way."""


class Question(NamedTuple):
    """A task that a probe is judged on, on dev data."""

    role: str
    task: str
    languages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One short training at the end of a prefix."""

    trunk: tuple[Stage, ...]
    """The prefix."""
    seed: int
    task: str
    """Training task, or RETRIEVAL."""
    stage: Stage | None
    questions: tuple[Question, ...]

    @property
    def identity(self) -> str:
        """Equal for the same work."""
        stage = stages_json([self.stage] if self.stage else [])
        return json.dumps([stages_json(self.trunk), self.seed, self.task, stage, self.questions])


def probes(study: Study, compared: Sequence[Arm]) -> Iterator[Probe]:
    """Every probe of the study, none if its spec asks for none: all prefixes of a seed, the shortest first."""
    settings = study.spec.probes
    if settings is None:
        return
    groups: dict[str, list[Question]] = {}
    for name, task in study.targets.items():
        asked = Question(TARGET, name, study.languages(name, "dev"))
        groups.setdefault(task.trained_as or RETRIEVAL, []).append(asked)
    for seed in study.spec.finals.seeds:
        for trunk in prefixes(settings, compared):
            learnt = {name: [asked] for name in _tasks(trunk) for asked in _learnt(study, name)}
            for name in {**groups, **learnt}:
                questions = (*groups.get(name, ()), *learnt.get(name, ()))
                stage = None if name == RETRIEVAL else _stage(study, settings, name)
                yield Probe(trunk=trunk, seed=seed, task=name, stage=stage, questions=questions)


def prefixes(settings: Probes, compared: Iterable[Arm]) -> list[tuple[Stage, ...]]:
    """Every beginning of the trunks that are probed, each once, the shortest first."""
    trunks = [arm.trunk for arm in compared if settings.of == "arms" or arm.is_winner]
    found = dict.fromkeys(trunk[:length] for trunk in [(), *trunks] for length in range(len(trunk) + 1))
    return sorted(found, key=len)


def _tasks(trunk: Iterable[Stage]) -> dict[str, None]:
    return dict.fromkeys(task for stage in trunk for task in stage.tasks)


def _learnt(study: Study, name: str) -> Iterator[Question]:
    """How well an intermediate task is still known, in the source language; nothing where it cannot be scored."""
    task, source = study.suite.training_task(name), study.suite.source_language
    if task.scored_by and source in task.languages("dev") and source in available_languages(task, "dev", study.data):
        yield Question(LEARNT, name, (source,))


def _stage(study: Study, settings: Probes, task: str) -> Stage:
    rate = settings.learning_rate or study.spec.space.target.learning_rates[0]
    return Stage(mixture=mixture({task: 1.0}), learning_rate=rate, steps=settings.steps)
