"""Names in a study's method: arms, runs, targets, languages. All are checked before the first run is trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.finals import DIRECT, WINNER
from analysis.studies.architecture import Architecture
from analysis.studies.by_size import GainBySize
from analysis.studies.orders import Orders
from analysis.studies.published import Published
from analysis.studies.transfer_law import TransferLaw
from evaluators.errors import UnknownName
from evaluators.languages import LANGUAGES
from evaluators.suites import find_suite
from experiments.spec import ExperimentSpec


def check_names(method: Any, specs: Mapping[str, ExperimentSpec]) -> None:
    """`specs`: name of a run -> its spec.

    Raises:
        UnknownName: the method names an arm, run, target, training task, language or script that is not there.
    """
    if isinstance(method, TransferLaw):  # the runs of English alone have neither the arm nor the task
        _check("arm of the finals", _arms(method), {name for spec in specs.values() for name in _arms_of(spec)})
        trained_on = {name for spec in specs.values() for name in find_suite(spec.suite).training}
        _check("training task of these suites", [method.examples_of], trained_on)
        return
    for run, spec in specs.items():
        _check(f"arm of the finals of {run}", _arms(method), _arms_of(spec))
    if isinstance(method, Architecture):
        paired = [name for pair in method.pairs for name in (pair.sparse, pair.dense)]
        _check("run of the study", [*paired, *method.sizes, *method.active], specs)
        scripts = {language.script for language in LANGUAGES.values()}
        _check("script", [pair.script for pair in method.pairs if pair.script], scripts)
    for spec in specs.values():
        suite = find_suite(spec.suite)
        targets = [*(spec.targets or suite.targets)]
        if isinstance(method, Published):
            _check("target of these runs", [name for claim in method.claims for name in claim.targets], targets)
        if isinstance(method, GainBySize):
            tasks = [suite.targets[name] for name in targets]
            known = {code for task in tasks for split in ("dev", "test") for code in task.languages(split)}
            _check("language of these targets", method.low, known)


def _arms(method: Any) -> list[str]:
    if isinstance(method, Orders):
        return []
    if isinstance(method, Published):
        return [name for claim in method.claims for name in (claim.arm, claim.over)]
    if isinstance(method, GainBySize | Architecture | TransferLaw):
        return [method.arm, *method.controls]
    return [*method.arms]


def _arms_of(spec: ExperimentSpec) -> list[str]:
    winners = [f"{WINNER}{number}" for number in range(1, spec.finals.winners + 1)]
    return list(dict.fromkeys([DIRECT, *spec.finals.controls, *spec.finals.arms, *winners]))


def _check(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    every = list(known)
    for name in names:
        if name not in every:
            raise UnknownName(kind, name, every)
