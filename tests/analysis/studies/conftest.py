"""Runs with planted scores: two targets of the offline suite, direct and one arm, three seeds."""

from pathlib import Path

import numpy as np
import pytest

from analysis.load import FinalScore, Run
from analysis.studies.member import Member

LANGUAGES = ("en", "qda", "qro", "qin", "qse")
TASKS = ("xnli", "tatoeba")
SEEDS = (1, 2, 3, 4)
ARM = "mnli first"
UNTRUNKED = ("direct", "target longer")


def run_of(
    scores, *, training=None, encoder="babel-xlmr", targets=TASKS, path="runs/one", selector="en-dev", suite="babel"
):
    """`scores`: (arm, seed, task, language) -> test score. Arms have a trunk but for direct and longer targets."""
    finals = tuple(
        FinalScore(
            arm=arm,
            seed=seed,
            split="test",
            task=task,
            language=language,
            metric="accuracy",
            value=value,
            examples=100,
            signature="accuracy",
        )
        for (arm, seed, task, language), value in scores.items()
    )
    resolved = {
        "suite": suite,
        "targets": list(targets),
        "encoder": {"name": encoder},
        "source_language": "en",
        "selector": selector,
        "pivots": ["qro", "qin"],
        "seeds": list(SEEDS),
        "training": {"batch_size": 100, **(training or {"per_task": {}})},
        "finals": {"controls": ["direct"], "target_steps": 100, "task_steps": {}},
        "rungs": [{"trunk_scale": 1.0, "target_scale": 1.0}],
        "search": {"searcher": "random"},
        "analysis": {"equivalence_band": 1.0},
    }
    return Run(
        path=Path(path),
        resolved=resolved,
        environment={},
        trials=(),
        finals=finals,
        arm_plans={
            arm: {"trunk": [] if arm in UNTRUNKED else [{}], "targets": []}
            for arm in dict.fromkeys(one.arm for one in finals)
        },
        failures=(),
        torn={},
    )


@pytest.fixture
def member():
    """Name, gain of the arm (a number, or language or task -> number) and options -> a member.

    `controls`: other arms with their gains. `languages`: task -> its languages.
    """

    def made(
        name,
        gain,
        *,
        arm=ARM,
        parameters=1000,
        embeddings=0,
        noise=0.2,
        base=50.0,
        controls=None,
        languages=None,
        **options,
    ):
        rng = np.random.default_rng(parameters)
        scores = {}
        for seed in SEEDS:
            luck = rng.normal(0, 1.0)
            for task in languages or TASKS:
                for language in languages[task] if languages else LANGUAGES:
                    if task == "tatoeba" and language == "en":
                        continue
                    level = base + luck + rng.normal(0, noise)
                    scores["direct", seed, task, language] = level
                    for one, gained in {arm: gain, **(controls or {})}.items():
                        value = gained if isinstance(gained, float) else gained.get(language, gained.get(task, 0.0))
                        scores[one, seed, task, language] = level + value + rng.normal(0, noise)
        return Member(name, run_of(scores, path=f"runs/{name}", **options), parameters, embeddings)

    return made
