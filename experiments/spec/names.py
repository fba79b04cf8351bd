"""Names of suites, tasks, languages, encoders, controls and files in a spec, on raw values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from evaluators.suite import Suite
from evaluators.suites import known_suites
from experiments.spec.claim_names import wrong_claim_names
from experiments.spec.mistakes import near
from experiments.spec.raw import suite_of, value_at
from experiments.spec.settings import winner_of
from experiments.spec.strict_yaml import Mistake, Place
from search_spaces.controls import ALL_MIXED, DIRECT, OF_A_WINNER, TARGET_LONGER
from search_spaces.mlm import MLM
from trainables.encoder_source import SHIPPED, WELL_KNOWN, EncoderSource, folder_of, shipped_names


def wrong_names(raw: Mapping[str, Any]) -> list[Mistake]:
    """Names in the raw values that are in no table. A value of a wrong type is left to pydantic."""
    mistakes = []
    suite = suite_of(raw)
    if isinstance(raw.get("suite"), str) and suite is None:
        mistakes.append(
            Mistake(("suite",), f"there is no suite {raw['suite']!r}{near(raw['suite'], list(known_suites()))}")
        )
    if isinstance(raw.get("encoder"), dict):
        mistakes += _wrong_encoder(raw["encoder"])
        mistakes += wrong_texts(value_at(raw, ("encoder", "build", "texts")), suite, ("encoder", "build", "texts"))
    if suite is None:
        return mistakes
    training = {*suite.training, MLM}
    unknown = _Checker(raw, mistakes)
    unknown(("targets",), "target task", suite.targets)
    if isinstance(raw["targets"], list):
        unknown(("languages",), f"language of these targets in {suite.name}", _languages(suite, raw["targets"]))
    unknown(("space", "tasks"), f"training task of {suite.name}", training)
    tasks = value_at(raw, ("space", "tasks"))
    names = [name for name in tasks if isinstance(name, str)] if isinstance(tasks, list) else []
    unknown(("search", "prior"), "task in this space", names)
    unknown(("space", "target", "task_steps"), f"training task of {suite.name}", training)
    unknown(("training", "per_task"), f"training task of {suite.name}", training)
    unknown(("finals", "task_steps"), f"training task of {suite.name}", training)
    for place in _written_mixtures(raw):
        unknown(place, f"training task of {suite.name}", training)
    alone = [f"{name} alone" for name in names]
    controls = value_at(raw, ("finals", "controls"))
    derived = (
        [name for name in controls if isinstance(name, str) and winner_of(name)] if isinstance(controls, list) else []
    )
    offered = [f"{how} of winner 1" for how in OF_A_WINNER]
    unknown(
        ("finals", "controls"),
        "control in this space",
        [DIRECT, *_controls_beside_direct(raw, alone), *offered, *derived],
    )
    return mistakes + wrong_claim_names(raw, suite)


def _languages(suite: Suite, targets: Iterable[Any]) -> tuple[str, ...]:
    """Every language in which one of the targets can be evaluated, the source language first."""
    tasks = [suite.targets[name] for name in targets if isinstance(name, str) and name in suite.targets]
    codes = {code for task in tasks for split in ("dev", "test") for code in task.languages(split)}
    return tuple(sorted(codes, key=lambda code: (code != suite.source_language, code)))


def _controls_beside_direct(raw: Mapping[str, Any], alone: Sequence[str]) -> list[str]:
    """No mixture of one task; in a space of direct plans only a longer target, where a plan is written out."""
    if value_at(raw, ("space", "lengths")) == [0]:
        return [TARGET_LONGER] if _written_mixtures(raw) else []
    return [TARGET_LONGER, *alone, *([ALL_MIXED] if len(alone) != 1 else [])]


def _written_mixtures(raw: Mapping[str, Any]) -> list[Place]:
    """Places of the mixtures in the plans that the finals write out."""
    plans = value_at(raw, ("finals", "arms"))
    trunks = {name: value_at(plan, ("trunk",)) for name, plan in plans.items()} if isinstance(plans, dict) else {}
    return [
        ("finals", "arms", name, "trunk", number, "mixture")
        for name, trunk in trunks.items()
        if isinstance(trunk, list)
        for number in range(len(trunk))
    ]


class _Checker:
    """Compares the names in one list, or the keys of one mapping, with what there is."""

    def __init__(self, raw: Mapping[str, Any], mistakes: list[Mistake]) -> None:
        self._raw, self._mistakes = raw, mistakes

    def __call__(self, place: Place, what: str, known: Iterable[str]) -> None:
        value, known = value_at(self._raw, place), sorted(known)
        names: Sequence[tuple[int | str, Any]] = ()
        if isinstance(value, list):
            names = list(enumerate(value))
        elif isinstance(value, dict):
            names = [(name, name) for name in value]
        for at, name in names:
            if isinstance(name, str) and name not in known:
                self._mistakes.append(Mistake((*place, at), f"there is no {what} {name!r}{near(name, known)}"))


def _wrong_encoder(encoder: Mapping[str, Any]) -> list[Mistake]:
    name = encoder.get("name")
    if not isinstance(name, str):
        return []
    try:
        folder = folder_of(EncoderSource(name=name))
    except CairnError as error:
        return [Mistake(("encoder", "name"), str(error))]
    if folder is None and name not in WELL_KNOWN and not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return [Mistake(("encoder", "name"), f"{name!r} is no hub id{near(name, [*shipped_names(), *WELL_KNOWN])}")]
    if folder is not None and encoder.get("revision") is not None:
        shipped = "shipped" if folder.parent == SHIPPED else "local"
        return [Mistake(("encoder", "revision"), f"has no effect on a {shipped} encoder; leave it out")]
    return []


def wrong_texts(sources: Any, suite: Suite | None, at: Place) -> list[Mistake]:
    """Tasks and files that sources of text name and that do not exist."""
    if not isinstance(sources, list):
        return []
    mistakes = []
    for number, source in enumerate(sources):
        place: Place = (*at, number)
        task, file = value_at(source, ("task",)), value_at(source, ("file",))
        known = sorted({*suite.targets, *suite.training}) if suite else []
        if isinstance(task, str) and suite is not None and task not in known:
            mistakes.append(Mistake((*place, "task"), f"there is no task {task!r} in {suite.name}{near(task, known)}"))
        if isinstance(file, str) and not Path(file).expanduser().is_file():
            mistakes.append(Mistake((*place, "file"), f"there is no file {file!r}"))
    return mistakes


def missing_folder(raw: Mapping[str, Any]) -> list[Mistake]:
    """A data folder that is not there."""
    data = raw.get("data")
    if not isinstance(data, str) or Path(data).expanduser().is_dir():
        return []
    return [Mistake(("data",), f"there is no folder {data!r}; give a mirror of the hub's layout")]
