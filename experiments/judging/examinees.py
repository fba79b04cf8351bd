"""Who is examined: models, and the targets that each of them answers, from a suite's protocol or from a finished run.

An examinee says how it is made, and is made when it is asked for. Trained stages come from the store, or are trained
and put there, so that an evaluation which was broken off goes on where it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from evaluators.errors import CairnError, UnknownName
from evaluators.protocol import Course
from evaluators.reading import available_languages, rows
from evaluators.source import DataSource
from evaluators.suite import Suite
from experiments.record import RunFolder, read_json, read_rows
from experiments.spec import ExperimentSpec, load_spec
from experiments.study import Study, open_study
from search_spaces.plan import Stage, from_json, mixture
from trainables.encoder_source import EncoderSource, encoder_fingerprint
from trainables.parts import Pace
from trainables.settings import Training
from trainables.stages import Checkpoint, StageRunner
from trainables.store import open_store

if TYPE_CHECKING:
    from trainables.encoder import Encoder
    from trainables.model import MultiHeadModel

FIRST_WINNER = "winner 1"


@dataclass(frozen=True, kw_only=True)
class Examinee:
    """One model to be, and the targets that it answers."""

    targets: tuple[str, ...]
    training: Training
    """Whose lengths its inputs are cut to."""
    identity: Mapping[str, Any]
    """Plain values, equal for the same model."""
    load: Callable[[], MultiHeadModel]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where stages are trained and found, from which encoder, and with which seed."""

    store: str
    """A folder or an address."""
    cache: Path
    suite: Suite
    data: DataSource
    encoder: EncoderSource
    seed: int
    trunk: tuple[Stage, ...] = ()
    """Stages between the encoder and a target's own."""
    trunk_training: Training = field(default_factory=Training)
    threads: int | None = None
    """Of the run that it goes on from: other numbers round otherwise. None: all."""
    _CHECKPOINT_SECONDS: ClassVar = 300.0
    """Between two parts of a stage in training that are kept."""

    def stages(self, training: Training) -> StageRunner:
        """A runner under these settings of training."""
        return StageRunner(
            store=open_store(self.store, self.cache),
            suite=self.suite,
            data=self.data,
            encoder=self.encoder,
            training=training,
            seed=self.seed,
            cache=self.cache,
            pace=Pace(seconds=self._CHECKPOINT_SECONDS),
        )

    def run(self, stages: Sequence[tuple[Training, Stage]]) -> MultiHeadModel:
        """The model at the end of the trunk and of these stages."""
        from trainables.devices import use_threads

        if self.threads is not None:
            use_threads(self.threads)
        runner = self.stages(self.trunk_training)
        checkpoint: Checkpoint = runner.start
        for training, stage in [*((self.trunk_training, stage) for stage in self.trunk), *stages]:
            if runner.training != training:
                runner = self.stages(training)
            checkpoint = runner.run(stage, start=checkpoint)
        return runner.load(checkpoint)

    def stored(self, stages: Sequence[tuple[Training, Stage]]) -> MultiHeadModel:
        """The same, if its last stage is in the store; nothing is trained.

        Raises:
            CairnError: it is not.
        """
        runner = self.stages(self.trunk_training)
        checkpoint: Checkpoint = runner.start
        path = [*((self.trunk_training, stage) for stage in self.trunk), *stages]
        for training, stage in path:
            if runner.training != training:
                runner = self.stages(training)
            checkpoint = Checkpoint(runner.key(stage, checkpoint), None)
        if not path:
            return runner.load(checkpoint)
        entry = runner.store.open(checkpoint.key)
        if entry is None:
            name = f"{'+'.join(path[-1][1].tasks)}, {path[-1][1].steps} steps, seed {self.seed}"
            raise CairnError(
                f"the stage {checkpoint.key[:12]} ({name}) is not in the store {self.store}: it was pruned or damaged, "
                "or the encoder or the data changed since; `cairn submission RUN --to NEW` with the same --arm and "
                "--seed trains it again"
            )
        return runner.load(Checkpoint(checkpoint.key, entry.path))


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a user gives in place of the protocol's own."""

    epochs: float | None = None
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None and not (math.isfinite(self.epochs) and self.epochs > 0):
            raise CairnError(f"--epochs is {self.epochs}; give a number above 0")
        if self.learning_rate is not None and not 0 < self.learning_rate < 1:
            raise CairnError(f"--learning-rate is {self.learning_rate}; give a number between 0 and 1")

    def of(self, course: Course) -> Course:
        """The course as changed."""
        if self.epochs is not None:
            course = replace(course, epochs=self.epochs, steps=None)
        if self.learning_rate is not None:
            course = replace(course, learning_rate=self.learning_rate, learning_rate_large=None)
        return course


