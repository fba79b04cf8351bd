"""`cairn store`: what is in the store, why two stages differ, what is damaged, what nobody needs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluators.errors import CairnError
from experiments.stages.disk import size_text
from experiments.stages.needs import notes_of
from trainables.store import Store

PINS = "pins"
_SKEW_SECONDS = 3600.0
"""The clocks of a store and of a driver may differ by so much."""
_SHOWN = 12
"""Digits of a key that are shown."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An entry, as its record tells of it."""

    key: str
    start: str
    what: str
    steps: int
    seed: int
    bytes: int
    time: float
    studies: tuple[str, ...]
    is_winner: bool
    pin: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "studies": list(self.studies)}


def stored_stages(store: Store) -> list[Stored]:
    """Every entry whose record can be read, by key."""
    notes, pins = notes_of(store), store.notes(PINS)
    found = []
    for key in store.entries():
        record = store.record(key)
        if record is None:
            continue
        content = record.get("content", {})
        stage = content.get("stage", {})
        found.append(
            Stored(
                key=key,
                start=str(content.get("start", "")),
                what=f"{'+'.join(stage.get('mixture', {})) or '?'} {stage.get('learning_rate', 0):g}",
                steps=int(content.get("stop", 0)),
                seed=int(content.get("seed", 0)),
                bytes=store.size(key),
                time=store.stored_at(key),
                studies=tuple(note.name for note in notes if key in set(note.keys)),
                is_winner=any(key in note.winners for note in notes),
                pin=pins.get(key),
            )
        )
    return found


def list_text(store: Store, *, tree: bool, as_json: bool) -> str:
    """What `cairn store ls` prints."""
    stages = stored_stages(store)
    if as_json:
        return json.dumps([stage.as_json() for stage in stages], indent=2, ensure_ascii=False)
    quarantined = store.quarantined()
    lines = list(_tree_lines(stages) if tree else _flat_lines(stages))
    lines.append(f"{len(stages)} stages, {size_text(sum(stage.bytes for stage in stages))} in {store.location}")
    lines += [f"in quarantine: {name}: {reason}" for name, reason in quarantined.items()]
    return "\n".join(lines)


def _flat_lines(stages: list[Stored]) -> Iterator[str]:
    for stage in sorted(stages, key=lambda stage: stage.time):
        moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(stage.time))
        yield f"{stage.key[:_SHOWN]}  {moment}  {size_text(stage.bytes):>8}  {_described(stage)}"


def _tree_lines(stages: list[Stored]) -> Iterator[str]:
    children: dict[str, list[Stored]] = {}
    known = {stage.key for stage in stages}
    for stage in stages:
        children.setdefault(stage.start, []).append(stage)
    for root in sorted(start for start in children if start not in known):
        yield f"{root[:_SHOWN]}  an encoder, or a stage that is gone"
        yield from _branches(root, children, "")


def _branches(start: str, children: Mapping[str, list[Stored]], indent: str) -> Iterator[str]:
    below = sorted(children.get(start, ()), key=lambda stage: (stage.what, stage.seed, stage.steps))
    for place, stage in enumerate(below):
        last = place == len(below) - 1
        yield f"{indent}{'└─' if last else '├─'} {stage.key[:_SHOWN]}  {_described(stage)}"
        yield from _branches(stage.key, children, indent + ("   " if last else "│  "))


def _described(stage: Stored) -> str:
    marks = ["winner"] if stage.is_winner else []
    marks += [f"pinned: {stage.pin.strip()}"] if stage.pin is not None else []
    needed = f" ({', '.join(stage.studies)})" if stage.studies else " (no study)"
    return f"{stage.what}, {stage.steps} steps, seed {stage.seed}{needed}{''.join(f' [{mark}]' for mark in marks)}"


def explain_text(store: Store, one: str, other: str) -> str:
    """Why two stages are not the same: the first field that differs, back to where their paths part.

    Raises:
        CairnError: there is no such stage.
    """
    first, second = find(store, one), find(store, other)
    if first == second:
        return f"both are {first}"
    lines = [f"A {first}", f"B {second}"]
    while True:
        ours, theirs = (store.record(key) for key in (first, second))
        if ours is None or theirs is None:
            gone = first if ours is None else second
            return "\n".join([*lines, f"{gone[:_SHOWN]} is an encoder, or a stage that is gone; more is not known"])
        differing = list(_differences(ours["content"], theirs["content"], ()))
        own = [(place, a, b) for place, a, b in differing if place != ("start",)]
        starts = [(a, b) for place, a, b in differing if place == ("start",)]
        if own:
            place, a, b = own[0]
            lines.append(f"{'.'.join(place)}: A {_told(a)}, B {_told(b)}")
            lines += [f"  and {'.'.join(place)}" for place, _, _ in own[1:]]
        if not starts:
            return "\n".join(lines)
        first, second = starts[0]
        lines.append(f"they start from different stages: A {first[:_SHOWN]}, B {second[:_SHOWN]}")


