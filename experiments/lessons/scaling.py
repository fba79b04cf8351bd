"""`cairn scaling`: runs of encoders of several sizes, or a table, as points of a scaling law."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from analysis.attributes import pretraining_of
from analysis.load import Run, load
from analysis.scaling.law import scaling
from analysis.scaling.points import SizedRun, points_of_runs, read_points
from analysis.scaling.text import scaling_text
from evaluators.errors import CairnError
from experiments.stages.disk import is_estimated, parameters
from trainables.encoder_source import EncoderSource


def scaling_report(sources: Sequence[Path], *, by: str, arm: str, as_json: bool) -> str:
    """The fit as text, or as one JSON object.

    Raises:
        CairnError: the points cannot be read or arranged, or are too few to be called a law.
    """
    if any(path.is_dir() for path in sources):
        if not all(path.is_dir() for path in sources):
            raise CairnError("tables and run folders cannot be mixed; give one table, or runs alone")
        runs = [load(path) for path in sources]
        points, notes = points_of_runs([_sized(run) for run in runs], by=by, arm=arm), _notes(runs)
    else:
        points, notes = [point for path in sources for point in read_points(path)], []
    found = {**scaling(points), "notes": notes}
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) if as_json else scaling_text(found)


def _sized(run: Run) -> SizedRun:
    name = run.resolved["encoder"]["name"]
    source = EncoderSource(name=name, revision=run.resolved["encoder"].get("revision"))
    if run.resolved["encoder"].get("build") is not None or is_estimated(source):
        raise CairnError(
            f"how many parameters {name}, the encoder of {run.path}, has is not known here; give a table with the "
            "columns size, seed, error and group"
        )
    return SizedRun(run, parameters(source))


def _notes(runs: Sequence[Run]) -> list[str]:
    read = {pretraining_of(run.resolved["encoder"]["name"]) for run in runs}
    if len(read) == 1 and None not in read:
        return []
    return ["the encoders may have read different texts; a law over sizes is of one family, trained on one corpus"]
