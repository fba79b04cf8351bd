"""`cairn study`, also `python -m experiments.studies FILE`: several runs that answer one question, then one page.

A study file holds an ordinary spec once, and for each run what differs. Every run is a run like any other, with a spec
of its own in the study's folder, continued and reported as usual; a finished one trains nothing. What would count as an
answer stands in the file, and so in the record, before anything is trained.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.finals import DIRECT
from analysis.load import Json, Run, load
from analysis.studies.answer import Table
from analysis.studies.architecture import Architecture
from analysis.studies.member import Member
from analysis.studies.report import study_text, write_study
from analysis.studies.routing import routing_table
from analysis.studies.same_speed import same_speed
from evaluators.errors import CairnError
from evaluators.reading import read
from experiments.as_module import as_typed, start
from experiments.methods import Method, SameSpeed, check_names
from experiments.record import RunFolder, read_json, read_rows, write_text
from experiments.run import run_spec
from experiments.spec import SpecError, load_spec
from experiments.spec.mistakes import from_validation, said
from experiments.spec.reading import message
from experiments.spec.strict_yaml import Mistake, parse
from experiments.stages.disk import embeddings, is_estimated, parameters
from experiments.study import Study
from trainables.encoder_source import EncoderSource

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
_TEXTS = 200
"""Of a language, to see its routing by."""


class StudySpec(BaseModel):
    """A study file."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    study: Annotated[str, Field(pattern=_NAME)]
    question: str
    counts_as_answer: str
    """What would count as an answer, said before anything runs."""
    method: Method
    runs: dict[Annotated[str, Field(pattern=_NAME)], dict[str, Any]]
    """Name -> what differs from the spec below."""
    spec: dict[str, Any]
    """An ordinary spec without a name."""


def load_study(path: Path) -> StudySpec:
    """The study in a file; the specs of its runs are read when they are written out.

    Raises:
        SpecError: with every mistake in it.
    """
    try:
        document = parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"the study {path} cannot be read: {error}") from None
    if not isinstance(document.value, dict):
        missing = Mistake((), f"found {said(document.value)}; a study is keys with values")
        raise SpecError(message(document, document.mistakes or [missing], path.name))
    mistakes, study = [*document.mistakes], None
    try:
        study = StudySpec.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        mistakes += from_validation(error, StudySpec)
    if study is not None and not study.runs:
        mistakes.append(Mistake(("runs",), "is empty; name at least one run"))
    if study is not None and ("name" in study.spec or any("name" in one for one in study.runs.values())):
        mistakes.append(Mistake(("spec", "name"), "the study names its runs; leave it out"))
    if mistakes:
        raise SpecError(message(document, mistakes, path.name))
    assert study is not None
    return study


def run_study(path: Path, data: Path | None = None, *, runs: Path | None = None) -> int:
    """Run what is not finished yet, then write the page; the exit status of the first run that was interrupted, or 0.

    Raises:
        CairnError: a mistake of the user's making, with its mend.
    """
    study = load_study(path)
    specs = write_specs(study, data, runs)
    for spec in specs.values():
        status = run_spec(spec, data, runs=runs)
        if status:
            return status
    summary = summarise(study, path, specs, data, runs)
    page = write_study(study_folder(study, runs), summary)
    print(f"\n{study_text(summary)}\n\nreport: {page}")
    return 0


def study_folder(study: StudySpec, runs: Path | None) -> Path:
    """Where the study's own page and specs lie, beside its runs."""
    return (runs or Path(study.spec.get("runs", "runs"))).expanduser() / study.study


def write_specs(study: StudySpec, data: Path | None = None, runs: Path | None = None) -> dict[str, Path]:
    """The spec of every run as a file of its own, all checked before the first is run.

    Raises:
        SpecError: one has mistakes; lines are those of the file that was written.
        UnknownName: the method names what no run has.
    """
    folder = study_folder(study, runs) / "specs"
    folder.mkdir(parents=True, exist_ok=True)
    written, loaded = {}, {}
    for name, changes in study.runs.items():
        merged = _merged({"name": f"{study.study}.{name}", **study.spec}, changes)
        written[name] = folder / f"{name}.yaml"
        write_text(written[name], yaml.safe_dump(merged, sort_keys=False, allow_unicode=True))
        loaded[name] = load_spec(written[name], other_data=data is not None)
    check_names(study.method, loaded)
    return written


