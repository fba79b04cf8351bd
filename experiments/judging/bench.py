"""`cairn bench`: how long models take to answer, and whether they take the same time.

Every model is loaded once, the first a second time as the A/A control: where a model is not found equivalent to
itself, nothing else is to be believed. A call begins with token ids and ends with the label on the CPU; cutting
texts into tokens is not timed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from analysis.arrays import Floats
from analysis.latency import EQUIVALENT, compared, compared_over, quantiles, rate
from evaluators.errors import CairnError, UnknownName
from evaluators.reading import available_languages, read
from evaluators.source import DataSource
from evaluators.suite import Suite
from evaluators.suites import find_suite
from experiments.judging.bench_text import bench_text
from experiments.judging.blocks import Course, timed
from experiments.judging.examinees import finalist
from experiments.record import RunFolder
from experiments.study import data_source
from trainables.settings import Precision

if TYPE_CHECKING:
    from trainables.batches import Batch
    from trainables.timing.asking import Asked, HeadName

AGAIN = "again"
OWN = "own"
_TEXTS = 256
_ARM = "::"


class Cell(NamedTuple):
    """One kind of input."""

    language: str
    length: int | None
    """Tokens of every input; None: every text as long as it is."""
    batch: int


class Entry(NamedTuple):
    """One model asked in one way."""

    model: str
    head: str
    again: bool = False
    """The A/A control."""

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.model}, {AGAIN}" if self.again else self.model


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be timed."""

    models: tuple[str, ...]
    """Hub ids, shipped names, folders, runs (`RUN`), or an arm of a run's finals (`RUN::ARM`)."""
    languages: tuple[str, ...] = ()
    """The suite's source language, if none is named."""
    lengths: tuple[int | None, ...] = (32, 128)
    batches: tuple[int, ...] = (1, 8)
    heads: tuple[str, ...] = ()
    arm: str | None = None
    """Of finished runs; the first winner, if none is named."""
    course: Course = field(default_factory=lambda: Course(blocks=20, calls=5, warmup=3))
    band: float = 0.03
    suite: str = "babel"
    data: Path | None = None
    runs: Path = Path("runs")
    threads: int | None = None
    precision: Precision = "float32"
    new_tokens: int = 8

    def __post_init__(self) -> None:
        if len(set(self.models)) < len(self.models):
            raise CairnError("a model is named twice; the first is asked twice anyway, as the control")
        if not (self.models and self.lengths and self.batches):
            raise CairnError("there is nothing to time; name at least one model, length and batch")
        if self.arm is not None and not any(_is_run(model) for model in self.models):
            raise CairnError(f"--arm names {self.arm!r}, and no model is a finished run; leave it out")
        if self.precision not in get_args(Precision):
            raise UnknownName("precision", self.precision, get_args(Precision))
        if not 0 < self.band < 1:
            raise CairnError(f"the band is {self.band}; give a share between 0 and 1, such as 0.03")
        if min(self.batches) < 1 or self.new_tokens < 1 or min(one or 1 for one in self.lengths) < 1:
            raise CairnError("batches, lengths and new tokens are counts; give 1 or more")

    @classmethod
    def of(cls, models: Sequence[str], *, languages: str | None, lengths: str, batches: str, **given: Any) -> Request:
        """From what stands on a command line: lists with commas.

        Raises:
            CairnError: something else stands there.
        """
        return cls(
            models=tuple(models),
            languages=_listed(languages),
            lengths=tuple(None if one == OWN else _count("--lengths", one) for one in _listed(lengths)),
            batches=tuple(_count("--batches", one) for one in _listed(batches)),
            heads=_listed(given.pop("heads")),
            course=Course(blocks=given.pop("blocks"), calls=given.pop("calls"), warmup=given.pop("warmup")),
            **given,
        )


def bench(request: Request, *, as_json: bool, say: Callable[[str], None]) -> str:
    """Time all of it; a text, or one JSON object.

    Raises:
        CairnError: a mistake of the user's making, with its mend.
    """
    found = measure(request, say=say)
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) if as_json else bench_text(found)


