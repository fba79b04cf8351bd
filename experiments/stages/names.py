"""Names of the stages that a study's trials go through, without training or loading anything."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from experiments.search.agenda import Step
from experiments.search.proposals import Proposal
from experiments.search.turns import ChainOf
from experiments.study import Study
from search_spaces.count import KeyOf
from search_spaces.plan import Stage
from trainables.encoder_source import encoder_fingerprint
from trainables.keys import stage_key


def key_function(study: Study) -> KeyOf:
    """Names stages as the trials will."""
    encoder = study.encoder
    built = study.spec.encoder.build is None or (Path(encoder.name) / "config.json").is_file()
    first = encoder_fingerprint(encoder) if built else f"unbuilt {encoder.name}"

    def key_of(start: str | None, stage: Stage, seed: int) -> str:
        return stage_key(start or first, stage, training=study.spec.training, data=study.fingerprints, seed=seed)

    return key_of


def chains(study: Study) -> ChainOf:
    """The stages of a plan at a rung, by key, with their examples as cost; equal stages are named once."""
    key_of, rungs, batch = cache(key_function(study)), study.spec.ladder.rungs, examples_a_step(study)

    def chain_of(proposal: Proposal, rung: int) -> list[Step]:
        plan = rungs[rung].of(proposal.plan)
        start: str | None = None
        steps = []
        for stage in plan.trunk:
            start = key_of(start, stage, proposal.seed)
            steps.append(Step(start, stage.steps * batch(stage)))
        for stage in plan.targets:
            steps.append(Step(key_of(start, stage, proposal.seed), stage.steps * batch(stage)))
        return steps

    return chain_of


def examples_a_step(study: Study) -> Callable[[Stage], float]:
    """Examples in a step of a stage."""
    training = study.spec.training
    return lambda stage: sum(share * training.of(task).batch_size for task, share in stage.mixture)
