"""BABEL as a suite: the declarations of `evaluators.tasks`, read from the offline mirror.

Layouts agree, so that a task here is the public one with other tables: the same reader, the same metrics. Three things
differ. Targets have small training sets of their own, also `xnli` and `xquad`, since otherwise MNLI and SQuAD could not
be told from direct fine-tuning. `ccg` is read from supertag files. And `race` is declared here only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from evaluators import protocols
from evaluators.babel.languages import LANGUAGES, PIVOT
from evaluators.babel.mirror import TEXT_DATASET, build_mirror
from evaluators.babel.sheet import Part, Sheet
from evaluators.babel.sheets import INTERMEDIATES, TARGETS
from evaluators.babel.supertags import CATEGORIES
from evaluators.examples import Choice
from evaluators.metrics import ACCURACY
from evaluators.suite import Suite
from evaluators.table import Row, Table
from evaluators.task import Kind, Split, Task
from evaluators.tasks.anli import ANLI
from evaluators.tasks.control_tasks import real_or_fake, with_shuffled_labels
from evaluators.tasks.csqa import CSQA
from evaluators.tasks.hellaswag import HELLASWAG
from evaluators.tasks.mlm import MLM
from evaluators.tasks.mnli import MNLI
from evaluators.tasks.panx import PANX
from evaluators.tasks.pawsx import PAWSX
from evaluators.tasks.qqp import QQP
from evaluators.tasks.squad1 import SQUAD1
from evaluators.tasks.squad2 import SQUAD2
from evaluators.tasks.supertags import SUPERTAGS_TASK
from evaluators.tasks.tatoeba import TATOEBA
from evaluators.tasks.udpos import UDPOS
from evaluators.tasks.xnli import XNLI
from evaluators.tasks.xquad import XQUAD

_SHEETS: Mapping[str, Sheet] = {sheet.dataset: sheet for sheet in (*TARGETS, *INTERMEDIATES)}


def read_race(row: Row) -> Choice:
    """Article and question together are the prompt; the answer is a letter."""
    return Choice(
        id=row["example_id"],
        prompt=f"{row['article']} {row['question']}",
        choices=tuple(row["options"]),
        label="ABCD".index(row["answer"]),
    )


def _here(task: Task, dataset: str, **changes: Any) -> Task:
    """The task, read from this suite's files."""
    return replace(task, tables=_tables(_SHEETS[dataset]), **changes)


def _tables(sheet: Sheet) -> dict[Split, Sequence[Table]]:
    tables: dict[Split, Sequence[Table]] = {}
    for part in reversed(sheet.parts):
        if part.halved:
            tables |= {"dev": [_table(sheet, part, "search")], "test": [_table(sheet, part, "report")]}
        else:
            tables[part.bucket] = [_table(sheet, part)]
    return tables


def _table(sheet: Sheet, part: Part, half: Literal["search", "report"] | None = None) -> Table:
    return Table(
        dataset=sheet.dataset,
        configs={code: (sheet.config.format(language=code),) for code in part.languages},
        split=part.split,
        rows=part.rows if part.bucket == "train" else None,
        half=half,
        classes={name: column.classes for name, column in sheet.columns.items() if column.classes},
    )


_RACE = Task(
    name="race",
    kind=Kind.CHOICE,
    title="RACE: questions on a text, four answers",
    read=read_race,
    tables=_tables(_SHEETS["babel/race"]),
    metrics=(ACCURACY,),
    scored_by=("accuracy",),
    trained_as="race",
)


def _translated(task: Task, dataset: str) -> Task:
    """Its training data in the other languages."""
    part = next(part for part in _SHEETS[dataset].parts if part.bucket == "train")
    others = replace(part, languages=[code for code in LANGUAGES if code != PIVOT])
    return replace(
        task,
        name=f"{task.name}-translated",
        title=f"{task.title}, in the other languages",
        tables={"train": [replace(_table(_SHEETS[dataset], others), rows=None)]},
        trained_as=f"{task.name}-translated",
    )


_MLM = replace(
    MLM,
    title="MLM: masked language modelling on the world's text",
    tables={"train": [Table(dataset=TEXT_DATASET, configs={code: (code,) for code in LANGUAGES}, split="train")]},
)

_TARGETS = tuple(
    replace(task, parallel=True)
    for task in (
        _here(PAWSX, "babel/paws-x"),
        _here(XNLI, "babel/xnli", trained_as="xnli"),
        _here(PANX, "babel/wikiann"),
        _here(UDPOS, "babel/universal_dependencies"),
        _here(TATOEBA, "babel/tatoeba"),
        _here(XQUAD, "babel/xquad", trained_as="xquad"),
    )
)
_INTERMEDIATES = (
    _here(MNLI, "babel/mnli"),
    _here(ANLI, "babel/anli", title="ANLI: adversarial inference"),
    _here(QQP, "babel/qqp"),
    _here(SQUAD1, "babel/squad"),
    _here(SQUAD2, "babel/squad_v2"),
    _RACE,
    _here(HELLASWAG, "babel/hellaswag"),
    _here(CSQA, "babel/commonsense_qa"),
    _here(SUPERTAGS_TASK, "babel/ccgbank", name="ccg", title="CCG supertags", labels=CATEGORIES, trained_as="ccg"),
)
_BY_NAME = {task.name: task for task in (*_INTERMEDIATES, *_TARGETS)}
_TRANSLATED = tuple(
    _translated(_BY_NAME[name], dataset)
    for name, dataset in {
        **{"mnli": "babel/mnli", "xnli": "babel/xnli", "panx": "babel/wikiann"},
        "udpos": "babel/universal_dependencies",
    }.items()
)
_CONTROLS = (with_shuffled_labels(_BY_NAME["mnli"]), real_or_fake(_BY_NAME["mnli"]))

BABEL = Suite(
    name="babel",
    title="BABEL: six invented languages, offline",
    targets={task.name: task for task in _TARGETS},
    training={
        task.name: task for task in (*_INTERMEDIATES, _MLM, *_TARGETS, *_TRANSLATED, *_CONTROLS) if task.trained_as
    },
    pivots=("qro", "qin"),
    groups={
        "classification": ("pawsx", "xnli"),
        "tagging": ("udpos", "panx"),
        "qa": ("xquad",),
        "retrieval": ("tatoeba",),
    },
    protocol=protocols.BABEL,
    mirror=build_mirror,
)

BABEL_TRANSLATED = BABEL.trained_on(
    {name: f"{name}-translated" for name in ("xnli", "panx", "udpos")},
    name="babel-translated",
    title="BABEL: three targets, trained in the other languages",
)
