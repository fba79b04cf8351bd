"""Does the gain of intermediate training shrink or grow with model size, in low-resource languages and in others?

The gain is set against the decimal logarithm of the encoder's parameters, seed by seed; the interval of the slope is
over seeds. Beside points stands relative error reduction, since a better model has less left to gain.

More training may gain as much as a task teaches. So a trend counts only where there is a gain over direct fine-tuning
and over every control that trains as long, and where it shows over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.finals import DIRECT, BySeed
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, Table, gained, number, said, scored, text
from analysis.studies.as_long import comparable, doubted, holds, is_gain, listed, said_over
from analysis.studies.language_gains import (
    CONTRAST,
    LOW,
    NEVER_READ,
    OTHER,
    SHARE,
    WITHOUT,
    language_groups,
    mean_score,
    measures,
)
from analysis.studies.member import Member, of_all, sizes_of, slope, zero_shot
from evaluators.errors import CairnError

FEWEST_SIZES = 3
_TRENDS = {"worse": "shrinks", "better": "grows"}
"""What a slope's verdict says of the gain."""

BySize: TypeAlias = Mapping[str, Mapping[str, BySeed]]
"""Arm that the gain is over -> run -> seed -> gain."""


@dataclass(frozen=True, kw_only=True)
class GainBySize:
    """Runs of encoders of one family that differ in size alone."""

    kind: Literal["gain-by-size"]
    arm: str
    """Whose gain over direct."""
    low: tuple[str, ...]
    """The low-resource languages, named beforehand."""
    controls: tuple[str, ...] = ()
    """Arms that train as long without the task; a trend counts only if the gain over them has it too."""

    def __post_init__(self) -> None:
        if not self.low:
            raise ValueError("low is empty; name at least one language")

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: fewer than three sizes, one not known, scores are missing, or a control tells nothing of `low`.
        """
        sizes = _sizes(members)
        layout = zero_shot(members)
        layouts = {over: comparable(members, over, layout) for over in (DIRECT, *self.controls)}
        groups = language_groups(members, layout, self.low)
        told = {over: measures(self.arm, groups, members[0], layout, part) for over, part in layouts.items()}
        found = {
            name: {
                over: {one.name: of[name](one, over, layouts[over]) for one in members}
                for over, of in told.items()
                if name in of
            }
            for name in told[DIRECT]
        }
        slopes = {name: _slopes(sizes, values) for name, values in found.items()}
        sentence, settled = _judged(self.arm, found[LOW], slopes[LOW], slopes[SHARE])
        direct = {one.name: mean_score(one, DIRECT, layout, self.low) for one in members}
        return Answer(
            sentence=f"{sentence} ({_told(slopes, len(members))}).",
            settled=settled,
            tables=[_sizes_table(members, sizes, self.arm, direct, found), _slopes_table(slopes)],
            numbers={
                "sizes": dict(sizes),
                "gains": found,
                "slopes": {
                    name: {over: one._asdict() for over, one in slopes_of.items()} for name, slopes_of in slopes.items()
                },
            },
        )


def _sizes(members: Sequence[Member]) -> dict[str, float]:
    sizes = sizes_of(members)
    if len(set(sizes.values())) < FEWEST_SIZES:
        raise CairnError(
            f"a trend over sizes needs {FEWEST_SIZES} different ones; the study has {len(set(sizes.values()))}"
        )
    return sizes


def _slopes(sizes: Mapping[str, float], values: BySize) -> dict[str, Estimate]:
    return {over: found for over, gains in values.items() if (found := slope(sizes, gains)) is not None}


def _judged(arm: str, low: BySize, points: Mapping[str, Estimate], share: Mapping[str, Estimate]) -> tuple[str, bool]:
    """The answer, and whether it is one."""
    if not any(is_gain({over: of_all(found[run]) for over, found in low.items()}) for run in low[DIRECT]):
        return f"The data cannot say: at no size is {arm} told to gain over {listed(low)}, so no gain can shrink", False
    what = f"the gain of {arm} in low-resource languages"
    trend = _TRENDS.get(points[DIRECT].verdict)
    if trend is None:
        return f"The data cannot say: no trend of {what} with model size is told from noise", False
    if not holds(points):
        others = listed(doubted(points))
        return f"The data cannot say: {what} {trend} with model size over direct, but not over {others}", False
    if share[DIRECT].verdict != points[DIRECT].verdict:
        if other := _TRENDS.get(share[DIRECT].verdict):
            both = f"{trend} with model size in points, and {other} as a share of the error"
            return f"It depends on the measure: {what} {both}", False
        return f"In points only: {what} {trend} with model size, as a share of the error it is not told to", False
    yes = "Yes" if trend == "shrinks" else "No"
    return f"{yes}: {what} {trend} with model size, in points and as a share of the error", True


def _told(slopes: Mapping[str, Mapping[str, Estimate]], sizes: int) -> str:
    parts = [
        f"for ten times the parameters {said_over(slopes[LOW])}",
        f"{said(slopes[SHARE][DIRECT], 'percentage points')} of direct's error",
    ]
    if LOW + WITHOUT in slopes:
        parts.append(f"without retrieval {said(slopes[LOW + WITHOUT][DIRECT])} over direct")
    if CONTRAST in slopes:
        parts.append(f"low-resource less other languages {said(slopes[CONTRAST][DIRECT])} over direct")
    return "; ".join([*parts, f"{sizes} sizes, {slopes[LOW][DIRECT].n} seeds"])


def _sizes_table(
    members: Sequence[Member],
    sizes: Mapping[str, float],
    arm: str,
    direct: Mapping[str, BySeed],
    found: Mapping[str, BySize],
) -> Table:
    overs = list(found[LOW])
    shown = [name for name in (OTHER, NEVER_READ, SHARE) if name in found]
    return Table(
        title=f"Gain of {arm} by size",
        note="Zero-shot test scores, every language with the same weight; gains over direct or a control, paired by "
        "seed, with 95 % t intervals over seeds. Over an arm without a trunk on trained tasks only.",
        columns=(
            "run",
            "encoder",
            "parameters",
            f"direct, {LOW}",
            *(f"{LOW}, over {over}" for over in overs),
            *(f"{name}, over {DIRECT}" for name in shown),
        ),
        rows=[
            [
                text(one.name),
                text(one.encoder),
                number(sizes[one.name]),
                scored(estimate(list(direct[one.name].values()))),
                *(gained(of_all(found[LOW][over][one.name])) for over in overs),
                *(gained(of_all(found[name][DIRECT][one.name])) for name in shown),
            ]
            for one in sorted(members, key=lambda one: sizes[one.name])
        ],
    )


def _slopes_table(slopes: Mapping[str, Mapping[str, Estimate]]) -> Table:
    overs = list(slopes[LOW])
    return Table(
        title="Change of the gain for ten times the parameters",
        note="Least-squares slopes seed by seed, in points, of shares in percentage points. Intervals cover the noise "
        "of training, not which models were taken. The layer that retrieval reads changes with the depth, so slopes "
        "stand without it too.",
        columns=("languages", *(f"over {over}" for over in overs), "seeds"),
        rows=[
            [text(name), *(gained(found.get(over)) for over in overs), number(found[DIRECT].n)]
            for name, found in slopes.items()
        ],
    )
