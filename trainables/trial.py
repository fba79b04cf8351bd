"""What Ray runs: one trial of the search, and one training of the finals.

A trial trains its whole plan at a growing scale and reports after every rung. It keeps no state: what it trains goes
into the stage store, so that a trial whose worker was killed finds its finished stages when it is run again, and a
trial that ASHA stops leaves them to others. Its data source is sealed: gold of test splits cannot be read here.

A mistake that every trial would repeat (a broken data file, a full disk) is reported as fatal; anything else that goes
wrong, such as a loss that is no number, fails this trial with its reason.

Torch and the model libraries are imported by the worker when it begins; the driver, which imports this module to hand
the functions to Ray, does without.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ray import tune

from evaluators.errors import CairnError
from evaluators.item_files import Items
from evaluators.selection import Score, selector_values
from evaluators.source import DataSource
from evaluators.suites import find_suite
from evaluators.task import Split, Task
from search_spaces.ladder import Rung
from search_spaces.plan import Plan, Stage, from_json
from trainables.encoder_source import EncoderSource
from trainables.settings import Inference, Training
from trainables.stages import Checkpoint, StageRunner
from trainables.store import Store

_FINAL_SPLITS: tuple[Split, ...] = ("dev", "test")


@dataclass(frozen=True, kw_only=True)
class TrialSettings:
    """Everything that trials of one study share. Paths are absolute, as workers change their folder."""

    suite: str
    targets: tuple[str, ...]
    languages: Mapping[str, Mapping[Split, tuple[str, ...]]]
    """Target -> split -> languages in which it is judged."""
    data: DataSource
    encoder: EncoderSource
    training: Training
    inference: Inference
    rungs: tuple[Rung, ...]
    dev_examples: int | None
    final_examples: int | None
    store: Path
    cache: Path
    threads: int


def run_trial(config: dict[str, Any], *, settings: TrialSettings) -> None:
    """Train one plan and report its dev scores to Ray Tune at every rung.

    ASHA may end the trial inside `tune.report`; whatever was finished by then stays in the store for others.
    """
    plan = from_json(json.loads(config["plan"]))
    suite = find_suite(settings.suite)
    targets = {name: suite.target(name) for name in settings.targets}
    with _mistakes_told() as failure:
        stages = _runner(settings, config["seed"])
        for number, rung in enumerate(settings.rungs):  # the whole plan, at a growing scale
            with _measured(stages) as spent:
                scores = _dev_scores(stages, rung.of(plan), targets, settings)
            selectors = selector_values(scores, targets, suite.source_language, suite.pivots)
            payload = {"selectors": selectors, "scores": [asdict(score) for score in scores], **spent}
            tune.report({"rung": number, **selectors, "payload": json.dumps(payload)})
    if failure:
        tune.report({"rung": -1, "payload": json.dumps(failure)})


def train_trunk(trunk: Sequence[Stage], seed: int, settings: TrialSettings) -> dict[str, Any]:
    """Train the stages that several trainings of the finals start from; what was spent, or the mistake."""
    with _mistakes_told() as failure:
        stages = _runner(settings, seed)
        with _measured(stages) as spent:
            _end_of_trunk(stages, trunk)
    return failure or spent


def final_scores(
    trunk: Sequence[Stage],
    stage: Stage | None,
    targets: Sequence[str],
    seed: int,
    settings: TrialSettings,
    trunk_outcome: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Train one target stage and judge its targets on dev and test: scores, items, what was spent; or the mistake.

    `trunk_outcome` is what `train_trunk` returned: to wait for it is how Ray keeps the order.
    """
    if trunk_outcome is not None and "failed" in trunk_outcome:
        return dict(trunk_outcome)
    from trainables.evaluation import answered

    with _mistakes_told() as failure:
        suite = find_suite(settings.suite)
        stages = _runner(settings, seed)
        scores: list[Score] = []
        items: dict[str, list[Items]] = {}
        with _measured(stages) as spent:
            checkpoint = _end_of_trunk(stages, trunk)
            if stage is not None:
                checkpoint = stages.run(stage, start=checkpoint)
            model = stages.load(checkpoint)
            for split in _FINAL_SPLITS:
                for name in targets:
                    for answer in answered(
                        model,
                        suite.target(name),
                        split,
                        settings.languages[name][split],
                        data=settings.data,
                        training=settings.training,
                        inference=settings.inference,
                        limit=settings.final_examples,
                        cache=settings.cache,
                    ):
                        scores += answer.scores()
                        if split == "test":
                            items.setdefault(name, []).append(answer.items())
    return failure or {"scores": [asdict(score) for score in scores], "items": items, **spent}


def _dev_scores(stages: StageRunner, plan: Plan, targets: Mapping[str, Task], settings: TrialSettings) -> list[Score]:
    """Train the plan, then judge every target with the model that was trained for it, retrieval at the trunk's end."""
    from trainables.evaluation import evaluate

    trunk_end = _end_of_trunk(stages, plan.trunk)
    leaves: dict[str, Checkpoint] = {}
    for stage in plan.targets:
        leaves |= dict.fromkeys(stage.tasks, stages.run(stage, start=trunk_end))
    by_model: dict[Checkpoint, list[Task]] = {}
    for task in targets.values():
        checkpoint = trunk_end if task.trained_as is None else leaves[task.trained_as]
        by_model.setdefault(checkpoint, []).append(task)
    scores = []
    for checkpoint, tasks in by_model.items():
        model = stages.load(checkpoint)
        for task in tasks:
            scores += evaluate(
                model,
                task,
                "dev",
                settings.languages[task.name]["dev"],
                data=settings.data,
                training=settings.training,
                inference=settings.inference,
                limit=settings.dev_examples,
                cache=settings.cache,
            )
    return scores


def _end_of_trunk(stages: StageRunner, trunk: Sequence[Stage]) -> Checkpoint:
    checkpoint = stages.start
    for stage in trunk:  # intermediate training, shared between trials
        checkpoint = stages.run(stage, start=checkpoint)
    return checkpoint


def _runner(settings: TrialSettings, seed: int) -> StageRunner:
    from trainables.devices import use_threads

    use_threads(settings.threads)
    return StageRunner(
        store=Store(settings.store),
        suite=find_suite(settings.suite),
        data=settings.data,
        encoder=settings.encoder,
        training=settings.training,
        seed=seed,
        cache=settings.cache,
    )


@contextmanager
def _measured(stages: StageRunner) -> Iterator[dict[str, Any]]:
    """What is done inside: stages trained and found, examples trained on, seconds."""
    began, trained, found, examples = time.perf_counter(), stages.trained, stages.found, stages.examples
    spent: dict[str, Any] = {}
    yield spent
    spent["trained"], spent["found"] = stages.trained - trained, stages.found - found
    spent["examples"] = stages.examples - examples
    spent["seconds"] = round(time.perf_counter() - began, 3)


@contextmanager
def _mistakes_told() -> Iterator[dict[str, Any]]:
    """Turns an exception inside into `{"failed": reason, "fatal": ...}`; stays empty if there is none.

    A lost worker is no exception here: Ray starts the work again.
    """
    from trainables.loop import TrainingDiverged

    failure: dict[str, Any] = {}
    try:
        yield failure
    except TrainingDiverged as error:
        failure |= {"failed": str(error), "fatal": False}
    except CairnError as error:
        failure |= {"failed": str(error), "fatal": True}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
        failure |= {"failed": reason, "fatal": "No space left on device" in str(error)}