def measure(request: Request, *, say: Callable[[str], None]) -> dict[str, Any]:
    """The measurements as plain values; times in seconds."""
    from trainables.devices import best_device
    from trainables.timing.machine import timed_machine
    from trainables.timing.peaks import peak_above_rest

    with timed_machine(request.threads, request.precision) as machine:
        entries = _entries(request, say)
        cells = [Cell(*one) for one in product(_languages(request), request.lengths, request.batches)]
        inputs = _inputs(request, entries, cells)
        steps: dict[tuple[Entry, Cell], list[int]] = {key: [] for key in inputs}

        def call(entry: Entry, cell: Cell, turn: int) -> None:
            batch = inputs[entry, cell][turn % len(inputs[entry, cell])]
            steps[entry, cell].append(entries[entry].ask(batch))

        say(f"warming up {len(entries)} models on {len(cells)} kinds of input")
        seconds = timed(
            list(entries),
            cells,
            call,
            request.course,
            on_block=lambda block: say(f"block {block + 1} of {request.course.blocks}"),
        )
        peaks = {key: peak_above_rest(partial(call, *key, 0), best_device()) for key in product(entries, cells)}
    asked_once = [entry for entry in entries if not entry.again]
    control = [
        _comparison(seconds, entry, entry._replace(again=False), cells, request.band)
        for entry in entries
        if entry.again
    ]
    return {
        "machine": machine,
        "course": asdict(request.course),
        "band": request.band,
        "models": [_model(entry, entries[entry]) for entry in asked_once],
        "rows": [
            _row(entry, cell, seconds[entry, cell], inputs[entry, cell], steps[entry, cell], peaks[entry, cell])
            for entry, cell in product(asked_once, cells)
        ],
        "control": control,
        "trusted": all(one["verdict"] == EQUIVALENT for one in control),
        "comparisons": [
            _comparison(seconds, entry, other, cells, request.band)
            for entry in asked_once
            if (other := _reference(entry, entries)) is not None
        ],
    }


def _entries(request: Request, say: Callable[[str], None]) -> dict[Entry, Asked]:
    from trainables.timing.asking import HEADS

    for head in request.heads:
        if head not in HEADS:
            raise UnknownName("head", head, HEADS)
    heads = [head for head in HEADS if not request.heads or head in request.heads]
    entries: dict[Entry, Asked] = {}
    for place, model in enumerate(request.models):
        say(f"loading {model}")
        for again in (False, True) if place == 0 else (False,):
            entries |= {Entry(model, one.head, again): one for one in _opened(request, model, heads)}
    return entries


def _opened(request: Request, model: str, heads: Sequence[HeadName]) -> list[Asked]:
    from trainables.timing.asking import of_model, opened, with_decoder

    if not _is_run(model):
        return opened(model, heads, request.new_tokens)
    folder, arm = _run_and_arm(model)
    chosen = finalist(Path(folder), arm=arm or request.arm, data=request.data)
    stage, targets = next(((stage, targets) for stage, targets in chosen.units if stage is not None), (None, ()))
    if stage is None:
        raise CairnError(f"no target of {model} has a head, so there is nothing to time; give its encoder")
    trained = chosen.workshop.stored([(chosen.study.spec.training, stage)])
    asked = with_decoder(chosen.study.encoder, heads, request.new_tokens, trained.encoder)
    if "encoder" in heads:
        asked.insert(0, of_model(trained, stage.tasks[0], chosen.study.suite.target(targets[0]).kind))
    if not asked:
        raise CairnError(f"the encoder of {folder} has no decoder; leave out --heads")
    return asked


def _run_and_arm(model: str) -> tuple[str, str | None]:
    """`RUN` or `RUN::ARM`."""
    folder, _, arm = model.partition(_ARM)
    return folder, arm or None


def _is_run(model: str) -> bool:
    return RunFolder(Path(_run_and_arm(model)[0])).resolved.is_file()


