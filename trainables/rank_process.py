"""One of the processes that train a stage together (`trainables.parallel`). The first one writes and tells."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import PartialState

from evaluators.errors import CairnError
from evaluators.suites import find_suite
from trainables.devices import use_threads
from trainables.loop import TrainingDiverged
from trainables.memory import TooLarge
from trainables.parallel import JOB, KEEP, MISTAKE, PART, RESULT, STEP
from trainables.ranks import Ranks
from trainables.stage_training import StageTrainer


@dataclass(frozen=True)
class _Told:
    """The keeper of the first rank: asks and answers through lines and files."""

    place: Path
    ranks: Ranks

    def is_due(self, steps: int) -> bool:
        """Was a part asked for?"""
        if self.ranks.number:
            return False
        _tell(f"{STEP}{steps}")
        return (self.place / KEEP).exists()

    def keep(self, steps: int, write: Callable[[Path], None]) -> None:
        """Write a part, and say where."""
        (self.place / KEEP).unlink(missing_ok=True)
        folder = self.place / f"part-{steps}"
        folder.mkdir()
        write(folder)
        _tell(f"{PART}{steps}")


def main() -> None:
    """Train, as the job in the folder says."""
    place = Path(sys.argv[1])
    suite, parts, stage, start, begun, parent = pickle.loads((place / JOB).read_bytes())
    trainer = StageTrainer(suite=find_suite(suite), **parts)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    use_threads(1)
    state = PartialState(cpu=not torch.cuda.is_available())
    ranks = Ranks(state.process_index, state.num_processes)
    try:
        finished = trainer.train(stage, start, begun, _Told(place, ranks), ranks)
    except CairnError as error:
        if not ranks.number:
            kind = next(kind for kind in (TrainingDiverged, TooLarge, CairnError) if isinstance(error, kind))
            _tell(MISTAKE + json.dumps({"kind": kind.__name__, "text": str(error)}))
        sys.exit(1)
    if not ranks.number:
        (place / RESULT).mkdir()
        finished.save(place / RESULT)
        (place / RESULT / "facts.json").write_text(json.dumps(finished.facts), encoding="utf-8")
    state.wait_for_everyone()
    state.destroy_process_group()


def _tell(line: str) -> None:
    print(line, flush=True)


def _end_with(parent: int) -> None:
    """A rank whose trial was killed must not go on holding its device."""
    while True:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            os._exit(1)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
