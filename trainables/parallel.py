"""One stage on several devices of a node: processes are started for it, and end with it.

They are started by torch's own launcher and find each other through accelerate. The first rank tells of every step in a
line; where the keeper wants a part it is asked for one through a file. All files lie in a folder of this call.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import IO, Any

from evaluators.errors import CairnError
from search_spaces.plan import Stage
from trainables.loop import TrainingDiverged
from trainables.memory import TooLarge
from trainables.model import MultiHeadModel
from trainables.stage_training import StageTrainer
from trainables.trainer import Begun, Keeper

JOB, KEEP, RESULT, LOG = "job.pickle", "keep", "result", "log.txt"
STEP, PART, MISTAKE = "step ", "part ", "mistake "
"""What a line of the first rank begins with."""
_MISTAKES = {kind.__name__: kind for kind in (TrainingDiverged, TooLarge, CairnError)}
_LAST_LINES = 5


@dataclass(frozen=True, eq=False)
class FinishedFiles:
    """A trained stage as the first rank wrote it. The folder goes with this value."""

    folder: Path
    facts: dict[str, Any]

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def examples(self) -> int:
        """Examples trained on."""
        return int(self.facts["examples"])

    def save(self, folder: Path) -> None:
        """The files of weights and optimiser."""
        _copy(self.folder / RESULT, folder)


@dataclass(frozen=True)
class ParallelTrainer:
    """A trainer of so many processes, each on a device of this node that it has for itself."""

    alone: StageTrainer
    """What each of them would be by itself."""
    processes: int

    def train(self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper) -> FinishedFiles:
        """Train to the stage's end.

        Raises:
            TrainingDiverged, TooLarge, CairnError: as one process would.
            RuntimeError: a process died.
        """
        place = Path(tempfile.mkdtemp(prefix="cairn-ranks-"))
        given = [part.name for part in fields(self.alone) if part.init and part.name != "suite"]
        parts = {name: getattr(self.alone, name) for name in given}
        (place / JOB).write_bytes(pickle.dumps((self.alone.suite.name, parts, stage, start, begun, os.getpid())))
        try:
            _launch(self.processes, place, keeper)
            facts = json.loads((place / RESULT / "facts.json").read_text(encoding="utf-8"))
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return FinishedFiles(place, dict(facts))

    def load(self, path: Path | None, tasks: Sequence[str]) -> MultiHeadModel:
        """The model of a stored stage, on this process's device."""
        return self.alone.load(path, tasks)


def _launch(processes: int, place: Path, keeper: Keeper) -> None:
    launcher = ("-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}")
    command = [sys.executable, *launcher, "-m", "trainables.rank_process", str(place)]
    with (
        (place / LOG).open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True) as ranks,
    ):
        try:
            assert ranks.stdout is not None
            _follow(ranks.stdout, place, keeper)
            if ranks.wait():
                said = " | ".join((place / LOG).read_text(errors="replace").strip().splitlines()[-_LAST_LINES:])
                raise RuntimeError(f"{processes} processes trained together, and one died: {said}")
        finally:  # also where the search ends the turn
            with suppress(ProcessLookupError):
                os.killpg(ranks.pid, signal.SIGKILL)


def _follow(lines: IO[str], place: Path, keeper: Keeper) -> None:
    for line in lines:
        if line.startswith(STEP):
            if keeper.is_due(int(line.removeprefix(STEP))):
                (place / KEEP).touch()
        elif line.startswith(PART):
            steps = int(line.removeprefix(PART))
            keeper.keep(steps, partial(_copy, place / f"part-{steps}"))
            shutil.rmtree(place / f"part-{steps}")
        elif line.startswith(MISTAKE):
            mistake = json.loads(line.removeprefix(MISTAKE))
            raise _MISTAKES[mistake["kind"]](mistake["text"])


def _copy(source: Path, target: Path) -> None:
    for file in source.glob("*.safetensors"):
        shutil.copy2(file, target / file.name)
