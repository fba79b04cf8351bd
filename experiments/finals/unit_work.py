"""Units of work after the search: a trunk, and what is asked at its end, as plain Ray tasks over the stage store.

A task for every stage of a trunk: it is placed when the one before is done, so none holds a place while it waits, and
trunks that begin alike share their tasks. A stage that another study is training is asked for again after the rest, and
so is a unit under which node after node went.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import ray

from evaluators.errors import CairnError
from experiments.record import Row, now
from experiments.running.under_tune import MAX_FAILURES
from experiments.spec.settings import Resources
from search_spaces.plan import Stage
from trainables.trial import train_trunk

_ASK_AGAIN_SECONDS = 5.0
"""After so long stages that another study was training are asked for again."""
MAX_NODES = 10
"""Nodes that may go under a unit while no other is finished."""


class Unit(Protocol):
    """One piece of work."""

    @property
    def trunk(self) -> tuple[Stage, ...]:
        """What is trained first, once for all units that share it."""
        ...

    @property
    def seed(self) -> int:
        """Of the training."""
        ...

    @property
    def identity(self) -> str:
        """Equal for the same work."""
        ...


U = TypeVar("U", bound=Unit)


class Notes(Protocol[U]):  # type: ignore[misc]
    """Where outcomes are written."""

    def note(self, unit: U, outcome: Mapping[str, Any]) -> None:
        """What became of a unit."""
        ...

    def note_trunk(self, unit: U, outcome: Mapping[str, Any]) -> None:
        """What a stage of the trunk of a unit took."""
        ...


def run_units(
    units: Sequence[U],
    judge: Callable[..., dict[str, Any]],
    question: Callable[[U], tuple[Any, ...]],
    settings: Any,
    notes: Notes[U],
    *,
    resources: Resources,
    progress: Callable[[int, int], None],
) -> None:
    """Do them all. `judge(trunk, *question(unit), seed, settings, outcome of the trunk)`; `progress(left, failed)`.

    What is still waiting when this ends early goes with the session. It is not cancelled: Ray 2.60 ends the whole
    driver if a task is cancelled while it is on its way to a worker.

    Raises:
        CairnError: the same mistake would fail every unit (a broken data file, a full disk).
    """
    shared, open_units = ray.put(settings), list(units)
    lost: Counter[str] = Counter()
    failed = 0
    while open_units:
        trunks, waiting = _submit(open_units, judge, question, shared, resources)
        open_units = []
        while waiting or trunks:
            ready, _ = ray.wait([*trunks, *waiting], num_returns=1, timeout=1.0)
            for reference in ready:
                outcome = _outcome(reference)
                if outcome.get("fatal"):
                    raise CairnError(outcome["failed"])
                if reference in trunks:
                    notes.note_trunk(trunks.pop(reference), outcome)
                    continue
                unit = waiting.pop(reference)
                outcome = _counted(outcome, unit.identity, lost)
                if "busy" in outcome:
                    open_units.append(unit)
                    continue
                notes.note(unit, outcome)
                failed += "failed" in outcome
            progress(len(waiting) + len(open_units), failed)
        if open_units:
            time.sleep(_ASK_AGAIN_SECONDS)


def _submit(
    todo: Sequence[U],
    judge: Callable[..., dict[str, Any]],
    question: Callable[[U], tuple[Any, ...]],
    settings: Any,
    resources: Resources,
) -> tuple[dict[Any, U], dict[Any, U]]:
    """Start everything; the stages of trunks by one of their units, and the units."""
    options = {"num_cpus": resources.cpu, "num_gpus": resources.gpu, "max_retries": MAX_FAILURES}
    train, ask = (ray.remote(**options)(function) for function in (train_trunk, judge))
    ends: dict[tuple[tuple[Stage, ...], int], Any] = {}
    trunks, waiting = {}, {}
    for unit in todo:
        before = None
        for length in range(1, len(unit.trunk) + 1):
            beginning = (unit.trunk[:length], unit.seed)
            if beginning not in ends:
                ends[beginning] = train.remote(*beginning, settings, before)
                trunks[ends[beginning]] = unit
            before = ends[beginning]
        waiting[ask.remote(unit.trunk, *question(unit), unit.seed, settings, before)] = unit
    return trunks, waiting


def _counted(outcome: dict[str, Any], unit: str, lost: Counter[str]) -> dict[str, Any]:
    """The outcome; a failure where node after node went under the unit and no other got anywhere (`lost`)."""
    if not outcome.get("lost"):
        lost.clear()
        return outcome
    lost[unit] += 1
    if lost[unit] < MAX_NODES:
        return outcome
    return {"failed": f"{MAX_NODES} nodes went under it", "try_again": True}


def _outcome(reference: Any) -> dict[str, Any]:
    try:
        outcome: dict[str, Any] = ray.get(reference)
        return outcome
    except ray.exceptions.NodeDiedError:  # which is hardly the unit's fault
        return {"busy": "its node went", "lost": True}
    except ray.exceptions.RayError as error:
        return {"failed": f"its worker died {MAX_FAILURES + 1} times ({type(error).__name__})", "try_again": True}


def counts(outcome: Mapping[str, Any]) -> Row:
    """What an outcome took."""
    return {name: outcome.get(name, 0) for name in ("trained", "found", "examples", "seconds")} | {"time": now()}
