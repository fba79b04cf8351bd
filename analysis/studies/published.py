"""Do a run's gains go the way of published ones? Every published figure is a claim with a certainty, held against it.

A claim names an arm, targets, and what their gain over direct (or another arm) is said to be: a figure, more than a
bound, or no more than one. No finding is equal to a number, so a figure is claimed within a margin, and so is the
absence of a gain: without a margin, "does not improve" could be met by harm alone. Margins are the study's own. The run
agrees where the whole interval lies within what is claimed, disagrees where it lies outside, and else leaves it open:
one-sided tests at 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from analysis.finals import DIRECT, BySeed, Layout
from analysis.statistics import Estimate, paired_difference
from analysis.studies.answer import Answer, Table, gained, number, text
from analysis.studies.member import Member, zero_shot
from evaluators.errors import CairnError, UnknownName

Verdict: TypeAlias = Literal["agrees", "disagrees", "open"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_CONFIDENCE = 0.9
"""Of intervals whose two ends are one-sided tests at 5 %."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One published statement."""

    says: str
    """In words, with what was published."""
    certainty: Literal["primary", "secondary", "derived", "memory", "direction"]
    """Where the figure was read; `direction`: only that there is a gain or a loss is certain."""
    arm: str
    over: str = DIRECT
    targets: tuple[str, ...]
    about: float | None = None
    """The figure itself. Gains are in points; a claim has one of these three."""
    at_least: float | None = None
    at_most: float | None = None
    margin: float = 0.0
    """Points by which a gain may miss what is claimed. Ours, not the paper's."""

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.about, self.at_least, self.at_most)) != 1:
            raise ValueError(f"the claim {self.says!r} needs one of about, at_least and at_most, in points")
        if self.margin < 0 or (self.about is not None and not self.margin):
            raise ValueError(
                f"the claim {self.says!r} has a margin of {self.margin}; a figure needs one above 0 points"
            )
        if not self.targets:
            raise ValueError(f"the claim {self.says!r} names no targets")

    @property
    def within(self) -> tuple[float, float]:
        """Between which gains, themselves left out, the claim is true. What is not above a bound may be the bound."""
        if self.about is not None:
            return self.about - self.margin, self.about + self.margin
        if self.at_least is not None:
            return self.at_least - self.margin, math.inf
        assert self.at_most is not None
        return -math.inf, math.nextafter(self.at_most + self.margin, math.inf)

    def verdict(self, found: Estimate | None) -> Verdict:
        """By both ends of the interval."""
        if found is None or found.low is None or found.high is None:
            return "open"
        least, most = self.within
        if least < found.low and found.high < most:
            return "agrees"
        return "disagrees" if found.high <= least or found.low >= most else "open"

    def claimed(self) -> str:
        """In a few words: `+8.2, within 2`."""
        if self.about is not None:
            return f"{self.about:+g}, within {self.margin:g}"
        bound = f"above {self.at_least:g}" if self.at_least is not None else f"not above {self.at_most:g}"
        return f"{bound}, within {self.margin:g}" if self.margin else bound


ScoredOn: TypeAlias = Literal["zero-shot test", "dev with source"]
_SCORED_ON: dict[ScoredOn, str] = {
    "zero-shot test": "zero-shot test scores",
    "dev with source": "dev scores, the source language among the others, as published",
}


