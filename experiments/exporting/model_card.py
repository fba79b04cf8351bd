"""The model card of an export: YAML in the hub's form, and a page that says what was done, with what, and how well.

Every fact comes from the run's record or from the declarations; what neither says is called unknown. The numbers are
those of the seed whose weights are exported; beside them stands the mean over all seeds, with its gain over direct
fine-tuning, as in the report.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huggingface_hub import ModelCard
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis import numbers
from analysis.load import load
from analysis.summary import summarise
from evaluators.licences import is_on_hub, licence_of
from evaluators.reading import available_languages
from evaluators.selection import Score, task_score
from evaluators.task import Kind, Split
from experiments.exporting.card_metadata import metadata, model_name, revision_of, tables_of
from experiments.judging.examinees import Finalist
from experiments.record import Row, read_json, read_rows
from experiments.spec import load_spec
from search_spaces.plan import Stage
from trainables.encoder_source import encoder_fingerprint, folder_of, shipped_names

if TYPE_CHECKING:
    from trainables.library_form import Compared

CARD = "README.md"
_JUDGED: tuple[Split, ...] = ("dev", "test")
_SCORE = tuple(field.name for field in fields(Score))


@dataclass(frozen=True)
class Part:
    """A folder that was written."""

    name: str
    targets: tuple[str, ...]
    """What its model answers; nothing for the encoder alone."""
    kind: Kind | None
    architecture: str
    """The library's class."""
    compared: Compared

    @property
    def proof(self) -> str:
        """For people."""
        what = "hidden states" if self.kind in (None, Kind.RANKING) else "logits"
        how = f"agree to {self.compared.difference:.0e}" if self.compared.difference else "equal"
        return f"{what} {how} on {self.compared.inputs} inputs"


@dataclass(frozen=True)
class Left:
    """A model that was left out."""

    name: str
    targets: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class _DataSet:
    """A row of the card's table."""

    name: str
    uses: tuple[str, ...]
    licence: str
    version: str


def model_card(found: Finalist, parts: Sequence[Part], left: Sequence[Left], folder: str) -> str:
    """The whole file."""
    away = {target for one in left for target in one.targets}
    rows = [
        row
        for row in read_rows(found.study.folder.scores)
        if row["phase"] == "final" and (row["arm"], row["seed"]) == (found.arm, found.seed) and row["task"] not in away
    ]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    body = environment.get_template("model_card.md.j2").render(**_facts(found, parts, left, rows, folder))
    return str(ModelCard(f"---\n{metadata(found, rows).to_yaml()}\n---\n\n{body}"))


def _facts(
    found: Finalist, parts: Sequence[Part], left: Sequence[Left], rows: Sequence[Row], folder: str
) -> dict[str, Any]:
    """What the page says, as the template names it."""
    study, record = found.study, read_json(found.study.folder.resolved)
    written = load_spec(study.folder.path / "spec.yaml", other_data=True)
    summary = summarise(load(study.folder.path))
    mine = next((arm for arm in summary["arms"] if arm["arm"] == found.arm), None)
    examples = sorted({row["examples"] for row in rows}) or ["an unknown number of"]
    return {
        "name": model_name(found),
        "arm": found.arm,
        "seed": found.seed,
        "suite": study.suite,
        "run": written.name,
        "selector": study.spec.search.selector,
        "encoder": _encoder(found),
        "encoder_licence": _encoder_licence(found),
        "classes": sorted({part.architecture for part in parts}),
        "parts": [{"part": part, "answers": _answers(found, part)} for part in parts],
        "left": left,
        "half": any(part.architecture.endswith("EncoderModel") for part in parts),
        "unit": [part.name for part in parts if part.kind is Kind.RANKING],
        "through_tanh": [part.name for part in parts if part.compared.passes_through_tanh],
        "adapters": any("Xmod" in part.architecture for part in parts),
        "trunk": [_stage(stage) for stage in found.workshop.trunk],
        "tuned": [(", ".join(targets), _stage(stage)) for stage, targets in found.units if stage is not None],
        "untuned": [target for stage, targets in found.units if stage is None for target in targets],
        "retrieval": record["inference"]["retrieval"],
        "training": record["training"],
        "plans": len([row for row in summary["trials"] if row["status"] == "completed" and row["control"] is None]),
        "mine": mine,
        "means": [(split, _estimated(mine, split, numbers.score)) for split in _JUDGED] if mine else [],
        "gain": _estimated(mine["gain"], "headline", numbers.signed) if mine else None,
        "excluded": summary["excluded_languages"],
        "scores": _scores(found, rows),
        "examples": " to ".join(str(number) for number in dict.fromkeys((examples[0], examples[-1]))),
        "data_sets": _data_sets(found),
        "data_digest": record["data_digest"],
        "from_hub": study.data.root is None,
        "environment": read_json(study.folder.environment),
        "command": _commands(found, written.runs, written.name, folder),
        "taught_in": _taught_in(found),
    }


