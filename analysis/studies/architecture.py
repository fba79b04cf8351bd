"""Does the gain depend on size, or on being dense or sparse? Pairs of encoders, matched beforehand.

A pair holds a sparse and a dense encoder, matched by the parameters that a token uses (active) or by all that there
are (total). The difference of their gains is paired by seed. Embeddings do not count in a match: a token uses one row
of them, and a vocabulary for a hundred languages is most of a small encoder.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple

from analysis.attributes import ATTRIBUTES, UNKNOWN, Circumstances
from analysis.finals import DIRECT, BySeed, Layout
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, Table, gained, number, scored, text
from analysis.studies.as_long import comparable, doubted, holds, is_gain, listed, said_over
from analysis.studies.member import Member, common_seeds, of_all, sizes_of, slope, zero_shot
from evaluators.errors import CairnError, UnknownName

MATCHED = 0.15
"""Share by which matched counts may differ."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two runs."""

    sparse: str
    dense: str
    matched_by: Literal["active", "total"]
    script: str | None = None
    """Only languages of this script, where one of the two has no words for others."""


class Counts(NamedTuple):
    """What a pair is matched by, without embeddings; None where not known."""

    sparse: int | None
    dense: int | None

    @property
    def match(self) -> bool:
        """Are they about the same?"""
        if not self.sparse or not self.dense:
            return False
        return abs(self.sparse - self.dense) <= MATCHED * max(self.sparse, self.dense)


