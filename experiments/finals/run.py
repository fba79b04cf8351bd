"""After the search: winners and controls again, with fresh seeds, each target task trained on its own, judged on dev
and on the test data that the search never saw. The only place that opens the seal.

The work is a set of units (arm, seed, training task), done as `unit_work` does them. A unit that is done is noted in
`finals.jsonl` after its scores; a run that is continued does the rest. A unit that fails is recorded with its reason,
and the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluators.item_files import write_items
from experiments.finals.plan import Arm, Unit, units
from experiments.finals.unit_work import counts, run_units
from experiments.record import Journal, Row, RunFolder, keep_rows, now, read_rows
from experiments.spec.settings import Resources
from experiments.study import Study
from search_spaces.plan import as_json
from trainables.trial import TrialSettings, final_scores


def run_finals(
    study: Study,
    compared: Sequence[Arm],
    settings: TrialSettings,
    *,
    resources: Resources,
    progress: Callable[[int, int, int, int], None],
) -> None:
    """Train and judge every unit that is not recorded yet. `progress(done, total, failed, before)`.

    Raises:
        CairnError: the same mistake would fail every unit (a broken data file, a full disk).
    """
    todo = {unit.identity: unit for unit in units(study, compared)}
    done = _keep_only_whole(study.folder, set(todo))
    total, before = len(todo), len(done)
    progress(before, total, 0, before)
    run_units(
        [unit for name, unit in todo.items() if name not in done],
        final_scores,
        lambda unit: (unit.stage, unit.targets),
        replace(settings, data=settings.data.unsealed()),
        _Journals(study.folder),
        resources=resources,
        progress=lambda left, failed: progress(total - left, total, failed, before),
    )


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
            self._finals.append([{**fixed, "task": unit.task, "unit": unit.identity, **counts(outcome)}])

    def note_trunk(self, unit: Unit, outcome: Mapping[str, Any]) -> None:
        """What a stage of the trunk of an arm and a seed took."""
        fixed = {"phase": "final", "arm": unit.arm.name, "seed": unit.seed}
        self._note_stages(fixed, outcome)
        if outcome.get("trained"):
            self._finals.append([{**fixed, "task": "trunk", "unit": None, **counts(outcome)}])

    def _note_stages(self, fixed: Row, outcome: Mapping[str, Any]) -> None:
        small = outcome.get("micro_batches", {})
        rows = [{**fixed, "key": key, "micro_batches": small, "time": now()} for key in outcome.get("stored", ())]
        self._stages.append(rows)


def _keep_only_whole(folder: RunFolder, wanted: set[str]) -> set[str]:
    """Which units are done; scores of others (half-written, or of arms that are compared no more) are dropped."""
    finished = {row["unit"]: row for row in read_rows(folder.finals) if row["unit"] in wanted}
    whole = set()
    for unit in finished:
        arm, plan, seed, _, _, targets = json.loads(unit)
        whole |= {(arm, json.dumps(plan, sort_keys=True), seed, target) for target in targets}
    keep_rows(folder.scores, lambda row: row["phase"] != "final" or _name(row) in whole)
    keep_rows(folder.finals, lambda row: row["unit"] is None or row["unit"] in finished)
    keep_rows(folder.failures, lambda row: _name(row) in whole)
    return set(finished)


def _name(row: Row) -> tuple[str, str, int, str]:
    return (row["arm"], json.dumps(row["plan"], sort_keys=True), row["seed"], row["task"])
