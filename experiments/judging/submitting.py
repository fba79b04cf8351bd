"""`cairn submission`: the predictions folder of a run's winner, answered whole and checked before it is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from evaluators.reading import available_languages, fingerprint
from evaluators.submission.checking import check_submission
from evaluators.submission.layout import layout_of
from evaluators.suites import find_suite
from experiments.judging.examination import Answers, Room, examine
from experiments.judging.examinees import Finalist, finalist
from experiments.ray_session import terminated_like_interrupted
from experiments.record import RunFolder, read_json
from trainables.encoder_source import encoder_fingerprint
from trainables.keys import digest


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A predictions folder and what is wrong with it."""

    folder: Path
    problems: tuple[str, ...]

    @property
    def text(self) -> str:
        """For the command line."""
        if not self.problems:
            return f"{self.folder} can be handed in"
        count = "a problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return "\n".join([f"{self.folder} has {count}:", *(f"  {problem}" for problem in self.problems)])


def submit(
    path: Path,
    *,
    suite: str | None,
    arm: str | None,
    seed: int | None,
    data: Path | None,
    folder: Path | None,
    say: Callable[[str], None],
) -> Checked:
    """What the command does: of a run, write and check; of a folder of predictions, check.

    Raises:
        CairnError: a folder of predictions comes without its suite, or a run is not finished.
    """
    if RunFolder(path.expanduser()).resolved.is_file():
        if suite is not None and suite != (own := read_json(RunFolder(path.expanduser()).resolved)["suite"]):
            raise CairnError(f"{path} is a run on {own}, and cannot be handed in for {suite}; leave out --suite")
        return submission_of(path, arm=arm, seed=seed, data=data, folder=folder, say=say)
    if suite is None:
        raise CairnError(f"{path} is no run; to check a folder of predictions, say what it is for: --suite xtreme")
    if any(option is not None for option in (arm, seed, data, folder)):
        raise CairnError(f"{path} is no run, so --arm, --seed, --data and --to mean nothing; leave them out")
    return check_folder(path, suite)


def submission_of(
    run: Path,
    *,
    arm: str | None,
    seed: int | None,
    data: Path | None,
    folder: Path | None,
    say: Callable[[str], None],
) -> Checked:
    """Answer the whole suite with a run's finished models, and check what was written.

    Raises:
        CairnError: the folder holds no finished run, or the data are missing.
    """
    found = finalist(run, arm=arm, seed=seed, data=data)
    answers = Answers(folder.expanduser().absolute() if folder else _place(run, found))
    languages = {
        target: available_languages(found.study.suite.target(target), "whole", found.workshop.data)
        for _, targets in found.units
        for target in targets
    }
    answers.begin(_identity(run, found, languages))
    room = Room(
        suite=found.study.suite,
        languages=languages,
        data=found.workshop.data,
        inference=found.study.spec.inference,
        cache=found.workshop.cache,
        name=found.arm,
        seed=found.seed,
        say=say,
    )
    with terminated_like_interrupted():
        examine(found.examinees(), room, answers)
    return check_folder(answers.predictions, found.study.suite.name, labels=answers.labels)


def check_folder(predictions: Path, suite: str, *, labels: Path | None = None) -> Checked:
    """Everything that is wrong with a predictions folder.

    Raises:
        CairnError: there is no such folder or suite.
    """
    if not predictions.is_dir():
        raise CairnError(f"there is no folder {predictions}; give a run or a folder of predictions")
    found = check_submission(predictions, layout_of(find_suite(suite)), labels=labels)
    return Checked(folder=predictions, problems=tuple(str(problem) for problem in found))


def _identity(run: Path, found: Finalist, languages: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Plain values; equal where the answers would be equal."""
    workshop, suite = found.workshop, found.study.suite
    asked = {name: fingerprint(suite.target(name), "whole", codes, workshop.data) for name, codes in languages.items()}
    return {
        "run": str(run.expanduser().resolve()),
        "arm": found.arm,
        "seed": found.seed,
        "suite": suite.name,
        "encoder": encoder_fingerprint(workshop.encoder),
        "trunk": [str(stage) for stage in workshop.trunk],
        "training": digest(asdict(found.study.spec.training)),
        "stages": [[str(stage), list(targets)] for stage, targets in found.units],
        "inference": asdict(found.study.spec.inference),
        "languages": {name: list(codes) for name, codes in languages.items()},
        "data": digest(asked),
    }


def _place(run: Path, found: Finalist) -> Path:
    return run.expanduser().absolute() / "submissions" / f"{found.arm.replace(' ', '-')}-{found.seed}"
