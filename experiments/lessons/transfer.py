"""`cairn transfer`: which tasks promise to help before they are tried, by two scores, and how far to believe them.

Of a run's folder, the scores stand beside what the run measured for each task alone; of a spec, they stand for
themselves. *text*: are the task's training texts like those that the targets are trained on? *logme*: after a stage on
the task alone, how well do frozen features explain the labels that the targets are trained on, over what the encoder's
own do? Its stages are those of the "<task> alone" controls: found in the store, trained and put there if they are not.
Only training splits are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.finals import ALONE
from analysis.load import Json, Run, load
from analysis.logme import logme
from analysis.transfer import LARGEST, Worth, mean_gain, measured, quality, text_scores
from analysis.transfer_text import transfer_text
from evaluators.errors import BadData, CairnError, UnknownName
from evaluators.examples import Example
from evaluators.reading import available_languages, labels_of, read
from evaluators.sampling import pick
from evaluators.task import Task
from experiments.judging.examinees import Workshop, recorded_study
from experiments.record import RunFolder, read_json
from experiments.spec import load_spec
from experiments.spec.encoder_choice import ensure_built
from experiments.study import Study, open_study, store_location
from search_spaces.plan import Stage
from search_spaces.searchers.features import standardised
from trainables.texts import texts_of

if TYPE_CHECKING:
    from trainables.model import MultiHeadModel

TEXT, LOGME = METHODS = ("text", "logme")
BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked."""

    source: Path
    """The folder of a run, or a spec."""
    by: str | None = None
    """One of `METHODS`, or both; None: both of a run, the texts of a spec, for which nothing is trained."""
    examples: int = 500
    """Training examples of each task that are read."""
    data: Path | None = None

    def __post_init__(self) -> None:
        if self.by is not None and self.by not in (*METHODS, BOTH):
            raise UnknownName("score of transfer", self.by, (*METHODS, BOTH))

    @property
    def methods(self) -> tuple[str, ...]:
        """The scores to be computed."""
        if self.by is None:
            return METHODS if self.source.is_dir() else (TEXT,)
        return METHODS if self.by == BOTH else (self.by,)


def transfer_report(request: Request, *, as_json: bool, say: Callable[[str], None]) -> str:
    """What `cairn transfer` prints.

    Raises:
        CairnError: the source is neither a run nor a spec, or there is nothing to score.
    """
    study, run = _opened(request)
    if not _alone(study):
        raise CairnError(f"the space of {request.source} has no task to train on alone; there is nothing to rank")
    if study.spec.encoder.build is not None:
        said = "building the encoder from text (once; it is kept in the store)"
        ensure_built(
            study.spec.encoder.build, study.suite, study.data, Path(study.encoder.name), on_start=lambda: say(said)
        )
    reading = _Reading(study, request.examples)
    scores: dict[str, dict[str, float]] = {}
    by_target: dict[str, dict[str, float]] = {}
    if TEXT in request.methods:
        scores[TEXT] = _by_texts(study, reading, say)
    if LOGME in request.methods:
        by_target = _by_logme(study, reading, say)
        scores[LOGME] = mean_gain(by_target)
    found = _found(study, scores, by_target, {} if run is None else measured(run))
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) if as_json else transfer_text(found)


def _opened(request: Request) -> tuple[Study, Run | None]:
    if not request.source.is_dir():
        spec = load_spec(request.source, other_data=request.data is not None)
        return open_study(spec, request.data, pin=True), None
    run = load(request.source)
    folder = RunFolder(request.source.expanduser().absolute())
    return recorded_study(folder, read_json(folder.resolved), request.data), run


@dataclass(frozen=True)
class _Reading:
    """Training examples in the source language, where a task has it."""

    study: Study
    most: int

    def language(self, task: Task) -> str:
        codes = available_languages(task, "train", self.study.data)
        if not codes:
            raise BadData(f"the training data of {task.name} are missing; add them, or leave the task out")
        return self.study.suite.source_language if self.study.suite.source_language in codes else codes[0]

    def examples(self, task: Task) -> tuple[Example, ...]:
        return pick(read(task, "train", self.language(task), self.study.data).examples, self.most)

    @cached_property
    def encoder(self) -> MultiHeadModel:
        """Before any stage."""
        return _workshop(self.study).run([])


