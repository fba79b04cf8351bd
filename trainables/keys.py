"""The name of a trained stage: a digest of what it started from and what was done to it.

Equal names mean equal weights, so the name is how stages are shared among trials and studies, how a crash is resumed
and how finished work is skipped. In the name is everything that changes numbers: the start (an encoder's fingerprint or
the name of the stage before), the mixture, the learning rate, the settings of training, the bytes of the data, the
seed, and the step at which training stopped. Not in it: paths, devices, threads, logging, trials.

A schedule that does not look ahead takes the same steps whatever the stage's length, so with it the length is in `stop`
alone, and all lengths of a stage make one *family*: a longer one may continue a shorter one. No torch here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from search_spaces.plan import Stage
from trainables.settings import Training, as_key

FORMAT = 2
"""Raised whenever the code trains to other numbers than before, so that no older entry is mistaken for a new one."""


def stage_key(start: str, stage: Stage, *, training: Training, data: Mapping[str, str], seed: int) -> str:
    """The stage's name, 64 hex digits. `start`: encoder fingerprint or key; `data`: training task -> fingerprint.

    Raises:
        KeyError: a task of the mixture has no fingerprint in `data`.
    """
    return digest(stage_content(start, stage, training=training, data=data, seed=seed))


def family_key(start: str, stage: Stage, *, training: Training, data: Mapping[str, str], seed: int) -> str:
    """Equal for stages that differ in their length only, where the schedule lets a longer continue a shorter one."""
    content = stage_content(start, stage, training=training, data=data, seed=seed)
    del content["stop"]
    return digest(content)


def stage_content(
    start: str, stage: Stage, *, training: Training, data: Mapping[str, str], seed: int
) -> dict[str, Any]:
    """What the name is a digest of, as plain JSON values; the record of an entry keeps it, to explain a name."""
    planned = {"mixture": dict(stage.mixture), "learning_rate": stage.learning_rate}
    if training.schedule != "constant":
        planned["steps"] = stage.steps
    return {
        "format": FORMAT,
        "start": start,
        "stage": planned,
        "stop": stage.steps,
        "training": as_key(training, stage.tasks),
        "data": {task: data[task] for task in stage.tasks},
        "seed": seed,
    }


def digest(content: Mapping[str, Any]) -> str:
    """Sha256 of the canonical JSON: keys sorted, no spaces, whole numbers without a fraction (1.0 is 1)."""
    text = json.dumps(_canonical(content), sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _canonical(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
