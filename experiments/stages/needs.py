"""Which stages a study needs, noted beside the stages themselves, so that tidying up never takes one away.

A note says which stages a study's trials and finals go through and which of them its winners stand on. It is written
when a run begins and whenever it knows more. While a run is unfinished, everything that was stored since its last note
counts as needed, too: TPE may have proposed it meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.finals.plan import Arm, Unit, units
from experiments.finals.probe_plan import Probe, probes
from experiments.record import now
from experiments.search.ledger import Ledger
from experiments.stages.names import chains, key_function
from experiments.study import Study
from trainables.keys import digest
from trainables.store import Store

KIND = "studies"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a study needs."""

    name: str
    folder: str
    """Of the run, on the machine `node`."""
    node: str
    keys: tuple[str, ...]
    winners: tuple[str, ...]
    """Stages of the winners' finals, and what these started from."""
    is_finished: bool
    time: float

    @property
    def is_gone(self) -> bool:
        """Was the run folder deleted? Only its own machine can say."""
        return self.node == os.uname().nodename and not Path(self.folder).is_dir()


def note_needs(study: Study, ledger: Ledger, compared: Sequence[Arm] = (), *, is_finished: bool = False) -> None:
    """Write the study's note."""
    chain_of = chains(study)
    keys = {
        step.key
        for proposal in ledger.proposals.values()
        for rung in range(len(ledger.rungs))
        for step in chain_of(proposal, rung)
    }
    finals = {arm.name: set(_keys(study, units(study, [arm]))) for arm in compared}
    keys |= set(_keys(study, probes(study, compared)))
    note = Note(
        name=study.spec.name,
        folder=str(study.folder.path),
        node=os.uname().nodename,
        keys=tuple(sorted(keys.union(*finals.values()))),
        winners=tuple(sorted(set().union(*(keys for name, keys in finals.items() if name.startswith("winner "))))),
        is_finished=is_finished,
        time=now(),
    )
    study.store.write_note(KIND, _file(note), json.dumps(asdict(note)) + "\n")


def notes_of(store: Store) -> list[Note]:
    """All notes that can be read; one that cannot counts as that of an unfinished study, which keeps everything."""
    found = []
    for name, text in sorted(store.notes(KIND).items()):
        try:
            found.append(_read(json.loads(text)))
        except (ValueError, KeyError, TypeError):
            found.append(Note(name=name, folder="", node="?", keys=(), winners=(), is_finished=False, time=0.0))
    return found


def forget(store: Store, name: str) -> int:
    """Drop the notes of the studies of this name; how many there were."""
    notes = [note for note in notes_of(store) if note.name == name]
    for note in notes:
        store.remove_note(KIND, _file(note) if note.folder else note.name)
    return len(notes)


def _keys(study: Study, found: Iterable[Unit | Probe]) -> Iterable[str]:
    key_of = key_function(study)
    for unit in found:
        start: str | None = None
        for stage in (*unit.trunk, *([unit.stage] if unit.stage else [])):
            start = key_of(start, stage, unit.seed)
            yield start


def _file(note: Note) -> str:
    return f"{note.name}-{digest({'folder': note.folder, 'node': note.node})[:12]}.json"


def _read(value: Mapping[str, Any]) -> Note:
    return Note(
        name=str(value["name"]),
        folder=str(value["folder"]),
        node=str(value["node"]),
        keys=tuple(value["keys"]),
        winners=tuple(value["winners"]),
        is_finished=bool(value["is_finished"]),
        time=float(value["time"]),
    )
