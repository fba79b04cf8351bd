"""Does order matter, for each encoder, and do encoders agree on which order is best?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from analysis.encoders import compare
from analysis.load import Json
from analysis.studies.answer import Answer, Cell, Table, number, text
from analysis.studies.member import Member, zero_shot
from evaluators.errors import CairnError

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
        verdicts = [member.order_verdict(zero_shot(members)).as_json() for member in members]
        pairs = [(one, other, compare(one.run, other.run, self.of)) for one, other in combinations(members, 2)]
        sentence = " ".join([_verdicts(members, verdicts), *(_agreement(*pair) for pair in pairs)])
        return Answer(
            sentence=sentence,
            settled=all(one["answer"] != "not enough data yet" for one in verdicts)
            and all(found["interaction"] is not None for _, _, found in pairs),
            tables=[_verdict_table(members, verdicts), *(_pair_table(*pair) for pair in pairs)],
            numbers={
                "verdicts": {member.name: one for member, one in zip(members, verdicts, strict=True)},
                "pairs": [{"runs": [one.name, other.name], **found} for one, other, found in pairs],
            },
        )


def _verdicts(members: Sequence[Member], verdicts: Sequence[Json]) -> str:
    words = {
        "order matters": "the order of intermediate tasks matters",
        "order does not matter": "the order of intermediate tasks does not matter",
        "not enough data yet": "there are not enough data yet to say whether order matters",
    }
    told = {member.name: words[one["answer"]] for member, one in zip(members, verdicts, strict=True)}
    if len(set(told.values())) == 1:
        said = next(iter(told.values()))
        return f"For {_and(list(told))} alike, {said} ({_p(members, verdicts)})."
    joined = "; for ".join(f"{name}, {said}" for name, said in told.items())
    return f"For {joined} ({_p(members, verdicts)})."


def _p(members: Sequence[Member], verdicts: Sequence[Json]) -> str:
    told = [
        f"{member.name}: {'none' if one['p'] is None else 'p = ' + _small(one['p'])}"
        for member, one in zip(members, verdicts, strict=True)
    ]
    return "permutation test, " + ", ".join(told)


def _agreement(one: Member, other: Member, found: Json) -> str:
    rho, interaction = found["spearman"]["value"], found["interaction"]
    if rho is None:
        return f"{one.name} and {other.name} cannot be compared: one of them has no differences between orders."
    ranks = f"{one.name} and {other.name} rank {len(found['orders'])} orders with Spearman's rho {rho:+.2f}"
    if interaction is None:
        return f"{ranks}; whether encoder and order interact was not tested."
    differ = "do" if interaction["p"] < LEVEL else "are not shown to"
    return f"{ranks}; the effects of order {differ} differ between them (p = {_small(interaction['p'])})."


def _verdict_table(members: Sequence[Member], verdicts: Sequence[Json]) -> Table:
    def ratio(found: Any) -> Cell:
        if found is None or found["ratio"] is None:
            return text("not known")
        return Cell(
            f"{found['ratio']:.2f} ({found['low']:.2f} to {found['high']:.2f})",
            found["ratio"],
            found["low"],
            found["high"],
        )

    return Table(
        title="Does order matter, run by run?",
        note="Order variance over seed variance with its 95 % interval; p of the permutation test; points.",
        columns=(
            "run",
            "encoder",
            "verdict",
            "orders",
            "seeds",
            "p",
            "order over seed variance",
            "furthest two, points",
        ),
        rows=[
            [
                text(member.name),
                text(member.encoder),
                text(one["sentence"] if one["p"] is None else one["answer"]),
                number(one["orders"]),
                number(len(one["seeds"])),
                number(one["p"], ".4f"),
                ratio(one["ratio"]),
                number(one["furthest"] and one["furthest"]["difference"], ".2f"),
            ]
            for member, one in zip(members, verdicts, strict=True)
        ],
    )


def _pair_table(one: Member, other: Member, found: Json) -> Table:
    corrected = found["spearman_without_noise"]
    note = (
        f"Kendall's tau {_value(found['kendall']['value'])}; reliabilities "
        f"{_value(found['reliabilities'][0])} and {_value(found['reliabilities'][1])}; rho without noise "
        f"{_value(corrected)}. Best: {found['best'][0]} for {one.name}, {found['best'][1]} for {other.name}."
    )
    ranked = sorted(found["orders"], key=lambda order: -order["scores"][0])
    return Table(
        title=f"The orders of {one.name} and {other.name}",
        note=f"Mean scores of the {found['of']}. {note}",
        columns=("order", one.name, other.name),
        rows=[[text(order["order"]), *(number(score, ".2f") for score in order["scores"])] for order in ranked],
    )


def _value(found: float | None) -> str:
    return "not known" if found is None else f"{found:.2f}"


def _small(p: float) -> str:
    return f"{p:.4f}" if p < 0.01 else f"{p:.2f}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
