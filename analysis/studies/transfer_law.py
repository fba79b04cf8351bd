"""What is English intermediate training worth in target-language examples, and does the error follow a law?

Runs differ in the encoder's size and in the number of target-language examples. Two arms: fine-tuned on the target
language at once, and after intermediate training in English. The error's law is fitted for both together
(`analysis.scaling`); the gain's slopes say where intermediate training pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from analysis.finals import DIRECT, BySeed
from analysis.scaling.law import NoLaw, scaling
from analysis.scaling.points import Point
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, Cell, Table, gained, number, said, scored, text
from analysis.studies.member import Member, common_seeds, of_all, sizes_of, zero_shot
from evaluators.errors import CairnError
from evaluators.suites import find_suite


@dataclass(frozen=True, kw_only=True)
class TransferLaw:
    """Runs over a grid of sizes and numbers of target-language examples."""

    kind: Literal["transfer-law"]
    arm: str
    """With English intermediate training; against direct."""
    examples_of: str
    """The training task whose `training.per_task.max_examples` is varied: the target language's own."""

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: a size or number of examples is not known, or scores are missing.
        """
        layout = zero_shot(members)
        sizes = sizes_of(members)
        places = {one.name: (sizes[one.name], self._examples(one)) for one in members}
        scores = {(one.name, arm): one.scores(arm, layout) for one in members for arm in (DIRECT, self.arm)}
        gains = {one.name: one.gain(self.arm, layout) for one in members}
        by_size, by_examples = slopes(places, gains)
        law, refused = self._law(places, scores)
        return Answer(
            sentence=_sentence(self.arm, gains, places, by_size, by_examples, law, refused),
            settled=law is not None and bool(law["law"]),
            tables=[
                _grid(members, self.arm, places, scores, gains),
                _trends(by_size, by_examples),
                *([_law_table(law)] if law else []),
            ],
            numbers={
                "places": {name: {"size": size, "examples": examples} for name, (size, examples) in places.items()},
                "gains": {name: dict(found) for name, found in gains.items()},
                "slope_by_size": by_size and by_size._asdict(),
                "slope_by_examples": by_examples and by_examples._asdict(),
                "law": law,
                "no_law": refused,
            },
        )

    def _examples(self, member: Member) -> float:
        task = member.run.resolved["training"]["per_task"].get(self.examples_of) or {}
        found = task.get("max_examples")
        if found is None:
            raise CairnError(
                f"{member.run.path} does not say training.per_task.{self.examples_of}.max_examples, its place"
            )
        steps = member.run.resolved["finals"]["task_steps"].get(self.examples_of)
        read = (steps or member.run.resolved["finals"]["target_steps"]) * (
            task.get("batch_size") or member.run.resolved["training"]["batch_size"]
        )
        languages = len(find_suite(member.run.resolved["suite"]).training_task(self.examples_of).languages("train"))
        if found * languages > read:
            raise CairnError(
                f"{member.run.path} names {found:,} examples in each of {languages} languages, and its {read:,} do not "
                "reach them all; give the target more steps, or name fewer examples"
            )
        return float(found)

    def _law(
        self, places: Mapping[str, tuple[float, float]], scores: Mapping[tuple[str, str], BySeed]
    ) -> tuple[dict[str, Any] | None, str | None]:
        points = [
            Point(size=places[name][0], data=places[name][1], seed=seed, error=100.0 - score, group=arm)
            for (name, arm), found in scores.items()
            for seed, score in found.items()
        ]
        try:
            return scaling(points), None
        except NoLaw as reason:
            return None, str(reason)


def slopes(
    places: Mapping[str, tuple[float, float]], gains: Mapping[str, BySeed]
) -> tuple[Estimate | None, Estimate | None]:
    """Change of the gain for ten times the size and for ten times the examples, the other held fixed; over seeds."""
    names = list(places)
    logs = np.log10([places[name] for name in names])
    varied = [column for column in (0, 1) if len(set(logs[:, column])) > 1]
    x = np.column_stack([np.ones(len(names)), logs[:, varied]])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return None, None
    seeds = common_seeds([gains[name] for name in names])
    fitted = [np.linalg.lstsq(x, np.array([gains[name][seed] for name in names]), rcond=None)[0] for seed in seeds]
    found = {column: estimate([float(one[place]) for one in fitted]) for place, column in enumerate(varied, start=1)}
    return found.get(0), found.get(1)


def _sentence(
    arm: str,
    gains: Mapping[str, BySeed],
    places: Mapping[str, tuple[float, float]],
    by_size: Estimate | None,
    by_examples: Estimate | None,
    law: Mapping[str, Any] | None,
    refused: str | None,
) -> str:
    fewest, most = (pick(examples for _, examples in places.values()) for pick in (min, max))
    at = {count: _mean_gain(count, gains, places) for count in (fewest, most)}
    told = (
        f"{arm} before the target language changes the score by {said(at[fewest])} with {fewest:,.0f} target-language "
        f"examples and by {said(at[most])} with {most:,.0f}"
    )
    trends = [
        f"for ten times the {what} the gain changes by {said(found)}"
        for what, found in (("examples", by_examples), ("parameters", by_size))
        if found is not None
    ]
    told = "; ".join([told, *trends])
    if law is None:
        return f"No law can be fitted ({refused}); {told}."
    if law["law"]:
        return f"The error falls with size and examples by a law; {told}."
    return f"The data do not support a scaling law ({'; '.join(law['doubts'])}); {told}."


def _mean_gain(count: float, gains: Mapping[str, BySeed], places: Mapping[str, tuple[float, float]]) -> Estimate:
    """Over all sizes with so many examples, seed by seed."""
    names = [name for name, (_, examples) in places.items() if examples == count]
    seeds = common_seeds([gains[name] for name in names])
    return of_all({seed: sum(gains[name][seed] for name in names) / len(names) for seed in seeds})


def _grid(
    members: Sequence[Member],
    arm: str,
    places: Mapping[str, tuple[float, float]],
    scores: Mapping[tuple[str, str], BySeed],
    gains: Mapping[str, BySeed],
) -> Table:
    return Table(
        title="Scores by size and number of target-language examples",
        note="Test scores without the source language, 95 % t intervals over seeds; gains paired by seed.",
        columns=("run", "encoder", "parameters", "examples a language", "direct", arm, "gain", "seeds"),
        rows=[
            [
                text(one.name),
                text(one.encoder),
                number(places[one.name][0]),
                number(places[one.name][1]),
                scored(of_all(scores[one.name, DIRECT])),
                scored(of_all(scores[one.name, arm])),
                gained(of_all(gains[one.name])),
                number(len(gains[one.name])),
            ]
            for one in sorted(members, key=lambda one: places[one.name])
        ],
    )


def _trends(by_size: Estimate | None, by_examples: Estimate | None) -> Table:
    return Table(
        title="Change of the gain",
        note="Least squares on both logarithms, seed by seed; intervals over seeds, not over models.",
        columns=("for ten times the", "points", "seeds"),
        rows=[
            [text(name), gained(found), number(found and found.n)]
            for name, found in (("parameters", by_size), ("target-language examples", by_examples))
        ],
    )


def _law_table(law: Mapping[str, Any]) -> Table:
    def cell(one: Mapping[str, Any]) -> Cell:
        wide = "" if one["low"] is None else f" ({one['low']:.4g} to {one['high']:.4g})"
        return Cell(f"{one['value']:.4g}{wide}", one["value"], one["low"], one["high"])

    held_out = law["held_out"]
    off = "; ".join(
        f"{one['group']}, {one['data']:,.0f} examples: {one['off_percent']:+.1f} % off (as yesterday: "
        f"{one['if_nothing_changed_percent']:+.1f} %)"
        for one in held_out
    )
    return Table(
        title="The fit: error = E + A * size^-a * examples^-b",
        note=f"Floor {law['floor']}, by AICc. The largest size foretold from the others: {off or 'not possible'}.",
        columns=("arm", "parameter", "value and 95 % interval over seeds"),
        rows=[[text(one["group"]), text(one["name"]), cell(one)] for one in law["parameters"]],
    )
