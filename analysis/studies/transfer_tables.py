"""The tables of a study of what English training is worth: scores by place, worth in examples, trends, the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.finals import DIRECT, BySeed
from analysis.scaling.text import points_text
from analysis.statistics import Estimate
from analysis.studies.answer import Cell, Table, gained, number, scored, text
from analysis.studies.member import Member, of_all
from analysis.studies.places import Place
from analysis.studies.worth import Worth, worth_cell


def grid_table(
    members: Sequence[Member],
    arm: str,
    places: Mapping[str, Place],
    scores: Mapping[tuple[str, str], BySeed],
    gains: Mapping[str, Mapping[str, BySeed]],
) -> Table:
    """Of the runs with target-language examples; `gains`: over whom -> run -> points."""
    return Table(
        title="Scores by size and number of target-language examples",
        note="Test scores without the source language, 95 % t intervals over seeds; gains paired by seed. All seeds "
        "have one subset of the examples, chosen by a hash, and intervals say nothing of other subsets. A translated "
        "task holds the same examples in every language, and so does the English that it was translated from.",
        columns=(
            *("run", "encoder", "parameters", "examples a language", "passes over them", "direct", arm),
            *(f"gain over {other}" for other in gains),
            "seeds",
        ),
        rows=[
            [
                text(one.name),
                text(one.encoder),
                number(places[one.name].size),
                number(places[one.name].examples),
                number(places[one.name].passes, ",.1f"),
                scored(of_all(scores[one.name, DIRECT])),
                scored(of_all(scores[one.name, arm])),
                *(gained(of_all(over[one.name])) for over in gains.values()),
                number(len(gains[DIRECT][one.name])),
            ]
            for one in sorted(members, key=lambda one: places[one.name])
        ],
    )


def worth_table(
    members: Sequence[Member], arm: str, places: Mapping[str, Place], worths: Mapping[str, Worth | None]
) -> Table:
    """Of all runs, with and without target-language examples."""
    return Table(
        title="What English training is worth in target-language examples",
        note=f"With how many examples a language direct fine-tuning does as well as {arm} with those given: its curve "
        "over log examples in straight lines, within its range. Intervals hold every number at which the two are not "
        "told apart, paired by seed. No examples: English alone.",
        columns=("run", "parameters", "examples a language", "direct does as well with", "seed by seed"),
        rows=[
            [
                text(one.name),
                number(places[one.name].size),
                number(places[one.name].examples),
                worth_cell(worths[one.name]),
                text(_by_seed(worths[one.name])),
            ]
            for one in sorted(members, key=lambda one: places[one.name])
        ],
    )


def _by_seed(found: Worth | None) -> str:
    return "" if found is None else ", ".join(found.told(amount) for amount in found.by_seed.values())


def trends_table(by_size: Estimate | None, by_examples: Estimate | None) -> Table:
    """Slopes of the gain over direct."""
    return Table(
        title="Change of the gain",
        note="Least squares on both logarithms, seed by seed; intervals over seeds, not over models.",
        columns=("for ten times the", "points", "seeds"),
        rows=[
            [text(name), gained(found), number(found and found.n)]
            for name, found in (("parameters", by_size), ("target-language examples", by_examples))
        ],
    )


def law_table(law: Mapping[str, Any]) -> Table:
    """The fit's parameters, and how well it foretells."""

    def cell(one: Mapping[str, Any]) -> Cell:
        wide = "" if one["low"] is None else f" ({one['low']:.4g} to {one['high']:.4g})"
        return Cell(f"{one['value']:.4g}{wide}", one["value"], one["low"], one["high"])

    off = "; ".join(
        f"{one['group']}, {one['data']:,.0f} examples: {one['off_percent']:+.1f} % off (as yesterday: "
        f"{one['if_nothing_changed_percent']:+.1f} %)"
        for one in law["held_out"]
    )
    return Table(
        title="The fit: error = E + A * size^-a * examples^-b",
        note=f"{points_text(law)}. Floor {law['floor']}, by AICc. Whole seeds are drawn, with all their numbers of "
        f"examples. The largest size foretold from the others: {off or 'not possible'}.",
        columns=("arm", "parameter", "value and 95 % interval over seeds"),
        rows=[[text(one["group"]), text(one["name"]), cell(one)] for one in law["parameters"]],
    )