def of_protocol(workshop: Workshop, targets: Sequence[str], changes: Changes) -> list[Examinee]:
    """One examinee for every different series of courses, in the targets' order.

    Raises:
        CairnError: the suite has no protocol for a target, or a training task has no data.
    """
    from trainables.stage_training import loaded_encoder

    encoder = loaded_encoder(workshop.encoder, workshop.stages(Training()).start.key)
    groups: dict[tuple[Course, ...], list[str]] = {}
    for target in targets:
        if target not in workshop.suite.protocol:
            raise CairnError(
                f"the suite {workshop.suite.name} does not say how to train for {target}; give a trained model: "
                f"--tuned {target}=DIR"
            )
        courses = tuple(_readable(changes.of(course), encoder) for course in workshop.suite.protocol[target])
        groups.setdefault(courses, []).append(target)
    return [_taught(workshop, courses, tuple(names), encoder.layers) for courses, names in groups.items()]


def _taught(workshop: Workshop, courses: Sequence[Course], targets: tuple[str, ...], layers: int) -> Examinee:
    planned = [(_training(course), _stage(workshop, course, layers)) for course in courses]
    last = planned[-1][0] if planned else Training()
    return Examinee(
        targets=targets,
        training=last,
        identity={"courses": [_described(course, stage) for course, (_, stage) in zip(courses, planned, strict=True)]},
        load=lambda: workshop.run(planned),
    )


def _readable(course: Course, encoder: Encoder) -> Course:
    """Inputs as long as the protocol says, or as long as the encoder reads."""
    return replace(course, max_length_tokens=min(course.max_length_tokens, encoder.usable_length))


def _training(course: Course) -> Training:
    return Training(
        batch_size=course.batch_size,
        max_length_tokens=course.max_length_tokens,
        max_question_tokens=course.max_question_tokens,
        schedule=course.schedule,
        warmup_steps=course.warmup_steps,
        weight_decay=course.weight_decay,
    )


def _stage(workshop: Workshop, course: Course, layers: int) -> Stage:
    task = workshop.suite.training_task(course.task)
    languages = available_languages(task, "train", workshop.data)
    counts = [rows(task, "train", code, workshop.data) for code in languages]
    if course.steps is None and (not counts or None in counts):
        raise CairnError(f"the training data of {course.task} are missing; add them, or leave out what it feeds")
    steps = course.length(sum(count for count in counts if count is not None))
    return Stage(
        mixture=mixture({course.task: 1.0}),
        learning_rate=course.rate(layers),
        steps=max(steps, course.warmup_steps + 1),
    )


def _described(course: Course, stage: Stage) -> dict[str, Any]:
    return {
        "task": course.task,
        "learning_rate": stage.learning_rate,
        "steps": stage.steps,
        "batch_size": course.batch_size,
        "max_length_tokens": course.max_length_tokens,
        "schedule": course.schedule,
    }


@dataclass(frozen=True, kw_only=True)
class Finalist:
    """One arm and seed of a finished run, with what it takes to make its models again."""

    study: Study
    arm: str
    seed: int
    workshop: Workshop
    units: tuple[tuple[Stage | None, tuple[str, ...]], ...]
    """Own stage (None for retrieval) and the targets that it answers."""

    def examinees(self) -> list[Examinee]:
        """The models of the finals."""
        training = self.study.spec.training
        return [
            Examinee(
                targets=targets,
                training=training,
                identity={"run": self.study.spec.name, "arm": self.arm, "stage": None if stage is None else str(stage)},
                load=lambda stage=stage: self.workshop.run([] if stage is None else [(training, stage)]),  # type: ignore[misc]
            )
            for stage, targets in self.units
        ]


