"""Do a run's gains go the way of published ones? Every published figure is a claim with a certainty, held against it.

A claim names an arm, targets, and the least (or most) gain over direct that was published or follows from it. The
run agrees where its whole interval lies on the claimed side, disagrees where it lies on the other, and else leaves it
open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.finals import DIRECT, BySeed, Layout
from analysis.statistics import Estimate, paired_difference
from analysis.studies.answer import Answer, Table, gained, number, text
from analysis.studies.member import Member, zero_shot
from evaluators.errors import CairnError, UnknownName

VERDICTS = ("agrees", "disagrees", "open")


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
    at_least: float | None = None
    """Points."""
    at_most: float | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"the claim {self.says!r} needs one of at_least and at_most, in points")
        if not self.targets:
            raise ValueError(f"the claim {self.says!r} names no targets")

    def verdict(self, found: Estimate | None) -> str:
        """One of VERDICTS."""
        if found is None or found.low is None or found.high is None:
            return "open"
        if self.at_least is not None:
            return "agrees" if found.low >= self.at_least else "disagrees" if found.high < self.at_least else "open"
        assert self.at_most is not None
        return "agrees" if found.high <= self.at_most else "disagrees" if found.low > self.at_most else "open"


@dataclass(frozen=True, kw_only=True)
class Published:
    """Claims of a paper, each run on its own."""

    kind: Literal["published"]
    source: str
    """The paper, with its version."""
    claims: tuple[Claim, ...]

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
            found = [(claim, self._gain(member, claim)) for claim in self.claims]
            verdicts = [claim.verdict(gain) for claim, gain in found]
            counts = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
            settled = settled and not counts["open"]
            sentences.append(
                f"{member.name} agrees with {counts['agrees']} of {len(verdicts)} claims taken from {self.source}, "
                f"disagrees with {counts['disagrees']} and leaves {counts['open']} open"
            )
            tables += [_claims(member, found, verdicts), _arms(member)]
            numbers[member.name] = [
                {"says": claim.says, "verdict": verdict, "gain": gain and gain._asdict()}
                for (claim, gain), verdict in zip(found, verdicts, strict=True)
            ]
        return Answer("; ".join(sentences) + ".", settled, tables, numbers)

    def _gain(self, member: Member, claim: Claim) -> Estimate | None:
        layout = zero_shot([member])
        for target in claim.targets:
            if target not in layout:
                raise UnknownName(f"target with zero-shot scores in {member.run.path}", target, layout)
        wanted = {target: layout[target] for target in claim.targets}
        return paired_difference(member.scores(claim.arm, wanted), member.scores(claim.over, wanted))


def _claims(member: Member, found: Sequence[tuple[Claim, Estimate | None]], verdicts: Sequence[str]) -> Table:
    return Table(
        title=f"Published claims beside {member.name}",
        note="Gains in points, zero-shot test scores, paired by seed, with 95 % t intervals over seeds. Every claim "
        "stands for itself: nothing is corrected for how many there are.",
        columns=("claim", "certainty", "arm", "over", "targets", "claimed", "here", "seeds", "verdict"),
        rows=[
            [
                text(claim.says),
                text(claim.certainty),
                text(claim.arm),
                text(claim.over),
                text(", ".join(claim.targets)),
                text(f"at least {claim.at_least:+g}" if claim.at_least is not None else f"at most {claim.at_most:+g}"),
                gained(gain),
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
        note="The decomposition first: an average may be one task's.",
        columns=("arm", "all targets", *layout),
        rows=rows,
    )


def _beside_direct(member: Member, arm: str, layout: Layout) -> tuple[BySeed, BySeed]:
    return member.finals.by_seed(arm, "test", layout), member.finals.by_seed(DIRECT, "test", layout)
