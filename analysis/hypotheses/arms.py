"""Claims about arms of the finals, paired by seed on test.

Winners may stand here: "winner 1" is a role that was named beforehand and is filled by dev scores of other seeds; what
is held against the claim are fresh seeds and test data, which chose nothing. In claims about order they may not: there
the question is how plans differ, and plans that were chosen are more alike.
"""

from __future__ import annotations

from analysis.finals import DIRECT, Finals, Layout
from analysis.hypotheses.claims import Better, GainFrom
from analysis.hypotheses.finding import Difference, Finding, Unanswered, paired
from analysis.load import Run
from analysis.numbers import signed


def better_claim(form: Better, by: float, run: Run, finals: Finals, layout: Layout) -> Finding | Unanswered:
    """One arm's zero-shot mean less another's."""
    found = _difference(run, finals, layout, form.arm, form.other)
    if isinstance(found, Unanswered):
        return found
    return higher(*found, by)


def higher(effect: Difference, seeds: tuple[int, ...], by: float) -> Finding:
    """An arm's mean less another's."""
    return Finding(
        estimate=effect.mean,
        bounds=effect.bounds,
        confirming=effect.above(0.0),
        rejecting=effect.below(by),
        source="finals",
        seeds=seeds,
        data="two arms on test",
    )


def gain_claim(
    form: GainFrom, by: float, run: Run, finals: Finals, layout: Layout, group: tuple[str, ...]
) -> Finding | Unanswered:
    """The gain over direct without a group's tasks: near 0 while the whole gain is not, or beyond it?"""
    others = {task: languages for task, languages in layout.items() if task not in group}
    if not others or len(others) == len(layout):
        what = "only" if not others else "no"
        return Unanswered(f"the finals have {what} test scores of {form.group}")
    rest = _difference(run, finals, others, form.arm, DIRECT)
    whole = _difference(run, finals, layout, form.arm, DIRECT)
    if isinstance(rest, Unanswered):
        return rest
    if isinstance(whole, Unanswered):
        return whole
    return all_from(rest[0], whole[0], by, seeds=rest[1], data=f"{len(others)} of {len(layout)} targets")


def all_from(rest: Difference, whole: Difference, by: float, *, seeds: tuple[int, ...], data: str) -> Finding:
    """The gain without the group, which must be within `by` of 0, and that over all targets, which must be beyond."""
    return Finding(
        estimate=rest.mean,
        bounds=rest.bounds,
        confirming=max(rest.above(-by), rest.below(by), whole.above(by)),
        rejecting=min(1.0, 2 * min(rest.above(0.0), rest.below(0.0))),
        source="finals",
        seeds=seeds,
        data=data,
        equivalence_confirms=True,
        notes=(f"over all targets the gain is {signed(whole.mean)} points",),
    )


def _difference(
    run: Run, finals: Finals, layout: Layout, ours: str, theirs: str
) -> tuple[Difference, tuple[int, ...]] | Unanswered:
    for arm in (ours, theirs):
        if arm not in finals.arms:
            return Unanswered(f"the finals have no arm {arm!r}")
    if run.arm_plans[ours] == run.arm_plans[theirs]:
        return Unanswered(f"{ours} and {theirs} are one and the same plan")
    first, second = (finals.by_seed(arm, "test", layout) for arm in (ours, theirs))
    seeds = tuple(seed for seed in first if seed in second)
    if len(seeds) < 2:
        return Unanswered(f"{ours} and {theirs} share {len(seeds)} completely scored seeds; two are needed")
    found = paired([first[seed] - second[seed] for seed in seeds])
    if found is None:
        return Unanswered(f"{ours} and {theirs} differ by the same with every seed, so that nothing shows luck")
    return found, seeds