@dataclass(frozen=True, kw_only=True)
class Published:
    """Claims of a paper, each run on its own."""

    kind: Literal["published"]
    source: str
    """The paper, with its version."""
    claims: tuple[Claim, ...]
    scored_on: ScoredOn = "zero-shot test"
    """What the source's figures are means over: test without the source language, or dev with it."""

    def __post_init__(self) -> None:
        if not self.claims:
            raise ValueError("claims is empty; give at least one")

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: a claim is about a target or arm that a run has not.
        """
        tables, numbers, sentences = [], {}, []
        settled = True
        for member in members:
            found = [(claim, self._gain(member, claim, self.scored_on)) for claim in self.claims]
            verdicts = [claim.verdict(gain) for claim, gain in found]
            counts = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
            settled = settled and not counts["open"]
            sentences.append(
                f"{member.name} agrees with {counts['agrees']} of {len(verdicts)} claims taken from {self.source}, "
                f"disagrees with {counts['disagrees']} and leaves {counts['open']} open"
            )
            tables += [self._claims(member, found, verdicts), _arms(member)]
            numbers[member.name] = [
                {"says": claim.says, "verdict": verdict, "gain": gain and gain._asdict()}
                for (claim, gain), verdict in zip(found, verdicts, strict=True)
            ]
        margins = "; the margins are this study's own" if any(claim.margin for claim in self.claims) else ""
        return Answer(f"{'; '.join(sentences)} ({_SCORED_ON[self.scored_on]}{margins}).", settled, tables, numbers)

    def _gain(self, member: Member, claim: Claim, scored_on: ScoredOn) -> Estimate | None:
        split: Literal["dev", "test"] = "test" if scored_on == "zero-shot test" else "dev"
        layout = zero_shot([member]) if split == "test" else member.finals.common
        for target in claim.targets:
            if target not in layout:
                raise UnknownName(f"target with {split} scores in {member.run.path}", target, layout)
        wanted = {target: layout[target] for target in claim.targets}
        ours, theirs = (member.scores(arm, wanted, split) for arm in (claim.arm, claim.over))
        return paired_difference(ours, theirs, _CONFIDENCE)

    def _claims(
        self, member: Member, found: Sequence[tuple[Claim, Estimate | None]], verdicts: Sequence[Verdict]
    ) -> Table:
        transfer: tuple[ScoredOn, ...] = ("zero-shot test",) if self.scored_on != "zero-shot test" else ()
        return Table(
            title=f"Published claims beside {member.name}",
            note=f"Gains in points of {_SCORED_ON[self.scored_on]}; paired by seed, with 90 % t intervals over seeds, "
            "whose ends are one-sided tests at 5 %. The margins (within) are this study's own. Every claim stands for "
            "itself: nothing is corrected for how many there are.",
            columns=(
                *("claim", "certainty", "arm", "over", "targets", "claimed", "here"),
                *(f"{_SCORED_ON[other]}, which decide nothing" for other in transfer),
                *("seeds", "verdict"),
            ),
            rows=[
                [
                    text(claim.says),
                    text(claim.certainty),
                    text(claim.arm),
                    text(claim.over),
                    text(", ".join(claim.targets)),
                    text(claim.claimed()),
                    gained(gain),
                    *(gained(self._gain(member, claim, other)) for other in transfer),
                    number(gain and gain.n),
                    text(verdict),
                ]
                for (claim, gain), verdict in zip(found, verdicts, strict=True)
            ],
        )


def _arms(member: Member) -> Table:
    layout = zero_shot([member])
    arms = [arm for arm in member.finals.arms if arm != DIRECT]
    if DIRECT not in member.finals.arms:
        raise CairnError(f"the finals of {member.run.path} have no direct arm to compare with; add that control")
    rows = []
    for arm in arms:
        parts: list[Layout] = [layout, *({task: languages} for task, languages in layout.items())]
        rows.append([text(arm), *(gained(paired_difference(*_beside_direct(member, arm, part))) for part in parts)])
    return Table(
        title=f"Every arm of {member.name} over direct, by target",
        note="The decomposition first: an average may be one task's. Zero-shot test scores, 95 % t intervals.",
        columns=("arm", "all targets", *layout),
        rows=rows,
    )


def _beside_direct(member: Member, arm: str, layout: Layout) -> tuple[BySeed, BySeed]:
    return member.finals.by_seed(arm, "test", layout), member.finals.by_seed(DIRECT, "test", layout)