def summarise(
    study: StudySpec, path: Path, specs: Mapping[str, Path], data: Path | None = None, runs: Path | None = None
) -> Json:
    """Everything on the study's page.

    Raises:
        CairnError: a run is not finished, or the question cannot be put to these runs.
    """
    folders = {name: _folder(spec, runs) for name, spec in specs.items()}
    members = [_member(name, load(folder)) for name, folder in folders.items()]
    if isinstance(study.method, SameSpeed):
        found = same_speed(_timed(study.method, members, data))
    else:
        found = study.method.answer(members)
    if isinstance(study.method, Architecture):
        found = found._replace(tables=[*found.tables, *_routings(study.method, members, data)])
    return {
        "study": study.study,
        "question": study.question,
        "counts_as_answer": study.counts_as_answer,
        "method": study.method.kind,
        **found.as_json(),
        "incomplete": [line for member in members for line in _incomplete(member)],
        "runs": [
            {
                "name": member.name,
                "encoder": member.encoder,
                "parameters": member.parameters,
                "seeds": list(member.finals.seeds),
                "report": f"../{member.run.path.name}/report.html",
            }
            for member in members
        ],
        "reproduce": as_typed("study", path, data, runs),
    }


def _folder(spec: Path, runs: Path | None) -> Path:
    found = load_spec(spec, other_data=True)
    return (runs or Path(found.runs)).expanduser().absolute() / found.name


def _member(name: str, run: Run) -> Member:
    encoder = run.resolved["encoder"]
    source = EncoderSource(name=encoder["name"], revision=encoder.get("revision"))
    known = encoder.get("build") is None and not is_estimated(source)
    return Member(name, run, parameters(source), embeddings(source)) if known else Member(name, run)


def _incomplete(member: Member) -> Iterator[str]:
    found = read_json(member.run.path / "summary.json")
    for line in found.get("incomplete", ()):
        yield f"{member.name}: {line}"
    for failure in found.get("failures", ()):
        yield f"{member.name}: {failure['where']} failed ({failure['reason']})"


def _timed(method: SameSpeed, members: Sequence[Member], data: Path | None) -> Json:
    from experiments.judging.bench import Request, measure
    from experiments.judging.blocks import Course

    if len(members) != 1:
        raise CairnError(f"a study of speed has one run, whose arms are timed; this one has {len(members)}")
    run = members[0].run
    done = [json.loads(row["unit"]) for row in read_rows(RunFolder(run.path).finals) if row["unit"] is not None]
    for arm in method.arms:
        if arm not in {unit[0] for unit in done}:
            raise CairnError(f"the finals of {run.path} have no arm {arm!r}, which the study times")
    request = Request(
        models=tuple(f"{run.path}::{arm}" for arm in method.arms),
        languages=method.languages,
        lengths=tuple(one if isinstance(one, int) else None for one in method.lengths),
        batches=method.batches,
        heads=method.heads,
        course=Course(blocks=method.blocks, calls=method.calls, warmup=method.warmup),
        band=method.band,
        suite=run.resolved["suite"],
        data=data,
        runs=run.path.parent,
    )
    return measure(request, say=lambda text: print(text, file=sys.stderr))


def _routings(method: Architecture, members: Sequence[Member], data: Path | None) -> Iterator[Table]:
    """Of the members whose encoders have routers: the encoder as it came, and the end of the arm's trunk."""
    from experiments.judging.examinees import finalist
    from trainables.routing import routing

    for member in members:
        after, before = (finalist(member.run.path, arm=arm, data=data) for arm in (method.arm, DIRECT))
        texts = _dev_texts(before.study)
        then, now = (routing(one.workshop.stored([]), texts) for one in (before, after))
        if then:
            yield routing_table(member.name, then, now, member.run.resolved["source_language"])


def _dev_texts(study: Study) -> dict[str, list[str]]:
    """Dev texts in all languages of the first target that is parallel, or else of the first."""
    from trainables.texts import texts_of

    tasks = sorted(study.targets.values(), key=lambda task: not task.parallel)
    for task in tasks:
        languages = study.languages(task.name, "dev")
        if study.suite.source_language in languages:
            return {
                code: [one.text for one in texts_of(read(task, "dev", code, study.data).examples[:_TEXTS])]
                for code in languages
            }
    raise CairnError("no target has dev texts in the source language, beside which others could be shown")


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(before, value) if both else value  # type: ignore[arg-type]
    return merged


def main() -> None:
    """`python -m experiments.studies FILE [--data DIR] [--runs DIR]`."""
    start("study", "experiments.studies", run_study)


if __name__ == "__main__":
    main()
