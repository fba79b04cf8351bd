"""`cairn evaluate`: fine-tune as the suite says, answer the whole of it, write a submission, score what has gold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from evaluators.errors import BadData, CairnError, UnknownName
from evaluators.reading import available_languages, fingerprint
from evaluators.source import DataSource, pinned
from evaluators.submission.partial import score_what_is_there
from evaluators.suite import Suite
from evaluators.suites import find_suite
from evaluators.task import Task
from experiments.judging.examination import Answers, Room, examine
from experiments.judging.examinees import Changes, Examinee, Finalist, Workshop, finalist, of_protocol, tuned
from experiments.judging.scoring import as_text
from experiments.ray_session import terminated_like_interrupted
from experiments.record import RunFolder, write_text
from experiments.study import data_source
from trainables.encoder_source import EncoderSource, encoder_fingerprint
from trainables.keys import digest
from trainables.settings import Inference, ProfileName, Retrieval

SWEPT = "swept"
"""The retrieval layer is chosen on the search half."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be evaluated."""

    model: str
    """An encoder (shipped name, folder, hub id), or the folder of a finished run: its first winner's trunk."""
    suite: str
    data: Path | None = None
    tasks: tuple[str, ...] = ()
    """None named: all of the suite's."""
    languages: tuple[str, ...] = ()
    """None named: all."""
    tuned: Mapping[str, Path] = field(default_factory=dict)
    """Target -> a folder of a model that is fine-tuned for it."""
    inference: Inference = field(default_factory=Inference)
    changes: Changes = field(default_factory=Changes)
    sweeps: bool = False
    """Choose the layer of retrieval on the search half."""
    seed: int | None = None
    """Of the fine-tuning; None: 0, or the seed of the run's own trunk."""
    runs: Path = Path("runs")
    folder: Path | None = None

    @classmethod
    def of(
        cls,
        model: str,
        suite: str,
        *,
        tasks: str | None,
        languages: str | None,
        tuned: Sequence[str],
        retrieval: str,
        **given: Any,
    ) -> Request:
        """From what stands on a command line: lists with commas, and TASK=DIR.

        Raises:
            CairnError: something else stands there.
        """
        pairs = {}
        for text in tuned:
            name, equals, folder = text.partition("=")
            if not (name and equals and folder):
                raise CairnError(f"--tuned is {text!r}; write TASK=DIR, such as xnli=models/xnli")
            pairs[name] = Path(folder)
        if retrieval != SWEPT and retrieval not in get_args(ProfileName):
            raise UnknownName("retrieval profile", retrieval, [*get_args(ProfileName), SWEPT])
        return cls(
            model=model,
            suite=suite,
            tasks=_listed(tasks),
            languages=_listed(languages),
            tuned=pairs,
            sweeps=retrieval == SWEPT,
            inference=Inference(retrieval=_profile(retrieval)),
            **given,
        )


def _profile(name: str) -> Retrieval:
    """The profile of this name; the layer alone is swept, all else is the first profile's."""
    return next((Retrieval(profile=known) for known in get_args(ProfileName) if known == name), Retrieval())


