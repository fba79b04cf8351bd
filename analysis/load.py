"""Reads a run folder into typed values. It is all that the analysis knows of a study.

The journals, `trials.jsonl`, `scores.jsonl` and others, are appended to while a study runs and can be read at any
moment. A last line that a crash tore is left out and counted; a broken line further up means that something else has
damaged the file, and is an error. A trial that was started twice reports twice: its last report at each rung counts,
and the last score row of each cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from evaluators.errors import CairnError
from search_spaces.plan import Stage, stages_from_json

Json: TypeAlias = dict[str, Any]

RUNNING = "running"
COMPLETED = "completed"
STOPPED = "stopped"
FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a trial reported at one rung."""

    rung: int
    trunk_scale: float
    target_scale: float
    selectors: Mapping[str, float]
    trained: int
    found: int
    examples: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One plan of the search and how it fared."""

    name: str
    control: str | None
    plan: Json
    seed: int
    proposed: float | None = None
    """Seconds since 1970."""
    reports: Mapping[int, Report] = field(default_factory=dict)
    status: str = RUNNING
    reason: str = ""

    @property
    def last(self) -> Report | None:
        """The report at the highest rung reached."""
        return self.reports[max(self.reports)] if self.reports else None


@dataclass(frozen=True, kw_only=True)
class FinalScore:
    """One metric of one arm, seed, task and language of the final evaluation."""

    arm: str
    seed: int
    split: str
    task: str
    language: str
    metric: str
    value: float
    examples: int
    signature: str


@dataclass(frozen=True, kw_only=True)
class FinalFailure:
    """A final evaluation that ended with an error."""

    arm: str
    seed: int
    task: str
    error: str


@dataclass(frozen=True, kw_only=True)
class ProbeScore:
    """One metric of one probe: a prefix of a path, a short stage on a task, judged on dev."""

    prefix: tuple[Stage, ...]
    seed: int
    role: str
    """`target`, or `learnt`: a task that the prefix has trained on."""
    task: str
    language: str
    metric: str
    value: float


@dataclass(frozen=True, kw_only=True)
class ProbeFailure:
    """A probe that ended with an error."""

    prefix: tuple[Stage, ...]
    seed: int
    task: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything a run folder holds."""

    path: Path
    resolved: Json
    environment: Json
    trials: tuple[Trial, ...]
    finals: tuple[FinalScore, ...]
    arm_plans: Mapping[str, Json]
    """Arm of the finals -> its plan, in the order of appearance; last those of which nothing was scored."""
    failures: tuple[FinalFailure, ...]
    probes: tuple[ProbeScore, ...] = ()
    probe_failures: tuple[ProbeFailure, ...] = ()
    torn: Mapping[str, int]
    """Journal -> lines left out because a crash tore them."""


@dataclass(frozen=True, kw_only=True)
class SearchScore:
    """One metric of one trial, rung, task and language on dev."""

    trial: str
    rung: int
    task: str
    language: str
    metric: str
    value: float


def search_scores(path: Path) -> Iterator[SearchScore]:
    """What the trials of the run in this folder were scored on; no part of `Run`, as only few ask for so many rows.

    Raises:
        CairnError: the journal is damaged.
    """
    for row in _journal(path / "scores.jsonl")[0]:
        if row["phase"] == "search":
            yield SearchScore(
                trial=row["trial"],
                rung=int(row["rung"]),
                task=row["task"],
                language=row["language"],
                metric=row["metric"],
                value=float(row["value"]),
            )


