"""Where a run stands: its encoder's size, and how many target-language examples its targets were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.studies.member import Member, sizes_of
from evaluators.errors import CairnError
from evaluators.suites import find_suite


class Place(NamedTuple):
    """Of one run."""

    size: float
    """Parameters of the encoder."""
    examples: float
    """In each language; 0 where the targets were trained on something else, in English."""
    languages: int
    passes: float
    """How often all of them were read."""


def places_of(members: Sequence[Member], task: str) -> dict[str, Place]:
    """Run -> its place; `task` is the training task whose examples are counted.

    Raises:
        CairnError: a size or number of examples is not known, the steps do not reach all examples, no run has any, or
            runs have them in different numbers of languages.
    """
    sizes = sizes_of(members)
    places = {one.name: _place(one, sizes[one.name], task) for one in members}
    counts = sorted({place.languages for place in places.values() if place.examples})
    if len(counts) != 1:
        found = f"runs with {task} in {' and '.join(map(str, counts))} languages" if counts else f"no run with {task}"
        raise CairnError(f"the study has {found} among what its targets are trained on; name one such task and suite")
    return places


def _place(member: Member, size: float, task: str) -> Place:
    resolved = member.run.resolved
    suite = find_suite(resolved["suite"])
    if task not in {suite.target(name).trained_as for name in resolved["targets"]}:
        return Place(size, 0.0, 0, 0.0)
    own = resolved["training"]["per_task"].get(task) or {}
    examples = own.get("max_examples")
    if examples is None:
        raise CairnError(f"{member.run.path} does not say training.per_task.{task}.max_examples, its place")
    steps = resolved["finals"]["task_steps"].get(task) or resolved["finals"]["target_steps"]
    read = steps * (own.get("batch_size") or resolved["training"]["batch_size"])
    languages = len(suite.training_task(task).languages("train"))
    if examples * languages > read:
        raise CairnError(
            f"{member.run.path} names {examples:,} examples in each of {languages} languages, and its {read:,} do not "
            "reach them all; give the target more steps, or name fewer examples"
        )
    return Place(size, float(examples), languages, read / (examples * languages))
