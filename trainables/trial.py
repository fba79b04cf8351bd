"""What Ray runs: one trial of the search, one training of the finals, one probe.

A trial trains its whole plan at a growing scale. It tells of every stage that it trained, and reports after every rung.
It keeps no state: what it trains goes into the stage store, so that a trial finds its finished stages when it is run
again, and a trial that ASHA stops leaves them to others. One run of it is a *turn*: where somebody else is training the
next stage, the turn ends, and its place is free. Its data source is sealed: gold of test splits cannot be read.

A mistake that every trial would repeat (a broken data file, a full disk) is reported as fatal; anything else that goes
wrong, such as a loss that is no number, fails this trial with its reason.

Torch and the model libraries are imported by the worker when it begins; the driver, which imports this module to hand
the functions to Ray, does without.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ray import tune

from evaluators.errors import CairnError
from evaluators.item_files import Items
from evaluators.selection import Score, selector_values
from evaluators.source import DataSource
from evaluators.suites import find_suite
from evaluators.task import Split, Task
from search_spaces.ladder import Rung
from search_spaces.plan import Plan, Stage, from_json
from trainables.claims import AllOf, StageBusy, TimeLimit
from trainables.encoder_source import EncoderSource
from trainables.leases import leases_of
from trainables.nodes import node_leaves
from trainables.parts import Pace
from trainables.settings import Hardware, Inference, Training
from trainables.stages import Checkpoint, StageGone, StageRunner
from trainables.store import open_store

log = logging.getLogger(__name__)
T = TypeVar("T")

_MOST_GONE = 5
"""Times that stages may be damaged under one piece of work."""
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
    store: str
    """Where trained stages are: a folder, or an address such as s3://bucket/stages."""
    cache: Path
    cache_bytes: int | None = None
    """The most that stages from an object store may take on a node."""
    threads: int
    hardware: Hardware = field(default_factory=Hardware)
    checkpoint_seconds: float | None = None
    """Between two parts of a stage that are kept while it is trained; None: none are."""
    stage_seconds: float | None = None
    """A stage that takes longer hangs: its worker is ended, and the work tried again."""


def run_trial(config: dict[str, Any], *, settings: TrialSettings) -> None:
    """One turn: climb from rung `config["rung"]` on, and report dev scores to Ray Tune at every rung.

    The search may end the turn inside `tune.report`; whatever was finished by then stays in the store.
    """
    from trainables.devices import give_back_memory

    try:
        _take_turn(config, settings)
    finally:
        give_back_memory()


def _take_turn(config: dict[str, Any], settings: TrialSettings) -> None:
    plan = from_json(json.loads(config["plan"]))
    suite = find_suite(settings.suite)
    targets = {name: suite.target(name) for name in settings.targets}
    with _mistakes_told() as failure:
        stages = _runner(settings, config["seed"])
        meter = _Meter(stages)
        for number, rung in list(enumerate(settings.rungs))[config["rung"] :]:  # the whole plan, at a growing scale
            stages.on_trained = partial(_tell_trained, number, meter)
            scores = _however_often(partial(_dev_scores, stages, rung.of(plan), targets, settings))
            selectors = selector_values(scores, targets, suite.source_language, suite.pivots)
            payload = {"selectors": selectors, "scores": [asdict(score) for score in scores], **meter.read()}
            tune.report({"rung": number, **selectors, "payload": json.dumps(payload)})
    if failure:
        tune.report({"payload": json.dumps(failure)})


def _tell_trained(rung: int, meter: _Meter, key: str) -> None:
    tune.report({"payload": json.dumps({"stored": key, "rung": rung, **meter.read()})})


