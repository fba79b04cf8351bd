"""Does the gain of intermediate training shrink or grow with model size, in low-resource languages and in others?

The gain is set against the decimal logarithm of the encoder's parameters, seed by seed; the interval of the slope is
over seeds. Beside points stands relative error reduction, since a better model has less left to gain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.finals import DIRECT, BySeed, Layout
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, Table, gained, number, said, scored, text
from analysis.studies.member import Member, of_all, sizes_of, slope, zero_shot
from evaluators.errors import CairnError

FEWEST_SIZES = 3


@dataclass(frozen=True, kw_only=True)
class GainBySize:
    """Runs of encoders of one family that differ in size alone."""

    kind: Literal["gain-by-size"]
    arm: str
    """Whose gain over direct."""
    low: tuple[str, ...]
    """The low-resource languages, named beforehand."""

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: fewer than three sizes, one not known, or scores are missing.
        """
        sizes = _sizes(members)
        layouts = {"low-resource": zero_shot(members, self.low), "all": zero_shot(members)}
        scored = {code for codes in layouts["all"].values() for code in codes}
        if unknown := [code for code in self.low if code not in scored]:
            raise CairnError(
                f"low names {', '.join(unknown)}, in which the runs have no zero-shot score; leave them out"
            )
        others = scored - set(self.low)
        if others:
            layouts["other"] = zero_shot(members, others)
        gains = {name: {one.name: one.gain(self.arm, layout) for one in members} for name, layout in layouts.items()}
        slopes = {name: slope(sizes, found) for name, found in gains.items()}
        reduced = {one.name: _reduction(one, self.arm, layouts["low-resource"]) for one in members}
        relative = slope(sizes, reduced)
        low = slopes["low-resource"]
        sentence, settled = _judged(low, relative, len(members), self.arm)
        return Answer(
            sentence=sentence,
            settled=settled,
            tables=[
                _sizes_table(members, sizes, self.arm, layouts, gains, reduced),
                _slopes_table({**slopes, "low-resource, share of the error": relative}),
            ],
            numbers={
                "sizes": dict(sizes),
                "gains": {name: {run: dict(one) for run, one in found.items()} for name, found in gains.items()},
                "slopes": {name: found and found._asdict() for name, found in slopes.items()},
                "slope_of_error_reduction": relative and relative._asdict(),
            },
        )


def _sizes(members: Sequence[Member]) -> dict[str, float]:
    sizes = sizes_of(members)
    if len(set(sizes.values())) < FEWEST_SIZES:
        raise CairnError(
            f"a trend over sizes needs {FEWEST_SIZES} different ones; the study has {len(set(sizes.values()))}"
        )
    return sizes


def _reduction(member: Member, arm: str, layout: Layout) -> BySeed:
    """Percent of direct's error that the arm takes away."""
    ours, base = member.scores(arm, layout), member.scores(DIRECT, layout)
    wanting = [seed for seed in ours if seed in base and base[seed] < 100]
    if not wanting:
        raise CairnError(f"{member.run.path} has no seed of which direct leaves an error to take away")
    return {seed: 100 * (ours[seed] - base[seed]) / (100 - base[seed]) for seed in wanting}


def _judged(low: Estimate | None, relative: Estimate | None, sizes: int, arm: str) -> tuple[str, bool]:
    assert low is not None
    what = f"the gain of {arm} over direct fine-tuning in low-resource languages"
    told = f"{said(low)} for ten times the parameters, over {sizes} sizes and {low.n} seeds"
    if relative is not None:
        told += f"; as a share of the error {said(relative, 'percentage points')}"
    if low.verdict == "worse":
        return f"Yes: {what} shrinks with model size ({told}).", True
    if low.verdict == "better":
        return f"No: {what} grows with model size ({told}).", True
    return f"The data cannot say: no trend of {what} with model size is told from noise ({told}).", False


def _sizes_table(
    members: Sequence[Member],
    sizes: Mapping[str, float],
    arm: str,
    layouts: Mapping[str, Layout],
    gains: Mapping[str, Mapping[str, BySeed]],
    reduced: Mapping[str, BySeed],
) -> Table:
    shown = [name for name in ("low-resource", "other", "all") if name in layouts]
    return Table(
        title=f"Gain of {arm} by size",
        note="Zero-shot test scores; gains over direct, paired by seed, with 95 % t intervals over seeds.",
        columns=(
            "run",
            "encoder",
            "parameters",
            "direct, low-resource",
            *(f"gain, {name}" for name in shown),
            "share of the error, low-resource",
        ),
        rows=[
            [
                text(one.name),
                text(one.encoder),
                number(sizes[one.name]),
                scored(estimate(list(one.scores(DIRECT, layouts["low-resource"]).values()))),
                *(gained(of_all(gains[name][one.name])) for name in shown),
                gained(of_all(reduced[one.name])),
            ]
            for one in sorted(members, key=lambda one: sizes[one.name])
        ],
    )


def _slopes_table(slopes: Mapping[str, Estimate | None]) -> Table:
    return Table(
        title="Change of the gain for ten times the parameters",
        note="Least-squares slopes seed by seed. Intervals cover the noise of training, not which models were taken.",
        columns=("languages", "points", "seeds"),
        rows=[[text(name), gained(found), number(found and found.n)] for name, found in slopes.items()],
    )