def _languages(request: Request) -> tuple[str, ...]:
    return request.languages or (find_suite(request.suite).source_language,)


def _inputs(
    request: Request, entries: dict[Entry, Asked], cells: Sequence[Cell]
) -> dict[tuple[Entry, Cell], list[Batch]]:
    """Batches of every entry and cell, one a turn, as far as there are different ones."""
    from trainables.timing.inputs import batches

    suite = find_suite(request.suite)
    data = data_source(suite, None, request.data, cache=request.runs.absolute() / "cache")
    texts = _texts(suite, _languages(request), data)
    turns = request.course.blocks * request.course.calls
    made = {}
    for (entry, asked), cell in product(entries.items(), cells):
        endless = batches(
            texts[cell.language],
            asked.encoder,
            asked.kind,
            head=asked.name,
            language=cell.language,
            length=cell.length,
            size=cell.batch,
        )
        made[entry, cell] = [next(endless) for _ in range(min(turns, max(1, _TEXTS // cell.batch)))]
    return made


def _texts(suite: Suite, languages: Sequence[str], data: DataSource) -> dict[str, list[str]]:
    """Dev texts of the first target that has all of the languages, so that they differ in nothing else."""
    from trainables.texts import texts_of

    known = {code for task in suite.targets.values() for code in task.languages("dev")}
    for code in languages:
        if code not in known:
            raise UnknownName(f"language of {suite.name}", code, known)
    for task in suite.targets.values():
        if set(languages) <= set(available_languages(task, "dev", data)):
            return {
                code: [one.text for one in texts_of(read(task, "dev", code, data).examples[:_TEXTS])]
                for code in languages
            }
    raise CairnError(f"no target of {suite.name} has dev texts in all of {', '.join(languages)}; name fewer languages")


def _row(
    entry: Entry, cell: Cell, seconds_BC: Floats, inputs: Sequence[Batch], steps: Sequence[int], peak: int | None
) -> dict[str, Any]:
    tokens = [int(batch.mask.sum()) for batch in inputs]
    tokens_BC = np.resize(np.array(tokens, dtype=np.float64), seconds_BC.shape)
    return {
        "model": entry.model,
        "head": entry.head,
        **cell._asdict(),
        "calls": int(seconds_BC.size),
        **{name: found._asdict() for name, found in quantiles(seconds_BC).items()},
        "examples_per_second": rate(np.full_like(seconds_BC, cell.batch), seconds_BC)._asdict(),
        "tokens_per_second": rate(tokens_BC, seconds_BC)._asdict(),
        "tokens": float(tokens_BC.mean()),
        "decoder_steps": float(np.mean(steps)),
        "peak_bytes": peak,
    }


def _reference(entry: Entry, entries: dict[Entry, Asked]) -> Entry | None:
    """What an entry is compared with: the first model asked in the same way, or the first one's first way."""
    first = next(iter(entries))
    same = Entry(first.model, entry.head)
    if entry.model == first.model:
        return first if entry != first else None
    return same if same in entries else first


def _comparison(
    seconds: dict[tuple[Entry, Cell], Floats], ours: Entry, theirs: Entry, cells: Sequence[Cell], band: float
) -> dict[str, Any]:
    pairs = [(seconds[ours, cell], seconds[theirs, cell]) for cell in cells]
    each = [compared(mine, other, band) for mine, other in pairs]
    return {
        "model": ours.title,
        "head": ours.head,
        "with": theirs.title,
        "with_head": theirs.head,
        **compared_over(pairs, band)._asdict(),
        "cells": [{**cell._asdict(), **one._asdict()} for cell, one in zip(cells, each, strict=True)],
    }


def _model(entry: Entry, asked: Asked) -> dict[str, Any]:
    return {
        "model": entry.model,
        "head": entry.head,
        "family": asked.encoder.family,
        "parameters": asked.parameters,
        "weight_bytes": asked.weight_bytes,
    }


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _count(option: str, text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise CairnError(f"{option} holds {text!r}; write numbers with commas between them, such as 1,8,32")
    return int(text)
