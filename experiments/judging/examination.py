"""Examinees answer the whole official test data; answers, gold, scores and items go into one folder.

    <folder>/predictions/<task>/test-<language>.*   the official submission layout
    <folder>/labels/<task>/test-<language>.*        gold in the same layout, where it is public
    <folder>/items/<model>/<seed>/<task>.parquet    counts of every item, for intervals
    <folder>/answers.jsonl                          what was asked and how, a task a line, written when it is done
    <folder>/evaluation.json                        what the folder is an evaluation of

A task that is done is not asked again, so that an evaluation which was broken off goes on where it was.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluators.errors import CairnError
from evaluators.gold import gold_of
from evaluators.item_files import write_items
from evaluators.reading import is_available
from evaluators.selection import task_score
from evaluators.source import DataSource
from evaluators.submission.layout import layout_of
from evaluators.submission.writing import write_labels, write_predictions
from evaluators.suite import Suite
from evaluators.task import Kind, Task
from experiments.environment import describe_environment
from experiments.judging.examinees import Examinee
from experiments.record import Journal, Row, now, read_json, read_rows, write_json
from trainables.settings import Inference
from trainables.store.entry import digest_of

if TYPE_CHECKING:
    from trainables.model import MultiHeadModel


@dataclass(frozen=True)
class Answers:
    """Places inside the folder of an evaluation."""

    path: Path

    @property
    def predictions(self) -> Path:
        """Answers, in the official layout."""
        return self.path / "predictions"

    @property
    def labels(self) -> Path:
        """Gold, in the same layout."""
        return self.path / "labels"

    @property
    def journal(self) -> Path:
        """What was asked, a task a line."""
        return self.path / "answers.jsonl"

    @property
    def record(self) -> Path:
        """What this is an evaluation of."""
        return self.path / "evaluation.json"

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Write down what is going to be evaluated.

        Raises:
            CairnError: the folder holds an evaluation of something else.
        """
        before = self._begun()
        if before == identity:
            return
        if before is not None and self.done():
            changed = [name for name in identity if identity[name] != before.get(name)]
            raise CairnError(
                f"{self.path} holds an evaluation with another {', '.join(changed)}; give another folder with --to, or "
                "delete this one"
            )
        if before is None and self.path.is_dir() and any(self.path.iterdir()):
            raise CairnError(f"{self.path} is not empty and no evaluation; give another folder with --to")
        for left in (self.predictions, self.labels, self.path / "items"):  # of one that finished no task
            shutil.rmtree(left, ignore_errors=True)
        write_json(self.record, {"identity": dict(identity), "environment": describe_environment()})

    def done(self) -> dict[str, Row]:
        """Task -> its line, of the tasks whose files are all there."""
        try:
            rows = {row["task"]: row for row in read_rows(self.journal)}
            return {name: row for name, row in rows.items() if self._has(row)}
        except (KeyError, TypeError):
            raise CairnError(f"{self.journal} is damaged; delete {self.path} and run again") from None

    def _begun(self) -> dict[str, Any] | None:
        if self.path.exists() and not self.path.is_dir():
            raise CairnError(f"{self.path} is no folder; give another with --to")
        try:
            found = read_json(self.record)
            return dict(found["identity"]) if found else None
        except (ValueError, AssertionError, KeyError, TypeError):
            raise CairnError(f"{self.record} is damaged; delete {self.path} and run again") from None
        except NotADirectoryError:
            raise CairnError(f"{self.path} cannot be made; give another folder with --to") from None

    def _has(self, row: Row) -> bool:
        """Are the files of a task as they were written?"""
        return all(
            (self.path / name).is_file() and digest_of(self.path / name) == sha256
            for name, sha256 in row["files"].items()
        )


@dataclass(frozen=True, kw_only=True)
class Room:
    """What every examination shares."""

    suite: Suite
    languages: Mapping[str, tuple[str, ...]]
    """Target -> languages that are asked."""
    data: DataSource
    """With test splits open."""
    inference: Inference
    cache: Path
    name: str
    """Of the model, for the folder of its items."""
    seed: int
    say: Callable[[str], None]
    sweeps: bool = False
    """Choose the layer of retrieval on the search half, task by task."""