def _listed(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise CairnError(f"{text!r} names nothing; write names with commas between them, or leave the option out")
    return found


def evaluate_model(request: Request, *, as_json: bool, say: Callable[[str], None]) -> str:
    """Do all of it; the scores as text, or as one JSON object.

    Raises:
        CairnError: a mistake of the user's making, with its mend.
    """
    suite = find_suite(request.suite)
    winner = _winner(request, suite)
    data = data_source(suite, None, request.data, cache=request.runs.absolute() / "cache").unsealed()
    targets = _targets(request, suite)
    data = pinned(data, [table for name in targets for table in suite.target(name).tables_of("whole")])
    languages = {name: _languages(request, suite.target(name), data) for name in targets}
    asked = [name for name in targets if languages[name]]
    if not asked:
        raise CairnError(f"{data.root} has no test data of {suite.name}; name the folder of a mirror with --data")
    workshop = _workshop(request, suite, data, winner)
    trained = [name for name in asked if name not in request.tuned]
    examinees = of_protocol(workshop, trained, request.changes) if trained else []
    examinees += [tuned(suite, name, path) for name, path in request.tuned.items()]
    answers = Answers(_folder(request))
    answers.begin(_identity(request, workshop, examinees, languages))
    room = Room(
        suite=suite,
        languages=languages,
        data=data,
        inference=request.inference,
        cache=workshop.cache,
        name=_slug(request.model),
        seed=workshop.seed,
        say=say,
        sweeps=request.sweeps,
    )
    with terminated_like_interrupted():
        examine(examinees, room, answers)
    say(f"submission: {answers.predictions}")
    if not answers.labels.is_dir():
        raise CairnError(f"nothing that was asked has public gold; hand in {answers.predictions} to have it scored")
    scores = score_what_is_there(answers.predictions, answers.labels, suite)
    write_text(answers.path / "scores.json", as_text(scores, as_json=True) + "\n")
    return as_text(scores, as_json=as_json)


def _targets(request: Request, suite: Suite) -> list[str]:
    for name in (*request.tasks, *request.tuned):
        suite.target(name)  # knows its near misses
    chosen = (*request.tasks, *request.tuned) if request.tasks else tuple(suite.targets)
    known = {code for name in chosen for code in suite.target(name).languages("test")}
    if strangers := [code for code in request.languages if code not in known]:
        what = ", ".join(request.tasks or [suite.name])
        raise CairnError(f"{what}: there is no {', '.join(strangers)}, only {', '.join(sorted(known))}")
    return [name for name in suite.targets if name in chosen]


def _languages(request: Request, task: Task, data: DataSource) -> tuple[str, ...]:
    """The languages of a target that are asked; none where the data have none of it and nobody named it."""
    wanted = [code for code in task.languages("test") if not request.languages or code in request.languages]
    there = available_languages(task, "whole", data)
    if task.name in request.tasks and wanted and not set(there) & set(wanted):
        raise BadData(f"{data.root} has no test data of {task.name} in {', '.join(wanted)}; add them, or leave it out")
    return tuple(code for code in wanted if code in there)


def _winner(request: Request, suite: Suite) -> Finalist | None:
    """The first winner, if the model is a run."""
    if not RunFolder(Path(request.model)).resolved.is_file():
        return None
    winner = finalist(Path(request.model), data=request.data)
    if winner.study.suite.name != suite.name:
        raise CairnError(
            f"{request.model} was searched on {winner.study.suite.name}, whose data its trunk was trained on; evaluate "
            f"it with --suite {winner.study.suite.name}, or give the encoder alone"
        )
    return winner


def _workshop(request: Request, suite: Suite, data: DataSource, winner: Finalist | None) -> Workshop:
    if winner is not None:
        seed = winner.seed if request.seed is None else request.seed
        return replace(winner.workshop, data=data, seed=seed)
    runs = request.runs.absolute()
    encoder = EncoderSource(name=request.model)
    return Workshop(
        store=str(runs / "store"), cache=runs / "cache", suite=suite, data=data, encoder=encoder, seed=request.seed or 0
    )


def _identity(
    request: Request,
    workshop: Workshop,
    examinees: Sequence[Examinee],
    languages: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Plain values; equal where the answers would be equal."""
    suite = workshop.suite
    asked = {name: fingerprint(suite.target(name), "whole", codes, workshop.data) for name, codes in languages.items()}
    return {
        "suite": suite.name,
        "model": str(Path(request.model).resolve()) if Path(request.model).is_dir() else request.model,
        "encoder": encoder_fingerprint(workshop.encoder),
        "trunk": [[list(map(list, stage.mixture)), stage.learning_rate, stage.steps] for stage in workshop.trunk],
        "seed": workshop.seed,
        "protocol": {name: dict(examinee.identity) for examinee in examinees for name in examinee.targets},
        "inference": asdict(request.inference),
        "sweeps": request.sweeps,
        "languages": {name: list(codes) for name, codes in languages.items()},
        "data": digest(asked),
    }


def _folder(request: Request) -> Path:
    if request.folder is not None:
        return request.folder.expanduser().absolute()
    return request.runs.absolute() / "evaluations" / f"{_slug(request.model)}-{request.suite}"


def _slug(model: str) -> str:
    return re.sub(r"[^\w.-]+", "-", Path(model).name or model)