def _encoder(found: Finalist) -> str:
    """By its hub id and commit, or by name and digest."""
    source = found.study.encoder
    if folder_of(source) is None:
        return f"[{source.name}](https://huggingface.co/{source.name}) at {source.revision or 'an unknown commit'}"
    if source.name in shipped_names():
        return f"`{source.name}`, which comes with Cairn"
    return f"`{Path(source.name).name}`, not from the hub ({encoder_fingerprint(source).split('|')[0]})"


def _encoder_licence(found: Finalist) -> str:
    source = found.study.encoder
    if source.name in shipped_names():
        return "The encoder comes with Cairn, under Apache-2.0."
    where = ": see its own page" if folder_of(source) is None else ""
    return f"The licence of the encoder itself is not known to Cairn{where}."


def _answers(found: Finalist, part: Part) -> str:
    tasks = [found.study.suite.target(name) for name in part.targets]
    if not tasks:
        return "the end of the trunk, for features and further fine-tuning"
    labels = ", ".join(tasks[0].labels) if len(tasks[0].labels) <= 8 else f"{len(tasks[0].labels)} labels"
    return "; ".join(task.title for task in tasks) + (f" ({labels})" if labels else "")


def _stage(stage: Stage) -> dict[str, Any]:
    shares = [name if share == 1 else f"{name} {share:.1%}" for name, share in stage.mixture]
    return {"mixture": " + ".join(shares), "rate": f"{stage.learning_rate:g}", "steps": stage.steps}


def _estimated(row: Mapping[str, Any], key: str, written: Callable[[float], str]) -> str | None:
    """A mean over seeds, with its interval where several seeds give one."""
    found = row.get(key)
    if found is None:
        return None
    if found["low"] is None:
        return f"{written(found['mean'])} (one seed, so no interval)"
    bounds = f"{written(found['low'])} to {written(found['high'])}"
    return f"{written(found['mean'])} ({found['n']} seeds, {found['confidence']:.0%} interval {bounds})"


def _scores(found: Finalist, rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Target, split, what its score is the mean of, mean over languages, and each language."""
    scores, table = [Score(**{name: row[name] for name in _SCORE}) for row in rows], list[tuple[str, ...]]()
    for name, task in found.study.targets.items():
        for split in _JUDGED:
            mine = [score for score in scores if (score.task, score.split) == (name, split)]
            codes = list(dict.fromkeys(score.language for score in mine))
            if codes:
                each = " · ".join(f"{code} {task_score(mine, task, [code]):.1f}" for code in codes)
                mean = f"{task_score(mine, task, codes):.2f}"
                table.append((name, split, " and ".join(task.scored_by), mean, each))
    return table


def _taught_in(found: Finalist) -> str:
    """Languages of the labelled training data."""
    suite, data = found.study.suite, found.workshop.data
    stages = [*found.workshop.trunk, *(stage for stage, _ in found.units if stage is not None)]
    tasks = [suite.training_task(name) for stage in stages for name in stage.tasks]
    labelled = [task for task in tasks if task.kind is not Kind.TEXT]
    return ", ".join(sorted({code for task in labelled for code in available_languages(task, "train", data)}))


def _data_sets(found: Finalist) -> list[_DataSet]:
    by_part: dict[tuple[str, str], list[str]] = {}
    versions = {}
    for use, table in tables_of(found):
        key = (table.dataset, licence_of(table).title)
        by_part.setdefault(key, []).append(use)
        versions[table.dataset] = revision_of(found, table) or "main"
    return [
        _DataSet(
            name=f"[{name}](https://huggingface.co/datasets/{name})" if is_on_hub(name) else name,
            uses=tuple(dict.fromkeys(uses)),
            licence=title,
            version=versions[name],
        )
        for (name, title), uses in sorted(by_part.items())
    ]


def _commands(found: Finalist, runs: str, name: str, folder: str) -> list[str]:
    needs_folder = found.study.data.root is not None and found.study.suite.mirror is None
    data = " --data DIR" if needs_folder else ""
    run, arm, to = (shlex.quote(text) for text in (f"{runs.rstrip('/')}/{name}", found.arm, folder))
    export = f"cairn export {run} --arm {arm} --seed {found.seed} --to {to}{data}"
    return [f"cairn run spec.yaml{data}", export]