def finalist(run: Path, *, arm: str | None = None, seed: int | None = None, data: Path | None = None) -> Finalist:
    """The arm (the first winner, if none is named) and seed (the first) of a run whose finals are done.

    Raises:
        CairnError: the folder holds no run, its finals are missing, or they have no such arm or seed.
    """
    folder = RunFolder(run.expanduser().absolute())
    found = read_json(folder.resolved)
    if not found:
        raise CairnError(f"{run} is no run folder: it has no {folder.resolved.name}; give what `cairn run` wrote")
    done = [json.loads(row["unit"]) for row in read_rows(folder.finals) if row["unit"] is not None]
    if not done:
        raise CairnError(f"the run {run} has no finals yet; finish it with `cairn run {folder.path / 'spec.yaml'}`")
    arms = list(dict.fromkeys(unit[0] for unit in done))
    chosen = arm if arm is not None else FIRST_WINNER
    if arm is None and chosen not in arms:
        raise CairnError(
            f"the finals of the run {run} have no {FIRST_WINNER!r}, only {', '.join(arms)}; finish them with "
            f"`cairn run {folder.path / 'spec.yaml'}`, name an arm with --arm, or evaluate the encoder alone"
        )
    if chosen not in arms:
        raise UnknownName("arm of the run", chosen, arms, "the report lists them all")
    seeds = sorted({unit[2] for unit in done if unit[0] == chosen})
    seed = seeds[0] if seed is None else seed
    if seed not in seeds:
        raise CairnError(f"the arm {chosen!r} was not trained with seed {seed}, only with {', '.join(map(str, seeds))}")
    mine = [unit for unit in done if unit[0] == chosen and unit[2] == seed]
    study = recorded_study(folder, found, data)
    trunk = from_json(mine[0][1]).trunk
    workshop = Workshop(
        store=found["store"],
        cache=study.cache,
        suite=study.suite,
        data=study.data.unsealed(),
        encoder=study.encoder,
        seed=seed,
        trunk=trunk,
        trunk_training=study.spec.training,
        threads=study.spec.resources.cpu,
    )
    units = tuple((_own_stage(unit[4]), tuple(unit[5])) for unit in mine)
    return Finalist(study=study, arm=chosen, seed=seed, workshop=workshop, units=units)


def recorded_study(folder: RunFolder, found: Mapping[str, Any], data: Path | None) -> Study:
    """The study of a run folder wherever it lies now, with the store and the data of its record.

    `found` is what `resolved.json` says; `data` goes before its data.
    """
    spec: ExperimentSpec = load_spec(folder.path / "spec.yaml", other_data=True)
    spec = spec.model_copy(update={"runs": str(folder.path.parent), "name": folder.path.name, "store": found["store"]})
    recorded = Path(found["data"]) if found.get("data") else None
    return open_study(spec, data or recorded)


def _own_stage(written: Sequence[Any] | None) -> Stage | None:
    if written is None:
        return None
    shares, learning_rate, steps = written
    return Stage(mixture=tuple((name, share) for name, share in shares), learning_rate=learning_rate, steps=steps)


def tuned(suite: Suite, target: str, folder: Path) -> Examinee:
    """A model that was fine-tuned elsewhere, from the folder that its library saved."""
    task = suite.target(target)
    if not folder.is_dir():
        raise CairnError(f"there is no folder {folder}; give the folder of a model that is fine-tuned for {target}")
    courses = suite.protocol.get(target)

    def load() -> MultiHeadModel:
        from trainables.finetuned import load_finetuned

        return load_finetuned(folder, task)

    return Examinee(
        targets=(target,),
        training=_training(courses[-1]) if courses else Training(),
        identity={"tuned": encoder_fingerprint(EncoderSource(name=str(folder)))},
        load=load,
    )