def examine(examinees: Sequence[Examinee], room: Room, folder: Answers) -> None:
    """Ask every examinee about its targets, and write down what it answers.

    Raises:
        BadData: the data are missing or break a task's rules.
        TrainingDiverged: a model could not be trained.
    """
    try:
        _examine(examinees, room, folder)
    except KeyboardInterrupt:
        room.say("interrupted; what was finished is kept, run the same command again to continue")
        raise


def _examine(examinees: Sequence[Examinee], room: Room, folder: Answers) -> None:
    done, journal = folder.done(), Journal(folder.journal)
    for examinee in examinees:
        todo = [name for name in examinee.targets if name not in done and room.languages[name]]
        if not todo:
            continue
        room.say(f"preparing the model for {', '.join(todo)}")
        model = examinee.load()
        for name in todo:
            room.say(f"asking {name} in {len(room.languages[name])} languages")
            journal.append([_ask(model, room.suite.target(name), examinee, room, folder)])


def _ask(model: MultiHeadModel, task: Task, examinee: Examinee, room: Room, folder: Answers) -> Row:
    """One task in all its languages; the journal's line."""
    from trainables.evaluation import answered
    from trainables.work import Work

    inference, profile = _read_as(model, task, room)
    work = Work()
    began, sheet, examples, has_gold = time.monotonic(), layout_of(room.suite).sheets[task.name], 0, True
    items, files = [], list[Path]()
    for answer in answered(
        model,
        task,
        "whole",
        room.languages[task.name],
        data=room.data,
        training=examinee.training,
        inference=inference,
        limit=None,
        cache=room.cache,
        work=work,
    ):
        files.append(write_predictions(folder.predictions, sheet, answer.language, answer.examples, answer.predictions))
        examples += len(answer.examples)
        if all(gold_of(example, place) is not None for place, example in enumerate(answer.examples)):
            files.append(write_labels(folder.labels, sheet, answer.language, answer.examples))
            items.append(answer.items())
        else:
            has_gold = False
    write_items(folder.path, room.name, room.seed, task.name, items)
    return {
        "task": task.name,
        "languages": list(room.languages[task.name]),
        "examples": examples,
        "gold": has_gold,
        "files": {str(file.relative_to(folder.path)): digest_of(file) for file in files},
        "work": work.as_json(),
        **profile,
        **_report_half(model, task, examinee, room, inference),
        "model": dict(examinee.identity),
        "seconds": round(time.monotonic() - began, 1),
        "time": now(),
    }


def _report_half(model: MultiHeadModel, task: Task, examinee: Examinee, room: Room, inference: Inference) -> Row:
    """Where the layer was chosen on the search half: the score of the other half alone, which chose nothing."""
    if not room.sweeps or task.kind is not Kind.BITEXT:
        return {}
    from trainables.evaluation import evaluate

    languages = room.languages[task.name]
    rows = evaluate(
        model,
        task,
        "test",
        languages,
        data=room.data,
        training=examinee.training,
        inference=inference,
        limit=None,
        cache=room.cache,
    )
    score = task_score(rows, task, languages)
    room.say(f"{task.name}: {score:.2f} on the half that did not choose the layer")
    return {"on_report_half": score}


def _read_as(model: MultiHeadModel, task: Task, room: Room) -> tuple[Inference, Row]:
    """The profile that retrieval is read with, and what the record says of it; as it is for all other tasks."""
    if task.kind is not Kind.BITEXT:
        return room.inference, {}
    from trainables.layer_sweep import sweep_layers
    from trainables.predict import chosen_on_dev
    from trainables.profiles import described, resolved

    inference, row = room.inference, {}
    if room.sweeps:
        languages = [code for code in room.languages[task.name] if is_available(task, "dev", code, room.data)]
        sweep = sweep_layers(model, task, languages, room.data, inference)
        inference = replace(inference, retrieval=replace(inference.retrieval, layer=sweep.best))
        row = {"layers_on_dev": sweep.as_json()}
        room.say(f"{task.name}: layer {sweep.best} is best on the search half ({sweep.mean(sweep.best):.2f})")
    inference = resolved(
        inference, model.loaded.layers, mined=chosen_on_dev(task), usable_tokens=model.loaded.usable_length
    )
    return inference, {"retrieval": described(inference.retrieval), **row}
