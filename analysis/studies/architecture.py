"""Does the gain depend on size, or on being dense or sparse? Pairs of encoders, matched beforehand.

A pair holds a sparse and a dense encoder, matched by the parameters that a token uses (active) or by all that there
are (total). The difference of their gains is paired by seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from analysis.attributes import ATTRIBUTES, UNKNOWN, Circumstances
from analysis.finals import DIRECT, BySeed, Layout
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, Table, gained, number, said, scored, text
from analysis.studies.member import Member, common_seeds, of_all, sizes_of, slope, zero_shot
from evaluators.errors import UnknownName


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two runs."""

    sparse: str
    dense: str
    matched_by: Literal["active", "total"]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Runs of encoders of several sizes and architectures."""

    kind: Literal["architecture"]
    arm: str
    """Whose gain over direct."""
    pairs: tuple[Pair, ...]
    sizes: tuple[str, ...] = ()
    """Runs of dense encoders that differ in size alone."""
    active: Mapping[str, int] = field(default_factory=dict)
    """Run -> parameters that a token uses, of sparse encoders, where known; others use all of theirs."""

    def __post_init__(self) -> None:
        if not self.pairs and len(self.sizes) < 2:
            raise ValueError("an architecture study needs pairs, or two sizes to compare")

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            UnknownName: a pair or a size names no run.
            CairnError: scores are missing.
        """
        named = {one.name: one for one in members}
        for name in [*self.sizes, *self.active, *(side for pair in self.pairs for side in (pair.sparse, pair.dense))]:
            if name not in named:
                raise UnknownName("run of the study", name, named)
        layout = zero_shot(members)
        gains = {one.name: one.gain(self.arm, layout) for one in members}
        by_size = slope(sizes_of([named[name] for name in self.sizes]), gains) if self.sizes else None
        found = [(pair, self._difference(pair, gains)) for pair in self.pairs]
        asked = [*([by_size] if self.sizes else []), *(one for _, one in found)]
        return Answer(
            sentence=_sentence(self.arm, by_size, found),
            settled=all(one is not None and one.verdict in ("better", "worse") for one in asked),
            tables=[
                self._runs(members, layout, gains),
                _pairs(found),
                *_by_attribute(members, self.arm, layout),
            ],
            numbers={
                "gains": {name: dict(one) for name, one in gains.items()},
                "slope_by_size": by_size and by_size._asdict(),
                "pairs": [
                    {"sparse": pair.sparse, "dense": pair.dense, "matched_by": pair.matched_by, **one._asdict()}
                    for pair, one in found
                ],
            },
        )

    def _difference(self, pair: Pair, gains: Mapping[str, BySeed]) -> Estimate:
        ours, theirs = gains[pair.sparse], gains[pair.dense]
        return of_all({seed: ours[seed] - theirs[seed] for seed in common_seeds([ours, theirs])})

    def _active(self, member: Member) -> int | None:
        """Parameters that a token uses; of a sparse encoder only if the file says so."""
        is_sparse = any(member.name == pair.sparse for pair in self.pairs)
        return self.active.get(member.name, None if is_sparse else member.parameters)

    def _runs(self, members: Sequence[Member], layout: Layout, gains: Mapping[str, BySeed]) -> Table:
        return Table(
            title=f"Gain of {self.arm} by encoder",
            note="Zero-shot test scores; gains over direct, paired by seed, with 95 % t intervals over seeds.",
            columns=("run", "encoder", "parameters", "active", "direct", "gain", "seeds"),
            rows=[
                [
                    text(one.name),
                    text(one.encoder),
                    number(one.parameters),
                    number(self._active(one)),
                    scored(estimate(list(one.scores(DIRECT, layout).values()))),
                    gained(of_all(gains[one.name])),
                    number(len(gains[one.name])),
                ]
                for one in members
            ],
        )


def _sentence(arm: str, by_size: Estimate | None, found: Sequence[tuple[Pair, Estimate]]) -> str:
    words = {"better": "gains more than", "worse": "gains less than"}
    told = [
        f"{pair.sparse} {words.get(one.verdict, 'is not told from')} {pair.dense}, matched by {pair.matched_by} "
        f"parameters ({said(one)})"
        for pair, one in found
    ]
    if by_size is not None:
        trend = {"better": "grows with size", "worse": "shrinks with size"}.get(by_size.verdict, "shows no sure trend")
        told.insert(0, f"the gain {trend} ({said(by_size)} for ten times the parameters)")
    return f"From {arm}, " + "; ".join(told) + "."


def _pairs(found: Sequence[tuple[Pair, Estimate]]) -> Table:
    return Table(
        title="Sparse less dense",
        note="Differences of gains, paired by seed. Intervals do not cover which models were taken.",
        columns=("sparse", "dense", "matched by", "difference of gains", "seeds"),
        rows=[
            [text(pair.sparse), text(pair.dense), text(pair.matched_by), gained(one), number(one.n)]
            for pair, one in found
        ],
    )


def _by_attribute(members: Sequence[Member], arm: str, layout: Layout) -> list[Table]:
    """Gains by kind of language, for attributes that tell the languages apart."""
    languages = {code for codes in layout.values() for code in codes}
    tables = []
    for attribute, find in ATTRIBUTES.items():
        kinds = {code: find(code, Circumstances(encoder=members[0].encoder)) for code in sorted(languages)}
        values = sorted(set(kinds.values()) - {UNKNOWN})
        if len(values) < 2 or attribute in ("seen", "selection"):  # which differ from run to run
            continue
        parts = {value: zero_shot(members, [code for code in kinds if kinds[code] == value]) for value in values}
        rows = [
            [text(value), *(gained(of_all(member.gain(arm, part))) for member in members)]
            for value, part in parts.items()
        ]
        tables.append(
            Table(
                title=f"Gain of {arm} by {attribute}",
                note="Points over direct with 95 % t intervals over seeds; classes need not have the same tasks.",
                columns=(attribute, *(member.name for member in members)),
                rows=rows,
            )
        )
    return tables
