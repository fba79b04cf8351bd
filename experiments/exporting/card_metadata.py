"""The YAML at the head of a model card, in the hub's form: languages, licence, data sets, and scores as `model-index`.

A score is one metric of one target in one language on one split, as the run recorded it, in percent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from evaluators.licences import Licence, Terms, is_on_hub, licence_of, strictest
from evaluators.table import Table
from evaluators.task import Kind
from experiments.judging.examinees import Finalist
from experiments.record import Row
from trainables.encoder_source import folder_of

_HUB_TASKS = {
    Kind.PAIR: "text-classification",
    Kind.TAGS: "token-classification",
    Kind.SPAN: "question-answering",
    Kind.CHOICE: "multiple-choice",
    Kind.BITEXT: "sentence-similarity",
    Kind.RANKING: "sentence-similarity",
}


def metadata(found: Finalist, rows: Sequence[Row]) -> ModelCardData:
    """The YAML of an arm and a seed, with these rows of its scores."""
    tables = [table for _, table in tables_of(found)]
    return ModelCardData(
        language=sorted({row["language"] for row in rows}),
        base_model=found.study.encoder.name if folder_of(found.study.encoder) is None else None,
        datasets=sorted({table.dataset for table in tables if is_on_hub(table.dataset)}) or None,
        metrics=sorted({row["metric"] for row in rows}),
        library_name="transformers",
        tags=["cairn", "cross-lingual-transfer", "intermediate-fine-tuning", found.study.suite.name],
        model_name=model_name(found),
        eval_results=[_result(found, row) for row in rows],
        **licence_fields(licence_of(table) for table in tables),
    )


def licence_fields(licences: Iterable[Licence]) -> dict[str, Any]:
    """The strictest of those that are known, and that others are not.

    One name of the hub where one says it, of two versions the later; else `other`, for which the hub wants words and a
    link.
    """
    found = set(licences)
    clear = [one for one in found if one.terms is not Terms.UNCLEAR]
    top = strictest(clear)
    equals = {one.family: one.title for one in sorted(clear, key=lambda one: one.title) if one.terms is top.terms}
    is_all_clear = bool(clear) and len(clear) == len(found)
    if is_all_clear and len(equals) == 1 and top.hub_name != "other":
        return {"license": top.hub_name}
    words = sorted(equals.values()) + ([] if is_all_clear else ["unclear for some of the data"])
    return {"license": "other", "license_name": "; ".join(words), "license_link": "README.md#data-and-licences"}


def _result(found: Finalist, row: Row) -> EvalResult:
    task = found.study.suite.target(row["task"])
    tables = [table for table in task.tables_of(row["split"]) if row["language"] in table.configs] or list(
        task.tables_of(row["split"])
    )
    configs = [config for table in tables for config in table.configs.get(row["language"], ())]
    return EvalResult(
        task_type=_HUB_TASKS[task.kind],
        dataset_type=tables[0].dataset,
        dataset_name=f"{task.title} [{task.name}]",
        dataset_config="+".join(dict.fromkeys(configs)) or None,
        dataset_split="+".join(dict.fromkeys(table.split for table in tables)),
        dataset_revision=revision_of(found, tables[0]),
        metric_type=row["metric"],
        metric_name=f"{row['metric']} ({row['language']}, {_split_name(tables, row['split'])})",
        metric_value=round(row["value"], 4),
        metric_args={"signature": row["signature"], "examples": row["examples"], "unit": "percent"},
    )


def _split_name(tables: Sequence[Table], split: str) -> str:
    return f"{split}, {half} half" if (half := tables[0].half) else split


def revision_of(found: Finalist, table: Table) -> str | None:
    """The commit that was read from the hub; None for a folder, whose bytes the run's digest stands for."""
    data = found.study.data
    return None if data.root is not None else data.revisions.get(table.dataset) or table.revision


def model_name(found: Finalist) -> str:
    """Run, arm and seed as one word."""
    return re.sub(r"[^\w.-]+", "-", f"{found.study.folder.path.name}-{found.arm}-seed-{found.seed}")


def tables_of(found: Finalist) -> list[tuple[str, Table]]:
    """Every table that the weights depend on or were judged with, and what for."""
    suite = found.study.suite
    trained = [(f"trunk: {name}", name) for stage in found.workshop.trunk for name in stage.tasks]
    trained += [(f"fine-tuned: {name}", name) for stage, _ in found.units if stage is not None for name in stage.tasks]
    tables = [(use, table) for use, name in trained for table in suite.training_task(name).tables_of("train")]
    for name, task in found.study.targets.items():
        judged = [*task.tables_of("dev"), *task.tables_of("test"), *(task.pool.tables if task.pool else ())]
        tables += [(f"judged: {name}", table) for table in judged]
    return tables
