"""After the search: winners and controls again, with fresh seeds, each target task trained on its own, judged on dev
and on the test data that the search never saw. The only place that opens the seal.

The work is a set of units (arm, seed, training task), run as plain Ray tasks over the same stage store, a task for
every stage of a trunk: it is placed when the one before is done, so none holds a place while it waits, and trunks that
begin alike share their tasks. A stage that another study is training is asked for again after the rest, and so is a
unit under which node after node went. A unit that is done is noted in `finals.jsonl` after its scores; a run that is
continued does the rest. A unit that fails is recorded with its reason, and the others go on.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ray

from evaluators.errors import CairnError
from evaluators.item_files import write_items
from experiments.finals_plan import Arm, Unit, units
from experiments.record import Journal, Row, RunFolder, now, read_rows, write_text
from experiments.search import MAX_FAILURES
from experiments.settings import Resources
from experiments.study import Study
from search_spaces.plan import Stage, as_json
from trainables.trial import TrialSettings, final_scores, train_trunk

_ASK_AGAIN_SECONDS = 5.0
"""After so long stages that another study was training are asked for again."""
MAX_NODES = 10
"""Nodes that may go under a unit while no other is finished."""


def run_finals(
    study: Study,
    compared: Sequence[Arm],
    settings: TrialSettings,
    *,
    resources: Resources,
    progress: Callable[[int, int, int, int], None],
) -> None:
    """Train and judge every unit that is not recorded yet. `progress(done, total, failed, before)`.

    What is still waiting when this ends early goes with the session. It is not cancelled: Ray 2.60 ends the whole
    driver if a task is cancelled while it is on its way to a worker.

    Raises:
        CairnError: the same mistake would fail every unit (a broken data file, a full disk).
    """
    todo = {unit.identity: unit for unit in units(study, compared)}
    total = len(todo)
    done = _keep_only_whole(study.folder, set(todo))
    before, failed = len(done), 0
    journals = _Journals(study.folder)
    progress(before, total, failed, before)
    shared = ray.put(replace(settings, data=settings.data.unsealed()))
    open_units = [unit for name, unit in todo.items() if name not in done]
    lost: Counter[str] = Counter()
    while open_units:
        trunks, waiting = _submit(open_units, shared, resources)
        open_units = []
        while waiting or trunks:
            ready, _ = ray.wait([*trunks, *waiting], num_returns=1, timeout=1.0)
            for reference in ready:
                outcome = _outcome(reference)
                if outcome.get("fatal"):
                    raise CairnError(outcome["failed"])
                if reference in trunks:
                    journals.note_trunk(trunks.pop(reference), outcome)
                    continue
                unit = waiting.pop(reference)
                outcome = _counted(outcome, unit.identity, lost)
                if "busy" in outcome:
                    open_units.append(unit)
                    continue
                journals.note(unit, outcome)
                failed += "failed" in outcome
            progress(total - len(waiting) - len(open_units), total, failed, before)
        if open_units:
            time.sleep(_ASK_AGAIN_SECONDS)


def _submit(todo: Sequence[Unit], settings: Any, resources: Resources) -> tuple[dict[Any, Unit], dict[Any, Unit]]:
    """Start everything; the stages of trunks by one of their units, and the units."""
    options = {"num_cpus": resources.cpu, "num_gpus": resources.gpu, "max_retries": MAX_FAILURES}
    trunk, judge = (ray.remote(**options)(function) for function in (train_trunk, final_scores))
    ends: dict[tuple[tuple[Stage, ...], int], Any] = {}
    trunks, waiting = {}, {}
    for unit in todo:
        before = None
        for length in range(1, len(unit.arm.trunk) + 1):
            beginning = (unit.arm.trunk[:length], unit.seed)
            if beginning not in ends:
                ends[beginning] = trunk.remote(*beginning, settings, before)
                trunks[ends[beginning]] = unit
            before = ends[beginning]
        waiting[judge.remote(unit.arm.trunk, unit.stage, unit.targets, unit.seed, settings, before)] = unit
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


class _Journals:
    """The three files that finals write."""

    def __init__(self, folder: RunFolder) -> None:
        self._scores, self._failures = Journal(folder.scores), Journal(folder.failures)
        self._finals, self._stages = Journal(folder.finals), Journal(folder.stages)
        self._folder = folder.path

    def note(self, unit: Unit, outcome: Mapping[str, Any]) -> None:
        """Items and scores first, then that they are whole. A unit whose worker died is left open, for the next run."""
        fixed = {"phase": "final", "arm": unit.arm.name, "seed": unit.seed}
        plan = as_json(unit.arm.plan)
        head = {"phase": "final", "trial": None, "rung": None, "arm": unit.arm.name, "plan": plan, "seed": unit.seed}
        self._note_stages(fixed, outcome)
        error = outcome.get("failed")
        if error is not None:
            self._failures.append([{**fixed, "plan": plan, "task": target, "error": error} for target in unit.targets])
        for target, items in outcome.get("items", {}).items():
            write_items(self._folder, unit.arm.name, unit.seed, target, items)
        self._scores.append([{**head, **score} for score in outcome.get("scores", ())])
        if not outcome.get("try_again"):
            self._finals.append([{**fixed, "task": unit.task, "unit": unit.identity, **_counts(outcome)}])

    def note_trunk(self, unit: Unit, outcome: Mapping[str, Any]) -> None:
        """What a stage of the trunk of an arm and a seed took."""
        fixed = {"phase": "final", "arm": unit.arm.name, "seed": unit.seed}
        self._note_stages(fixed, outcome)
        if outcome.get("trained"):
            self._finals.append([{**fixed, "task": "trunk", "unit": None, **_counts(outcome)}])

    def _note_stages(self, fixed: Row, outcome: Mapping[str, Any]) -> None:
        small = outcome.get("micro_batches", {})
        rows = [{**fixed, "key": key, "micro_batches": small, "time": now()} for key in outcome.get("stored", ())]
        self._stages.append(rows)


def _counts(outcome: Mapping[str, Any]) -> Row:
    return {name: outcome.get(name, 0) for name in ("trained", "found", "examples", "seconds")} | {"time": now()}


def _keep_only_whole(folder: RunFolder, wanted: set[str]) -> set[str]:
    """Which units are done; scores of others (half-written, or of arms that are compared no more) are dropped."""
    finished = {row["unit"]: row for row in read_rows(folder.finals) if row["unit"] in wanted}
    whole = set()
    for unit in finished:
        arm, plan, seed, _, _, targets = json.loads(unit)
        whole |= {(arm, json.dumps(plan, sort_keys=True), seed, target) for target in targets}
    rows = read_rows(folder.scores)
    _rewrite(folder.scores, rows, [r for r in rows if r["phase"] != "final" or _name(r) in whole])
    rows = read_rows(folder.finals)
    _rewrite(folder.finals, rows, [r for r in rows if r["unit"] is None or r["unit"] in finished])
    rows = read_rows(folder.failures)
    _rewrite(folder.failures, rows, [r for r in rows if _name(r) in whole])
    return set(finished)


def _name(row: Row) -> tuple[str, str, int, str]:
    return (row["arm"], json.dumps(row["plan"], sort_keys=True), row["seed"], row["task"])


def _rewrite(path: Path, rows: Sequence[Row], kept: Sequence[Row]) -> None:
    if len(kept) < len(rows):
        write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept))
