"""After the finals: short stages from every prefix of the plans that were compared, judged on dev.

The work is done as that of the finals is (`unit_work`). A probe is one line of `probes.jsonl`, with its scores or the
reason why it has none, so that a run that is continued does the others. The seal stays: a probe sees no test data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from experiments.finals.plan import Arm
from experiments.finals.probe_plan import Probe, probes
from experiments.finals.unit_work import counts, run_units
from experiments.record import Journal, Row, RunFolder, keep_rows, now
from experiments.spec.settings import Resources
from experiments.study import Study
from search_spaces.plan import stages_json
from trainables.trial import TrialSettings, probe_scores


def run_probes(
    study: Study,
    compared: Sequence[Arm],
    settings: TrialSettings,
    *,
    resources: Resources,
    progress: Callable[[int, int, int, int], None],
) -> None:
    """Make every probe that is not recorded yet. `progress(done, total, failed, before)`.

    Raises:
        CairnError: the same mistake would fail every probe (a broken data file, a full disk).
    """
    todo = {probe.identity: probe for probe in probes(study, compared)}
    rows = keep_rows(study.folder.probes, lambda row: row["unit"] is None or row["unit"] in todo)
    done = {row["unit"] for row in rows} - {None}
    total, before = len(todo), len(done)
    progress(before, total, 0, before)
    run_units(
        [probe for name, probe in todo.items() if name not in done],
        probe_scores,
        lambda probe: (probe.stage, probe.questions),
        settings,
        _Notes(study.folder),
        resources=resources,
        progress=lambda left, failed: progress(total - left, total, failed, before),
    )


class _Notes:
    """The two files that probes write."""

    def __init__(self, folder: RunFolder) -> None:
        self._probes, self._stages = Journal(folder.probes), Journal(folder.stages)

    def note(self, unit: Probe, outcome: Mapping[str, Any]) -> None:
        """The probe, in one line. One whose worker died is left open, for the next run."""
        self._note_stages(unit, outcome)
        if not outcome.get("try_again"):
            found = {"scores": outcome.get("scores", []), "error": outcome.get("failed")}
            self._write(unit, unit.task, unit.identity, found, outcome)

    def note_trunk(self, unit: Probe, outcome: Mapping[str, Any]) -> None:
        """What a stage of a prefix took, where the finals did not leave it."""
        self._note_stages(unit, outcome)
        if outcome.get("trained"):
            self._write(unit, "trunk", None, {"scores": [], "error": None}, outcome)

    def _write(self, unit: Probe, task: str, identity: str | None, found: Row, outcome: Mapping[str, Any]) -> None:
        head = {"unit": identity, "trunk": stages_json(unit.trunk), "seed": unit.seed, "task": task}
        self._probes.append([{**head, **found, **counts(outcome)}])

    def _note_stages(self, unit: Probe, outcome: Mapping[str, Any]) -> None:
        fixed = {"phase": "probe", "arm": None, "seed": unit.seed, "micro_batches": outcome.get("micro_batches", {})}
        self._stages.append([{**fixed, "key": key, "time": now()} for key in outcome.get("stored", ())])
