"""One run of a study, and what several of them have in common."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import numpy as np

from analysis.finals import DIRECT, BySeed, Finals, Layout, finals_of, languages_left_out, metrics_of, restricted
from analysis.load import Run
from analysis.order.by_target import DevScores
from analysis.order.sources import evidence_of
from analysis.order.verdict import Verdict, verdict_of
from analysis.statistics import Estimate, estimate
from evaluators.errors import CairnError
from evaluators.suites import find_suite


@dataclass(frozen=True)
class Member:
    """A finished run under the name that the study gives it."""

    name: str
    run: Run
    parameters: int | None = None
    """Of the encoder; None where not known."""
    embeddings: int | None = None
    """Those of `parameters` that are embeddings; None where not known."""

    @property
    def body(self) -> int | None:
        """Parameters without embeddings, which a token hardly uses; None where not known."""
        return None if self.parameters is None or self.embeddings is None else self.parameters - self.embeddings

    @cached_property
    def finals(self) -> Finals:
        """Its final scores."""
        return finals_of(self.run, metrics_of(self.run.resolved["suite"], self.run.resolved["targets"]))

    @property
    def encoder(self) -> str:
        """Name of its encoder."""
        return str(self.run.resolved["encoder"]["name"])

    @cached_property
    def dev(self) -> DevScores:
        """Scores of its search."""
        return DevScores(self.run)

    def order_verdict(self, layout: Layout, tasks: Sequence[str] | None = None) -> Verdict:
        """Does order matter in this run? `tasks`: by these targets alone."""
        band = self.run.resolved.get("analysis", {}).get("equivalence_band")
        if tasks is None:
            return verdict_of(evidence_of(self.run, self.finals, layout), band)
        part = {task: languages for task, languages in layout.items() if task in tasks}
        by = partial(self.dev.mean, tasks=tasks)
        return verdict_of(evidence_of(self.run, self.finals, part, by), band)

    def scores(self, arm: str, layout: Layout, split: Literal["dev", "test"] = "test") -> BySeed:
        """Seed -> mean of the layout.

        Raises:
            CairnError: the finals have no complete score of the arm.
        """
        found = self.finals.by_seed(arm, split, layout)
        if not found:
            have = ", ".join(self.finals.arms) or "none"
            raise CairnError(f"{self.run.path} has no complete {split} scores of {arm!r} (arms: {have}); finish it")
        return found

    def gain(self, arm: str, layout: Layout, over: str = DIRECT) -> BySeed:
        """Seed -> points above another arm, with the same seed.

        Raises:
            CairnError: one of them has no complete score, or they share no seed.
        """
        ours, theirs = self.scores(arm, layout), self.scores(over, layout)
        if not (shared := {seed: ours[seed] - theirs[seed] for seed in ours if seed in theirs}):
            raise CairnError(f"{self.run.path} has no seed with complete test scores of both {arm!r} and {over!r}")
        return shared

    def without_retrieval(self, layout: Layout) -> Layout:
        """The tasks that are trained. Retrieval is read at the trunk's end, from a layer that depends on the depth."""
        suite = find_suite(self.run.resolved["suite"])
        return {task: codes for task, codes in layout.items() if suite.target(task).trained_as is not None}


def zero_shot(members: Sequence[Member], keep: Collection[str] | None = None) -> Layout:
    """Tasks and languages that all members were scored on, without source languages and pivots that helped to choose.

    `keep`: of these only.

    Raises:
        CairnError: they have none in common.
    """
    left_out = {code for member in members for code in languages_left_out(member.run)}
    layouts = [member.finals.layout for member in members]
    both = {
        task: tuple(
            code
            for code in languages
            if code not in left_out
            and (keep is None or code in keep)
            and all(code in layout.get(task, ()) for layout in layouts)
        )
        for task, languages in layouts[0].items()
    }
    layout = restricted(both, _every)
    if not layout:
        named = "" if keep is None else f" among {', '.join(sorted(keep))}"
        raise CairnError(f"the runs of the study were scored on no language in common{named}; finish them all")
    return layout


def of_all(values: BySeed) -> Estimate:
    """Mean over seeds; there is at least one."""
    found = estimate(list(values.values()))
    assert found is not None
    return found


def common_seeds(values: Sequence[BySeed]) -> list[int]:
    """The seeds that all have.

    Raises:
        CairnError: there is none.
    """
    seeds = [seed for seed in values[0] if all(seed in other for other in values)]
    if not seeds:
        raise CairnError("runs of the study share no seed with complete scores, so that nothing is paired; finish them")
    return seeds


def mean_by_seed(values: Sequence[BySeed]) -> BySeed:
    """Seed by seed.

    Raises:
        CairnError: they share no seed.
    """
    return {seed: sum(one[seed] for one in values) / len(values) for seed in common_seeds(values)}


def slope(places: Mapping[str, float], values: Mapping[str, BySeed]) -> Estimate | None:
    """Least-squares slope of values on the decimal logarithm of places, seed by seed, with a t interval over seeds.

    A seed counts that every member has; what it does to all members alike cancels. None for fewer than two places.
    """
    names = list(places)
    if len({places[name] for name in names}) < 2:
        return None
    seeds = common_seeds([values[name] for name in names])
    x = np.array([math.log10(places[name]) for name in names])
    slopes = [float(np.polyfit(x, [values[name][seed] for name in names], 1)[0]) for seed in seeds]
    return estimate(slopes)


def _every(language: str) -> bool:
    return True


def sizes_of(members: Sequence[Member]) -> dict[str, float]:
    """Run -> parameters of its encoder.

    Raises:
        CairnError: one is not known.
    """
    for one in members:
        if one.parameters is None:
            raise CairnError(f"how many parameters {one.encoder} has is not known here, so its run cannot be placed")
    return {one.name: float(one.parameters or 0) for one in members}
