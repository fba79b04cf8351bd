"""A spec joined to the values it names: suite, tasks, data, encoder, folders. What planning, search and finals share.

Opening a study reads no data and loads no model; on the first start of a run it asks the hub, where the hub is used,
which commits are current, and from then on the record's commits are read. No torch, no ray.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evaluators.errors import CairnError
from evaluators.reading import available_languages, fingerprint, rows
from evaluators.source import DataSource, pinned
from evaluators.suite import Suite
from evaluators.suites import find_suite
from evaluators.task import Split, Task
from experiments.record import RunFolder, read_json
from experiments.spec import ExperimentSpec
from experiments.spec.encoder_choice import source_of
from search_spaces.controls import controls
from search_spaces.plan import Plan
from search_spaces.space import Setting
from trainables.encoder_source import EncoderSource, folder_of
from trainables.keys import digest
from trainables.stages import data_fingerprint
from trainables.store import Store, is_remote, open_store

_SPLITS: tuple[Split, ...] = ("dev", "test")


@dataclass(frozen=True)
class Study:
    """One experiment, ready to be planned or run."""

    spec: ExperimentSpec
    data: DataSource
    """Sealed."""
    encoder: EncoderSource

    @cached_property
    def suite(self) -> Suite:
        """The suite."""
        return find_suite(self.spec.suite)

    @cached_property
    def targets(self) -> dict[str, Task]:
        """The target tasks of the spec, in the suite's order."""
        return {name: task for name, task in self.suite.targets.items() if name in self.spec.targets}

    @property
    def folder(self) -> RunFolder:
        """Where the record is."""
        return RunFolder(_absolute(self.spec.runs) / self.spec.name)

    @cached_property
    def store(self) -> Store:
        """Where trained stages are."""
        return open_store(store_location(self.spec), self.cache, self.spec.resources.cache_bytes)

    @property
    def cache(self) -> Path:
        """Where features are."""
        return cache_root(self.spec)

    @cached_property
    def trained_tasks(self) -> tuple[str, ...]:
        """Training tasks of the targets, each once, in the suite's order."""
        names = [task.trained_as for task in self.targets.values() if task.trained_as is not None]
        return tuple(dict.fromkeys(names))

    @cached_property
    def setting(self) -> Setting:
        """What the space needs to know."""
        return Setting(targets=self.trained_tasks, sizes=self.sizes(self.spec.space.tasks))

    @cached_property
    def controls(self) -> dict[str, Plan]:
        """The controls of the space."""
        return controls(self.spec.space, self.setting)

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """Training task -> fingerprint of its data, for every task that a stage may train on."""
        names = dict.fromkeys([*self.searched_tasks, *self.written_tasks])
        return {name: data_fingerprint(self.suite.training_task(name), self.data) for name in names}

    @property
    def searched_tasks(self) -> tuple[str, ...]:
        """Training tasks of the space and of the targets."""
        mixed_in = ("mlm",) if any(self.spec.space.mlm_shares) else ()
        return tuple(dict.fromkeys([*self.spec.space.tasks, *self.trained_tasks, *mixed_in]))

    @property
    def written_tasks(self) -> list[str]:
        """Training tasks of the plans that the spec writes out."""
        plans = self.spec.finals.arms.values()
        return [task for plan in plans for stage in plan.trunk for task in stage.mixture]

    @cached_property
    def data_digest(self) -> str:
        """Stands for the bytes of everything that the search reads and its plans are judged on."""
        judged = {
            f"{name} {split}": fingerprint(task, split, self.languages(name, split), self.data)
            for name, task in self.targets.items()
            for split in _SPLITS
        }
        return digest({"training": {name: self.fingerprints[name] for name in self.searched_tasks}, "judged": judged})

    def languages(self, target: str, split: Split) -> tuple[str, ...]:
        """Languages in which a target is judged on a split.

        Raises:
            BadData: the spec names languages, and the mirror lacks the data of one that the task has.
        """
        task = self.targets[target]
        if self.spec.languages is None:
            return available_languages(task, split, self.data)
        return tuple(code for code in task.languages(split) if code in self.spec.languages)

    def sizes(self, tasks: Iterable[str]) -> Mapping[str, int]:
        """Training task -> examples that it is trained on, where that is known without reading them."""
        limits = self.spec.training
        sizes = {}
        for name in dict.fromkeys(tasks):
            task = self.suite.training_task(name)
            counts = [rows(task, "train", code, self.data) for code in available_languages(task, "train", self.data)]
            if None in counts:
                continue
            limit = limits.of(name).max_examples
            sizes[name] = sum(count if limit is None else min(count, limit) for count in counts if count is not None)
        return sizes


def open_study(spec: ExperimentSpec, data: Path | None = None, *, pin: bool = False) -> Study:
    """Join a spec to what it names. `data` goes before CAIRN_DATA, and that before the spec's own.

    With `pin`, the hub is asked for commits that the record does not have yet.

    Raises:
        CairnError: a folder is missing, the hub does not answer, or the mirror lacks what the study needs.
    """
    recorded = read_json(RunFolder(_absolute(spec.runs) / spec.name).resolved).get("revisions", {})
    suite = find_suite(spec.suite)
    source = data_source(suite, spec.data, data, cache=cache_root(spec))
    source = replace(source, revisions={**recorded.get("data", {}), **spec.revisions})
    encoder = source_of(spec.encoder, suite, source, built_root(spec))
    study = Study(spec, source, replace(encoder, revision=encoder.revision or recorded.get("encoder")))
    if pin:
        study = replace(study, data=_pinned_data(study), encoder=_pinned_encoder(study))
    return study