def train_trunk(
    trunk: Sequence[Stage], seed: int, settings: TrialSettings, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Train the last stage of a trunk of the finals, where `before` is what became of the others.

    What was spent; or the mistake; or that somebody else is training the stage.
    """
    if before is not None and not _is_fine(before):
        return dict(before)
    with _mistakes_told() as failure:
        stages = _runner(settings, seed)
        meter = _Meter(stages)
        _however_often(partial(stages.run_all, trunk, stages.start))
    return failure or {**meter.read(), "stored": stages.stored}


def _is_fine(outcome: Mapping[str, Any]) -> bool:
    return "failed" not in outcome and "busy" not in outcome


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
    if trunk_outcome is not None and not _is_fine(trunk_outcome):
        return dict(trunk_outcome)
    from trainables.evaluation import answered

    with _mistakes_told() as failure:
        suite = find_suite(settings.suite)
        stages = _runner(settings, seed)
        scores: list[Score] = []
        items: dict[str, list[Items]] = {}
        meter = _Meter(stages)
        path = [*trunk, *([stage] if stage is not None else [])]
        model = _however_often(lambda: stages.load(stages.run_all(path, stages.start)))
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
    found = {} if failure else {"scores": [asdict(score) for score in scores], "items": items}
    return failure or {**found, **meter.read(), "stored": stages.stored}


def probe_scores(
    trunk: Sequence[Stage],
    stage: Stage | None,
    questions: Sequence[tuple[str, str, Sequence[str]]],
    seed: int,
    settings: TrialSettings,
    trunk_outcome: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Train one short stage at the end of a prefix and judge it on dev: scores, what was spent; or the mistake.

    A question is (`target` or `learnt`, task, languages). `trunk_outcome` is as in `final_scores`.
    """
    if trunk_outcome is not None and not _is_fine(trunk_outcome):
        return dict(trunk_outcome)
    from trainables.evaluation import evaluate

    with _mistakes_told() as failure:
        suite = find_suite(settings.suite)
        stages = _runner(settings, seed)
        meter = _Meter(stages)
        path = [*trunk, *([stage] if stage is not None else [])]
        model = _however_often(lambda: stages.load(stages.run_all(path, stages.start)))
        scores = [
            {"role": role, **asdict(score)}
            for role, name, languages in questions
            for score in evaluate(
                model,
                suite.target(name) if role == "target" else suite.training_task(name),
                "dev",
                languages,
                data=settings.data,
                training=settings.training,
                inference=settings.inference,
                limit=settings.dev_examples,
                cache=settings.cache,
            )
        ]
    return failure or {"scores": scores, **meter.read(), "stored": stages.stored}


def _dev_scores(stages: StageRunner, plan: Plan, targets: Mapping[str, Task], settings: TrialSettings) -> list[Score]:
    """Train the plan, then judge every target with the model that was trained for it, retrieval at the trunk's end."""
    from trainables.evaluation import evaluate

    trunk_end = stages.run_all(plan.trunk, stages.start)  # intermediate training, shared between trials
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


def _however_often(work: Callable[[], T]) -> T:
    """Do it, and once more where a stored stage was damaged under it: then that is trained again."""
    for _ in range(_MOST_GONE):
        try:
            return work()
        except StageGone as error:
            log.warning("%s", error)
    return work()


def _runner(settings: TrialSettings, seed: int) -> StageRunner:
    from trainables.devices import use_threads

    use_threads(settings.threads)
    store = open_store(settings.store, settings.cache, settings.cache_bytes)
    claims = AllOf((leases_of(store.location), store.claims(waits=False), TimeLimit(settings.stage_seconds)))
    return StageRunner(
        store=store,
        claims=claims,
        suite=find_suite(settings.suite),
        data=settings.data,
        encoder=settings.encoder,
        training=settings.training,
        seed=seed,
        cache=settings.cache,
        hardware=settings.hardware,
        pace=Pace(seconds=settings.checkpoint_seconds, node_leaves=node_leaves),
    )


class _Meter:
    """What was done since it was last read: stages trained and found, examples trained on, seconds."""

    def __init__(self, stages: StageRunner) -> None:
        self._stages = stages
        self._before = self._now()

    def read(self) -> dict[str, Any]:
        """The differences; counting begins anew."""
        now = self._now()
        spent = {name: now[name] - self._before[name] for name in now}
        self._before = now
        spent["seconds"] = round(spent["seconds"], 3)
        return {**spent, "micro_batches": dict(self._stages.micro_batches)}

    def _now(self) -> dict[str, Any]:
        stages = self._stages
        counts = {"trained": stages.trained, "found": stages.found, "examples": stages.examples}
        return {**counts, "seconds": time.perf_counter()}


@contextmanager
def _mistakes_told() -> Iterator[dict[str, Any]]:
    """Turns an exception inside into `{"failed": reason, "fatal": ...}`; stays empty if there is none.

    A stage that somebody else is training is no mistake: `{"busy": key}`.

    A lost worker is no exception here: Ray starts the work again.
    """
    from trainables.loop import TrainingDiverged

    failure: dict[str, Any] = {}
    try:
        yield failure
    except StageBusy as error:
        failure |= {"busy": error.key}
    except TrainingDiverged as error:
        failure |= {"failed": str(error), "fatal": False}
    except CairnError as error:
        failure |= {"failed": str(error), "fatal": True}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
        failure |= {"failed": reason, "fatal": "No space left on device" in str(error)}
