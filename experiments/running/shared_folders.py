"""Folders that every node of a cluster must see, looked for on every node before anything is trained.

A folder that only the head sees would not fail at once: workers on other nodes would train into stores of their own,
and nobody would find their stages. Nodes that come up later are like those that are there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from evaluators.errors import CairnError
from experiments.study import Study, store_location
from trainables.encoder_source import folder_of, shipped_names
from trainables.store import is_remote


class Place(NamedTuple):
    """What must be there, of which field, and what else the spec could say."""

    field: str
    path: Path
    mend: str


def refuse_unshared(study: Study) -> None:
    """Needs a running Ray; on a single machine there is nothing to look at.

    Raises:
        CairnError: a node does not see the store, the data or the encoder.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = ray.get_runtime_context().get_node_id()
    others = [node for node in ray.nodes() if node["Alive"] and node["NodeID"] != here]
    if not others:
        return
    look = ray.remote(num_cpus=0, max_retries=3)(missing)
    with _places(study) as places:
        paths = [str(place.path) for place in places]
        for node in others:
            there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=True)
            unseen = ray.get(look.options(scheduling_strategy=there).remote(paths))
            refuse(places, unseen, node["NodeManagerAddress"])


def missing(paths: Sequence[str]) -> list[str]:
    """Which of the paths do not exist on this machine."""
    return [path for path in paths if not os.path.exists(path)]


def refuse(places: Sequence[Place], unseen: Sequence[str], node: str) -> None:
    """Say which field names something that a node does not see.

    Raises:
        CairnError: there is something.
    """
    wrong = [place for place in places if str(place.path) in unseen]
    if wrong:
        named = "; ".join(f"{place.field}: {place.path} (write {place.mend})" for place in wrong)
        raise CairnError(f"the node {node} does not see what this machine sees, so nothing was trained. {named}")


@contextmanager
def _places(study: Study) -> Iterator[list[Place]]:
    """A store is looked for by a file that is put into it: an empty folder of the same name may be elsewhere, too."""
    places = []
    if study.data.root is not None:
        mend = "a folder on a disk that all nodes share, or read the hub"
        places.append(Place("data", study.data.root.absolute(), mend))
    encoder = folder_of(study.encoder) if study.encoder.name not in shipped_names() else None
    if encoder is not None:
        places.append(Place("encoder", encoder.absolute(), "a hub id, or a folder on a disk that all nodes share"))
    location = store_location(study.spec)
    if is_remote(location):
        yield places
        return
    store = Path(location.removeprefix("file://"))
    mark = store / f".seen-{secrets.token_hex(8)}"
    store.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        yield [
            *places,
            Place("store", mark, "s3://bucket/stages, gs://bucket/stages, or a folder that all nodes share"),
        ]
    finally:
        mark.unlink(missing_ok=True)