def store_location(spec: ExperimentSpec) -> str:
    """The stage store's folder or address."""
    if spec.store is not None and is_remote(spec.store):
        return spec.store
    return str(_absolute(spec.store) if spec.store else _absolute(spec.runs) / "store")


def built_root(spec: ExperimentSpec) -> Path:
    """Where encoders lie that are built from text: with the stages, or beside the runs if those are in no folder.

    Every worker must see this folder.
    """
    location = store_location(spec)
    return (_absolute(spec.runs) if is_remote(location) else Path(location)) / "encoders"


def cache_root(spec: ExperimentSpec) -> Path:
    """What can be made again at any time: features, the data of a suite that makes its own."""
    return _absolute(spec.runs) / "cache"


def _absolute(path: str) -> Path:
    return Path(path).expanduser().absolute()


def data_source(suite: Suite, named: str | None, given: Path | None, *, cache: Path) -> DataSource:
    """Where a suite's data are: the folder given on the command line, else CAIRN_DATA, else the one named in a spec.

    A suite that makes its own data does so under `cache`, unless a folder is given or named; CAIRN_DATA, which is meant
    for real data, does not concern it.
    """
    chosen: str | None = str(given) if given is not None else None
    if chosen is None and suite.mirror is None:
        chosen = os.environ.get("CAIRN_DATA") or None
    chosen = chosen or named
    if chosen is None:
        return DataSource(root=suite.mirror(cache) if suite.mirror else None)
    root = _absolute(chosen)
    if not root.is_dir():
        raise CairnError(f"there is no data folder {root}; give a mirror with the hub's layout")
    return DataSource(root=root)


def _pinned_data(study: Study) -> DataSource:
    tasks = [study.suite.training_task(name) for name in study.fingerprints] + list(study.targets.values())
    return pinned(study.data, [table for task in tasks for tables in task.tables.values() for table in tables])


def _pinned_encoder(study: Study) -> EncoderSource:
    """With the commit of the hub that is current, or that the local cache holds where the hub is out of reach."""
    source = study.encoder
    if study.spec.encoder.build is not None or folder_of(source) is not None or _is_commit(source.revision):
        return source
    from huggingface_hub import HfApi, snapshot_download

    try:
        commit = HfApi().model_info(source.name, revision=source.revision).sha
    except Exception as error:
        try:
            commit = Path(snapshot_download(source.name, revision=source.revision, local_files_only=True)).name
        except Exception:
            raise CairnError(
                f"the encoder {source.name} is neither on the hub ({str(error).splitlines()[0]}) nor in its local "
                "cache; check the name and the network, or give a folder"
            ) from error
    return replace(source, revision=commit)


def _is_commit(revision: str | None) -> bool:
    return revision is not None and len(revision) == 40 and all(digit in "0123456789abcdef" for digit in revision)


def resolved(study: Study) -> dict[str, Any]:
    """The spec with everything filled in, as plain JSON values."""
    spec = study.spec
    plain = spec.model_dump(mode="json")
    return {
        "name": spec.name,
        "suite": spec.suite,
        "encoder": {**plain["encoder"], "name": spec.encoder.name or f"built {Path(study.encoder.name).name}"},
        "selector": spec.search.selector,
        "pivots": list(study.suite.pivots),
        "source_language": study.suite.source_language,
        "targets": list(study.targets),
        "languages": plain["languages"],
        "seeds": list(spec.finals.seeds),
        "rungs": [{"trunk_scale": r.trunk_scale, "target_scale": r.target_scale} for r in spec.ladder.rungs],
        "space": plain["space"],
        "training": _with_choices_made(plain["training"]),
        "search": plain["search"],
        "evaluation": plain["evaluation"],
        "finals": plain["finals"],
        "probes": plain["probes"],
        "inference": plain["inference"],
        "analysis": {**spec.analysis.as_json(), **_claimed_arms(spec)},
        "sizes": dict(study.sizes([*spec.space.tasks, *study.written_tasks])),
        "data": str(study.data.root) if study.data.root else None,
        "data_digest": study.data_digest,
        "revisions": {"data": dict(study.data.revisions), "encoder": study.encoder.revision},
    }


def _with_choices_made(training: dict[str, Any]) -> dict[str, Any]:
    """Without a choice that is newer than some records, where nothing else than before was chosen."""
    return {name: value for name, value in training.items() if name != "trained_share" or value != 1.0}


def _claimed_arms(spec: ExperimentSpec) -> dict[str, Any]:
    """The plans of the arms that claims name, as far as the spec writes them out: part of what is claimed."""
    named = {arm for claim in spec.analysis.hypotheses.values() for arm in claim.arms}
    plans = spec.model_dump(mode="json")["finals"]["arms"]
    found = {name: plan for name, plan in plans.items() if name in named}
    return {"arms": found} if found else {}