def load(path: Path) -> Run:
    """The run in this folder, finished or not.

    Raises:
        CairnError: there is no run in the folder, or a file in it is damaged.
    """
    if not (path / "resolved.json").is_file():
        raise CairnError(f"{path} holds no run: it has no resolved.json; name a folder that `cairn run` wrote")
    events, torn_events = _journal(path / "trials.jsonl")
    rows, torn_rows = _journal(path / "scores.jsonl")
    failures, torn_failures = _journal(path / "failures.jsonl")
    probes, torn_probes = _journal(path / "probes.jsonl")
    try:
        finals = [row for row in rows if row["phase"] == "final"]
        return Run(
            path=path,
            resolved=_object(path / "resolved.json"),
            environment=_object(path / "environment.json"),
            trials=_trials(events),
            finals=_finals(finals),
            arm_plans={row["arm"]: row["plan"] for row in (*failures, *finals)},
            failures=tuple(
                FinalFailure(arm=str(row["arm"]), seed=int(row["seed"]), task=str(row["task"]), error=str(row["error"]))
                for row in failures
            ),
            probes=tuple(score for row in probes for score in _probe_scores(row)),
            probe_failures=tuple(
                ProbeFailure(prefix=stages_from_json(r["trunk"]), seed=int(r["seed"]), task=r["task"], error=r["error"])
                for r in probes
                if r["error"]
            ),
            torn={
                name: count
                for name, count in (
                    ("trials.jsonl", torn_events),
                    ("scores.jsonl", torn_rows),
                    ("failures.jsonl", torn_failures),
                    ("probes.jsonl", torn_probes),
                )
                if count
            },
        )
    except KeyError as missing:
        raise CairnError(
            f"a line of the journals in {path} has no {missing}; it was written by another version of Cairn: run again"
        ) from missing


def _object(path: Path) -> Json:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CairnError(f"{path} is not JSON ({error}); run the study again to write it anew") from error
    if not isinstance(value, dict):
        raise CairnError(f"{path} holds no JSON object; run the study again to write it anew")
    return value


def _journal(path: Path) -> tuple[list[Json], int]:
    """The lines of a journal and the number of torn ones (0 or 1); a journal not yet begun is empty."""
    if not path.is_file():
        return [], 0
    lines = path.read_bytes().split(b"\n")
    whole, rest = lines[:-1], lines[-1]
    rows: list[Json] = []
    for number, line in enumerate(whole, start=1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise CairnError(
                f"{path}, line {number}, is not JSON; the file is damaged: mend the line or move the folder away"
            ) from error
    return rows, int(bool(rest.strip()))


def _trials(events: list[Json]) -> tuple[Trial, ...]:
    trials: dict[str, Trial] = {}
    for event in events:
        name = event["trial"]
        if event["event"] == "proposed":
            trials[name] = Trial(
                name=name,
                control=event["control"],
                plan=event["plan"],
                seed=int(event["seed"]),
                proposed=event.get("time"),
            )
        elif name not in trials:
            raise CairnError(f"trials.jsonl tells of trial {name}, which was never proposed; the file is damaged")
        elif event["event"] == "report":
            report = _report(event)
            reports = {**trials[name].reports, report.rung: report}
            trials[name] = replace(trials[name], reports=dict(sorted(reports.items())), status=RUNNING, reason="")
        elif event["event"] == "ended":
            trials[name] = replace(trials[name], status=event["status"], reason=event.get("reason") or "")
    return tuple(trials.values())


def _report(event: Json) -> Report:
    return Report(
        rung=int(event["rung"]),
        trunk_scale=float(event["trunk_scale"]),
        target_scale=float(event["target_scale"]),
        selectors={name: float(value) for name, value in event["selectors"].items() if value is not None},
        trained=int(event["trained"]),
        found=int(event["found"]),
        examples=int(event["examples"]),
        seconds=float(event["seconds"]),
    )


def _probe_scores(row: Json) -> Iterator[ProbeScore]:
    prefix = stages_from_json(row["trunk"])
    for score in row["scores"]:
        yield ProbeScore(
            prefix=prefix,
            seed=int(row["seed"]),
            role=score["role"],
            task=score["task"],
            language=score["language"],
            metric=score["metric"],
            value=float(score["value"]),
        )


def _finals(rows: list[Json]) -> tuple[FinalScore, ...]:
    scores = [
        FinalScore(
            arm=row["arm"],
            seed=int(row["seed"]),
            split=row["split"],
            task=row["task"],
            language=row["language"],
            metric=row["metric"],
            value=float(row["value"]),
            examples=int(row["examples"]),
            signature=row["signature"],
        )
        for row in rows
    ]
    cells = {(s.arm, s.seed, s.split, s.task, s.language, s.metric): s for s in scores}
    return tuple(cells.values())