def _differences(
    one: Mapping[str, Any], other: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Fields that differ, in the order in which the first has them, then those that only the second has."""
    for name in (*one, *(name for name in other if name not in one)):
        a, b = one.get(name), other.get(name)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            yield from _differences(a, b, (*place, name))
        elif a != b:
            yield (*place, name), a, b


def _told(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def verify_text(store: Store) -> tuple[str, bool]:
    """Read every entry through; what was damaged, which is in quarantine now, and whether all was well."""
    keys = list(store.entries())
    bad = [key for key in keys if store.open(key) is None]
    lines = [f"damaged, and in quarantine now: {key}" for key in bad]
    lines += [f"{name}: {reason}" for name, reason in store.quarantined().items() if name.partition(".")[0] in bad]
    return "\n".join([*lines, f"{len(keys) - len(bad)} of {len(keys)} stages are as they were stored"]), not bad


@dataclass(frozen=True)
class Prunable:
    """What nobody needs."""

    keys: tuple[str, ...]
    bytes: int


def unneeded(store: Store) -> Prunable:
    """Entries that no study reaches: no winner's, not pinned, needed by no unfinished study, and no start of such."""
    notes, pins = notes_of(store), store.notes(PINS)
    needed = set(pins)
    for note in notes:
        needed |= set(note.winners) if note.is_gone else {*note.keys, *note.winners}
    unfinished = [note.time for note in notes if not note.is_finished and not note.is_gone]
    since = min(unfinished, default=float("inf")) - _SKEW_SECONDS
    keys = list(store.entries())
    kept = {key for key in keys if key in needed or store.stored_at(key) >= since}
    kept |= _starts(store, kept)
    away = tuple(key for key in keys if key not in kept)
    return Prunable(away, sum(store.size(key) for key in away))


def _starts(store: Store, keys: set[str]) -> set[str]:
    """Everything that these stages started from."""
    found: set[str] = set()
    open_ends = list(keys)
    while open_ends:
        record = store.record(open_ends.pop())
        start = None if record is None else record.get("content", {}).get("start")
        if start is not None and start not in found:
            found.add(start)
            open_ends.append(start)
    return found


def prune_text(store: Store, *, really: bool) -> str:
    """What `cairn store prune` prints, and does if it is really meant."""
    found = unneeded(store)
    gone = [note for note in notes_of(store) if note.is_gone]
    lines = [
        f"the run folder of {note.name} is gone; its winners stay: `--forget {note.name}` drops them" for note in gone
    ]
    if not really:
        lines.append(f"{len(found.keys)} stages ({size_text(found.bytes)}) are needed by nobody; --yes removes them")
        return "\n".join(lines)
    for key in found.keys:
        store.remove(key)
    return "\n".join([*lines, f"removed {len(found.keys)} stages ({size_text(found.bytes)})"])


def pin(store: Store, part: str, reason: str) -> str:
    """Keep a stage, whoever needs it; its key."""
    key = find(store, part)
    store.write_note(PINS, key, f"{reason}\n")
    return key


def unpin(store: Store, part: str) -> str:
    """Let go of a pinned stage; its key."""
    key = _only(part, store.notes(PINS), "no stage is pinned whose name begins with")
    store.remove_note(PINS, key)
    return key


def find(store: Store, part: str) -> str:
    """The key that begins so.

    Raises:
        CairnError: none does, or several do.
    """
    return _only(part, store.entries(), f"{store.location} holds no stage whose name begins with")


def _only(part: str, keys: Iterable[str], nothing: str) -> str:
    found = [key for key in keys if key.startswith(part)]
    if not found:
        raise CairnError(f"{nothing} {part!r}; `cairn store ls` lists them")
    if len(found) > 1:
        some = ", ".join(key[:16] for key in found[:2])
        raise CairnError(f"{len(found)} stages begin with {part!r} ({some}); give more digits")
    return found[0]
