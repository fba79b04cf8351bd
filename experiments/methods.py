"""The methods by which a study may ask. The names in one are checked before anything is trained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

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


@dataclass(frozen=True, kw_only=True)
class SameSpeed:
    """How long the models of two arms of the one run take (`cairn bench`)."""

    kind: Literal["same-speed"]
    arms: tuple[str, ...] = ("direct", "winner 1")
    heads: tuple[str, ...] = ()
    """Ways to ask; all that the models have, if none is named."""
    languages: tuple[str, ...] = ()
    lengths: tuple[int | Literal["own"], ...] = (32, 128)
    """Tokens of every input; own: every text as long as it is."""
    batches: tuple[int, ...] = (1, 8)
    warmup: int = 3
    """Untimed calls of every model on every kind of input."""
    blocks: int = 20
    calls: int = 5
    band: float = 0.03
    """Share up and down within which times are the same."""

    def __post_init__(self) -> None:
        if len(set(self.arms)) != 2 or len(self.arms) != 2:
            raise ValueError(f"arms is {list(self.arms)}; name two different arms of the finals")


Method = Annotated[
    Orders | GainBySize | TransferLaw | SameSpeed | Architecture | Published, Field(discriminator="kind")
]


def check_names(method: Method, specs: Mapping[str, ExperimentSpec]) -> None:
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
        if isinstance(method, GainBySize | SameSpeed):
            tasks = [suite.targets[name] for name in targets]
            known = {code for task in tasks for split in ("dev", "test") for code in task.languages(split)}
            named = method.low if isinstance(method, GainBySize) else method.languages
            _check("language of these targets", named, known)


def _arms(method: Method) -> list[str]:
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