class Difference(NamedTuple):
    """What was found of a pair."""

    pair: Pair
    counts: Counts
    over: Mapping[str, Estimate]
    """Arm that gains are over -> the sparse encoder's gain less the dense one's."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Runs of encoders of several sizes and architectures."""

    kind: Literal["architecture"]
    arm: str
    """Whose gain over direct."""
    pairs: tuple[Pair, ...]
    controls: tuple[str, ...] = ()
    """Arms that train as long without the task; a difference counts only if the gains over them differ alike."""
    sizes: tuple[str, ...] = ()
    """Runs of dense encoders that differ in size alone."""
    active: Mapping[str, int] = field(default_factory=dict)
    """Run -> parameters that a token uses, embeddings among them, of sparse encoders where known; others use all."""

    def __post_init__(self) -> None:
        if not self.pairs and len(self.sizes) < 2:
            raise ValueError("an architecture study needs pairs, or two sizes to compare")

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            UnknownName: a pair or a size names no run.
            CairnError: scores are missing, or `sizes` has runs of one size alone.
        """
        named = {one.name: one for one in members}
        for name in [*self.sizes, *self.active, *(side for pair in self.pairs for side in (pair.sparse, pair.dense))]:
            if name not in named:
                raise UnknownName("run of the study", name, named)
        layout = zero_shot(members)
        gains = self._gains(members, layout)
        by_size = self._by_size([named[name] for name in self.sizes], gains)
        found = [self._difference(pair, named, members) for pair in self.pairs]
        return Answer(
            sentence=_sentence(self.arm, gains, by_size, found),
            settled=(not self.sizes or (bool(by_size) and holds(by_size)))
            and all(one.counts.match and holds(one.over) for one in found),
            tables=[
                self._runs(members, layout, gains),
                _pairs(found, gains),
                *_by_attribute(members, self.arm, layout),
            ],
            numbers={
                "gains": gains,
                "slope_by_size": {over: one._asdict() for over, one in by_size.items()},
                "pairs": [
                    {
                        **asdict(one.pair),
                        "counts": one.counts._asdict(),
                        "over": {over: estimate._asdict() for over, estimate in one.over.items()},
                    }
                    for one in found
                ],
            },
        )

    def _gains(self, members: Sequence[Member], layout: Layout) -> dict[str, dict[str, BySeed]]:
        layouts = {over: comparable(members, over, layout) for over in (DIRECT, *self.controls)}
        return {over: {one.name: one.gain(self.arm, part, over) for one in members} for over, part in layouts.items()}

    def _by_size(self, members: Sequence[Member], gains: Mapping[str, Mapping[str, BySeed]]) -> dict[str, Estimate]:
        if not members:
            return {}
        sizes = sizes_of(members)
        if len(set(sizes.values())) < 2:
            raise CairnError(f"sizes is {', '.join(self.sizes)}, all of one size; name runs of two sizes, or none")
        return {over: found for over, ours in gains.items() if (found := slope(sizes, ours)) is not None}

    def _difference(self, pair: Pair, named: Mapping[str, Member], members: Sequence[Member]) -> Difference:
        sparse, dense = named[pair.sparse], named[pair.dense]
        gains = self._gains([sparse, dense], _of_script(members, pair.script))
        differences = {
            over: of_all(
                {seed: ours[pair.sparse][seed] - ours[pair.dense][seed] for seed in common_seeds([*ours.values()])}
            )
            for over, ours in gains.items()
        }
        count = sparse.body if pair.matched_by == "total" else self._active(sparse)
        return Difference(pair, Counts(count, dense.body), differences)

    def _active(self, member: Member) -> int | None:
        """Parameters that a token uses, without embeddings; of a sparse encoder only if the file says so."""
        if member.name not in self.active:
            return None if any(member.name == pair.sparse for pair in self.pairs) else member.body
        return None if member.embeddings is None else self.active[member.name] - member.embeddings

    def _runs(self, members: Sequence[Member], layout: Layout, gains: Mapping[str, Mapping[str, BySeed]]) -> Table:
        return Table(
            title=f"Gain of {self.arm} by encoder",
            note="Zero-shot test scores; gains over direct or a control, paired by seed, with 95 % t intervals over "
            "seeds. Over an arm without a trunk on trained tasks only. Active: what a token uses, without embeddings.",
            columns=(
                *("run", "encoder", "parameters", "without embeddings", "active", "direct"),
                *(f"gain over {over}" for over in gains),
                "seeds",
            ),
            rows=[
                [
                    text(one.name),
                    text(one.encoder),
                    number(one.parameters),
                    number(one.body),
                    number(self._active(one)),
                    scored(estimate(list(one.scores(DIRECT, layout).values()))),
                    *(gained(of_all(ours[one.name])) for ours in gains.values()),
                    number(len(gains[DIRECT][one.name])),
                ]
                for one in members
            ],
        )


def _of_script(members: Sequence[Member], script: str | None) -> Layout:
    """What all were scored on; of a script where one is named."""
    layout = zero_shot(members)
    if script is None:
        return layout
    codes = {code for languages in layout.values() for code in languages}
    return zero_shot(members, {code for code in codes if ATTRIBUTES["script"](code, Circumstances()) == script})


def _sentence(
    arm: str, gains: Mapping[str, Mapping[str, BySeed]], by_size: Mapping[str, Estimate], found: Sequence[Difference]
) -> str:
    gaining = [run for run in gains[DIRECT] if is_gain({over: of_all(ours[run]) for over, ours in gains.items()})]
    who = f"{listed(gaining)} {'are' if len(gaining) > 1 else 'is'}" if gaining else "no encoder is"
    told = [f"{who} told to gain by it over {listed(gains)}"]
    if by_size:
        trend = {"better": "its effect rises with size", "worse": "its effect falls with size"}
        told.append(
            f"{_as_far_as_it_holds(trend, 'its effect shows no sure trend with size', by_size)} "
            f"({said_over(by_size)}, for ten times the parameters)"
        )
    for one in found:
        pair = one.pair
        side = {"better": f"its effect on {pair.sparse} lies above that on {pair.dense}"}
        side["worse"] = f"its effect on {pair.sparse} lies below that on {pair.dense}"
        unsure = f"its effect on {pair.sparse} is not told from that on {pair.dense}"
        where = "" if pair.script is None else f" in {pair.script} script"
        told.append(f"{_as_far_as_it_holds(side, unsure, one.over)}{where}, {_matched(one)} ({said_over(one.over)})")
    return f"Of {arm}: " + "; ".join(told) + "."


def _as_far_as_it_holds(words: Mapping[str, str], unsure: str, found: Mapping[str, Estimate]) -> str:
    said_so = words.get(found[DIRECT].verdict)
    if said_so is None:
        return unsure
    return said_so if holds(found) else f"{said_so} over {DIRECT}, but not surely over {listed(doubted(found))}"


def _matched(one: Difference) -> str:
    counts, by = one.counts, f"{one.pair.matched_by} parameters without embeddings"
    if counts.match:
        return f"matched by {by}"
    if counts.sparse is None or counts.dense is None:
        return f"whose {by} are not known"
    return f"not matched, with {counts.sparse:,} and {counts.dense:,} {by}"


def _pairs(found: Sequence[Difference], overs: Collection[str]) -> Table:
    return Table(
        title="Sparse less dense",
        note="Differences of gains, paired by seed. Intervals do not cover which models were taken. Counts are without "
        f"embeddings and match where they differ by {MATCHED:.0%} or less.".replace("%", " %"),
        columns=(
            *("sparse", "dense", "matched by", "languages", "sparse, parameters", "dense, parameters"),
            *(f"difference of gains over {over}" for over in overs),
            "seeds",
        ),
        rows=[
            [
                *(text(one.pair.sparse), text(one.pair.dense), text(one.pair.matched_by)),
                text("all" if one.pair.script is None else f"{one.pair.script} script"),
                *(number(one.counts.sparse), number(one.counts.dense)),
                *(gained(one.over[over]) for over in overs),
                number(one.over[DIRECT].n),
            ]
            for one in found
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