def _by_texts(study: Study, reading: _Reading, say: Callable[[str], None]) -> dict[str, float]:
    from trainables.transferability import text_vectors

    if not study.trained_tasks:
        raise CairnError("no target of this study is trained for, so no task's texts can be like theirs; name others")
    means = {}
    for name in dict.fromkeys([*_alone(study), *study.trained_tasks]):
        say(f"text: {name}")
        task = study.suite.training_task(name)
        texts = [text.text for text in texts_of(reading.examples(task))]
        length = study.spec.training.of(name).max_length_tokens
        means[name] = text_vectors(reading.encoder, texts, reading.language(task), max_length_tokens=length).mean(
            axis=0
        )
    scores = text_scores(means, study.trained_tasks)
    return {task: scores[task] for task in _alone(study)}


def _by_logme(study: Study, reading: _Reading, say: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """Task -> training task of a target -> gain in evidence over the encoder before any stage."""
    asked = [name for name in study.trained_tasks if name not in _without_classes(study)]
    if not asked:
        raise CairnError("no target of this study is trained on labels, which LogME needs; use --by text")
    examples = {name: reading.examples(study.suite.training_task(name)) for name in asked}
    before = _evidence(reading, reading.encoder, examples)
    gains = {}
    for task, stage in _alone(study).items():
        say(f"logme: {task} alone")
        after = _evidence(reading, _workshop(study, stage).run([]), examples)
        gains[task] = {name: after[name] - before[name] for name in asked}
    return gains


def _evidence(reading: _Reading, model: MultiHeadModel, examples: Mapping[str, Sequence[Example]]) -> dict[str, float]:
    """Of each of the targets' training tasks, in nats for an example."""
    from trainables.transferability import labelled_vectors

    study, found = reading.study, {}
    for name, chosen in examples.items():
        task = study.suite.training_task(name)
        task = replace(task, labels=labels_of(task, study.data))
        told = labelled_vectors(model, task, chosen, reading.language(task), study.spec.training)
        try:
            found[name] = logme(told.vectors_nd, told.labels_n)
        except ValueError as error:
            raise CairnError(f"LogME of {len(chosen)} examples of {name}: {error}; give more --examples") from error
    return found


def _without_classes(study: Study) -> dict[str, str]:
    """What LogME cannot be asked about, and why."""
    from trainables.transferability import WITH_CLASSES

    kinds = {name: study.suite.training_task(name).kind for name in study.trained_tasks}
    spans = {name: f"{kind} has no classes" for name, kind in kinds.items() if kind not in WITH_CLASSES}
    return spans | {name: "is not trained for" for name, task in study.targets.items() if task.trained_as is None}


def _alone(study: Study) -> dict[str, Stage]:
    """Task -> the stage of its control at the last rung."""
    last = study.spec.ladder.rungs[-1]
    plans = {task: study.controls.get(f"{task}{ALONE}") for task in study.spec.space.tasks}
    return {task: last.of(plan).trunk[0] for task, plan in plans.items() if plan is not None}


def _workshop(study: Study, *trunk: Stage) -> Workshop:
    return Workshop(
        store=store_location(study.spec),
        cache=study.cache,
        suite=study.suite,
        data=study.data,
        encoder=study.encoder,
        seed=study.spec.space.seeds[0],
        trunk=trunk,
        trunk_training=study.spec.training,
        threads=study.spec.resources.cpu,
    )


def _found(
    study: Study,
    scores: Mapping[str, Mapping[str, float]],
    by_target: Mapping[str, Mapping[str, float]],
    worths: Mapping[str, Worth],
) -> Json:
    sizes = {task: float(size) for task, size in study.setting.sizes.items()}
    known = {where: worth for where, worth in worths.items() if worth.alone}
    return {
        "study": study.spec.name,
        "trained_as": list(study.trained_tasks),
        "logme_by_target": {task: dict(gains) for task, gains in by_target.items()},
        "left_out_of_logme": _without_classes(study) if by_target else {},
        "tasks": [
            {
                "task": task,
                "examples": study.setting.sizes.get(task),
                **{method: given[task] for method, given in scores.items()},
                **{where: _measured(worth, task) for where, worth in known.items()},
            }
            for task in _alone(study)
        ],
        "quality": {where: quality({**scores, LARGEST: sizes}, worth.alone) for where, worth in known.items()},
        "priors": {method: _prior(given) for method, given in scores.items()},
    }


def _measured(worth: Worth, task: str) -> Json | None:
    if task not in worth.alone:
        return None
    score = worth.alone[task]
    return {"score": score, "gain": None if worth.direct is None else score - worth.direct}


def _prior(scores: Mapping[str, float]) -> dict[str, float]:
    """As a spec may say it: in standard deviations, two digits."""
    return {task: round(value, 2) for task, value in standardised(scores).items()}
