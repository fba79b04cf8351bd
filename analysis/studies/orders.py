"""Does order matter, for each encoder, and do encoders agree on which order is best?

Beside the verdict on the mean over targets stand verdicts on parts of them: the suite's groups, and all but retrieval.
They are exploratory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from analysis.encoders import compare, sets_text
from analysis.load import Json
from analysis.order.by_target import NO_RETRIEVAL, parts_of
from analysis.studies.answer import Answer, Cell, Table, number, text
from analysis.studies.member import Member, zero_shot
from evaluators.errors import CairnError
from evaluators.suites import find_suite

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The verdict on order of every run, and rank correlations of every two."""

    kind: Literal["orders"]
    of: Literal["finals", "search"] | None = None
    """Which scores encoders are compared by; None: the finals', or the search's where these share too few orders."""

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: fewer than two runs, or they share too few orders.
        """
        if len(members) < 2:
            raise CairnError("a study of orders compares two runs or more")
        layout = zero_shot(members)
        verdicts = [member.order_verdict(layout).as_json() for member in members]
        parts = {
            name: [member.order_verdict(layout, tasks).as_json() for member in members]
            for name, tasks in parts_of(list(layout), find_suite(members[0].run.resolved["suite"]).groups).items()
        }
        pairs = [(one, other, compare(one.run, other.run, self.of)) for one, other in combinations(members, 2)]
        told = [f"For {_verdicts(members, verdicts)}."]
        if NO_RETRIEVAL in parts:
            without = _verdicts(members, parts[NO_RETRIEVAL])
            told.append(f"Without retrieval, which is read at the trunk's end (exploratory): for {without}.")
        tables = [_verdict_table(members, verdicts), *([_part_table(members, parts)] if parts else [])]
        return Answer(
            sentence=" ".join([*told, *(_agreement(*pair) for pair in pairs)]),
            settled=all(one["answer"] != "not enough data yet" for one in verdicts)
            and all(found["interaction"] is not None for _, _, found in pairs),
            tables=[*tables, *(_pair_table(*pair) for pair in pairs)],
            numbers={
                "verdicts": _by_name(members, verdicts),
                "by_targets": {name: _by_name(members, found) for name, found in parts.items()},
                "pairs": [{"runs": [one.name, other.name], **found} for one, other, found in pairs],
            },
        )


def _by_name(members: Sequence[Member], verdicts: Sequence[Json]) -> dict[str, Json]:
    return {member.name: one for member, one in zip(members, verdicts, strict=True)}


def _verdicts(members: Sequence[Member], verdicts: Sequence[Json]) -> str:
    words = {
        "order matters": "the order of intermediate tasks matters",
        "order does not matter": "the order of intermediate tasks does not matter",
        "not enough data yet": "there are not enough data yet to say whether order matters",
    }
    told = {member.name: words[one["answer"]] for member, one in zip(members, verdicts, strict=True)}
    grounds = "; ".join(f"{member.name}: {_ground(one)}" for member, one in zip(members, verdicts, strict=True))
    if len(set(told.values())) == 1:
        return f"{_and(list(told))} alike, {next(iter(told.values()))} ({grounds})"
    return f"{'; for '.join(f'{name}, {said}' for name, said in told.items())} ({grounds})"


def _ground(verdict: Json) -> str:
    """What a verdict rests on."""
    if verdict["p"] is None:
        return "no test"
    if verdict["answer"] == "order does not matter":
        bound = verdict["furthest"]["bound"]
        return f"no two orders of a set more than {bound:.2f} points apart, band {verdict['band']:g}"
    tested = f"permutation test, p = {_small(verdict['p'])}"
    more = (verdict["seeds_needed"] or 0) - len(verdict["seeds"])
    if verdict["answer"] == "order matters" or more <= 0:
        return tested
    return f"{tested}, and about {more} more seed{'' if more == 1 else 's'} would settle it"


def _agreement(one: Member, other: Member, found: Json) -> str:
    rho, interaction = found["spearman"]["value"], found["interaction"]
    within = "" if found["sets"] == 1 else " within their sets"
    ranks = f"{one.name} and {other.name} rank {sets_text(found)}{within} with Spearman's rho {rho or 0.0:+.2f}"
    if rho is None:
        ranks = f"{one.name} and {other.name} cannot be ranked alike: one of them has no differences between orders"
    if interaction is None:
        return f"{ranks}; whether encoder and order interact was not tested."
    differ = "do" if interaction["p"] < LEVEL else "are not shown to"
    return f"{ranks}; the effects of order {differ} differ between them ({_tested(found)})."


def _tested(found: Json) -> str:
    tested, orders = found["interaction"]["orders"], len(found["orders"])
    some = "" if tested == orders else f", tested on {tested} of {orders} orders"
    return f"p = {_small(found['interaction']['p'])}{some}"


def _verdict_table(members: Sequence[Member], verdicts: Sequence[Json]) -> Table:
    return Table(
        title="Does order matter, run by run?",
        note="Order variance over seed variance with its 95 % interval; p of the permutation test. "
        '"All below" is what equivalence holds against the band.',
        columns=(
            "run",
            "encoder",
            "verdict",
            "orders",
            "seeds",
            "p",
            "order over seed variance",
            "furthest two, points",
            "all below",
        ),
        rows=[
            [
                text(member.name),
                text(member.encoder),
                text(one["sentence"] if one["p"] is None else one["answer"]),
                number(one["orders"]),
                number(len(one["seeds"])),
                number(one["p"], ".4f"),
                _ratio(one),
                number(one["furthest"] and one["furthest"]["difference"], ".2f"),
                number(one["furthest"] and one["furthest"]["bound"], ".2f"),
            ]
            for member, one in zip(members, verdicts, strict=True)
        ],
    )


def _part_table(members: Sequence[Member], parts: Mapping[str, Sequence[Json]]) -> Table:
    return Table(
        title="Does order matter for every group of targets? (exploratory)",
        note="The same verdict by the mean over some targets alone. Each has a level of 5 % of its own, uncorrected. "
        "Retrieval is read at the trunk's end; the others are trained further.",
        columns=("targets", "run", "verdict", "p", "order over seed variance", "furthest two, points", "all below"),
        rows=[
            [
                text(name),
                text(member.name),
                text(one["sentence"] if one["p"] is None else one["answer"]),
                number(one["p"], ".4f"),
                _ratio(one),
                number(one["furthest"] and one["furthest"]["difference"], ".2f"),
                number(one["furthest"] and one["furthest"]["bound"], ".2f"),
            ]
            for name, verdicts in parts.items()
            for member, one in zip(members, verdicts, strict=True)
        ],
    )


def _ratio(verdict: Json) -> Cell:
    found = verdict["ratio"]
    if found is None or found["ratio"] is None:
        return text("not known")
    shown = f"{found['ratio']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
    return Cell(shown, found["ratio"], found["low"], found["high"])


def _pair_table(one: Member, other: Member, found: Json) -> Table:
    corrected = found["spearman_without_noise"]
    return Table(
        title=f"The orders of {one.name} and {other.name}",
        note=f"Mean scores of the {found['of']}, which hold what the set is worth, and what the order adds to its set, "
        f"which is what is compared. Kendall's tau {_value(found['kendall']['value'])}; reliabilities "
        f"{_value(found['reliabilities'][0])} and {_value(found['reliabilities'][1])}; rho without noise "
        f"{_value(corrected)}.",
        columns=("set", "order", one.name, other.name, f"{one.name}, added", f"{other.name}, added"),
        rows=[
            [
                number(order["set"]),
                text(order["order"]),
                *(number(score, ".2f") for score in order["scores"]),
                *(number(added, "+.2f") for added in order["added"]),
            ]
            for order in sorted(found["orders"], key=lambda order: (order["set"], -order["added"][0]))
        ],
    )


def _value(found: float | None) -> str:
    return "not known" if found is None else f"{found:.2f}"


def _small(p: float) -> str:
    return f"{p:.4f}" if p < 0.01 else f"{p:.2f}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
