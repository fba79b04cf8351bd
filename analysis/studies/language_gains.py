"""Scores and gains in which every language weighs the same, however many tasks it has.

A language's own mean over its tasks comes first, then the mean over languages. Low-resource languages are held against
others within the same tasks, since tasks differ in what they gain. Languages that an encoder never read stand apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from analysis.attributes import ATTRIBUTES, Circumstances
from analysis.finals import BySeed, Layout, restricted
from analysis.studies.member import Member, mean_by_seed
from evaluators.errors import CairnError

LOW, OTHER, NEVER_READ = "low-resource", "other", "never read in pretraining"
CONTRAST, SHARE = f"{LOW} less {OTHER}, in the same tasks", f"{LOW}, share of the error"
WITHOUT = ", without retrieval"

Measure: TypeAlias = Callable[[Member, str, Layout], BySeed]
"""Of a run, over an arm, on tasks and languages."""


def language_groups(members: Sequence[Member], layout: Layout, low: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name -> its languages; groups without any are left out.

    Raises:
        CairnError: `low` names a language without a score, or one that an encoder never read.
    """
    scored = _codes(layout)
    unseen = [code for code in scored if any(_is_unseen(code, one.encoder) for one in members)]
    if unknown := [code for code in low if code not in scored]:
        raise CairnError(f"low names {', '.join(unknown)}, in which the runs have no zero-shot score; leave them out")
    if never_read := [code for code in low if code in unseen]:
        raise CairnError(
            f"low names {', '.join(never_read)}, which an encoder never read; they stand apart, leave them out"
        )
    trained = _codes(members[0].without_retrieval(layout))
    groups = {
        LOW: tuple(low),
        OTHER: tuple(code for code in scored if code not in (*low, *unseen)),
        NEVER_READ: tuple(code for code in unseen if code in trained),
    }
    return {name: codes for name, codes in groups.items() if codes}


def measures(
    arm: str, groups: Mapping[str, Sequence[str]], member: Member, layout: Layout, part: Layout
) -> dict[str, Measure]:
    """What is set against size, by name, as far as `part` of the layout tells it.

    Raises:
        CairnError: it has no low-resource language, without which there is no study.
    """
    if set(_codes(part)).isdisjoint(groups[LOW]):
        raise CairnError(
            f"{', '.join(groups[LOW])} {'has' if len(groups[LOW]) == 1 else 'have'} no trained task, so that an arm "
            "without a trunk is no control there; leave it out of controls, or name other languages in low"
        )
    found: dict[str, Measure] = {**_formed(arm, groups, part), SHARE: partial(_reduction, arm=arm, codes=groups[LOW])}
    if len(member.without_retrieval(layout)) == len(layout):
        return found
    trained = _formed(arm, groups, member.without_retrieval(part))
    wanted = (name for name in (LOW, OTHER, CONTRAST) if name in trained)
    return {**found, **{name + WITHOUT: partial(_on_trained, measure=trained[name]) for name in wanted}}


def _formed(arm: str, groups: Mapping[str, Sequence[str]], layout: Layout) -> dict[str, Measure]:
    """Gains of groups that have a task, and the contrast where a low-resource language has one with others."""
    scored, beside = _codes(layout), _codes(_with_peers(layout, groups.get(OTHER, ())))
    found: dict[str, Measure] = {
        name: partial(_gain, arm=arm, codes=codes)
        for name, codes in groups.items()
        if not set(codes).isdisjoint(scored)
    }
    if not set(groups[LOW]).isdisjoint(beside):
        found[CONTRAST] = partial(_contrast, arm=arm, low=groups[LOW], other=groups[OTHER])
    return found


def _with_peers(layout: Layout, other: Collection[str]) -> Layout:
    """Tasks in which others stand, with all of their languages."""
    return {task: codes for task, codes in layout.items() if not set(codes).isdisjoint(other)}


def mean_score(member: Member, arm: str, layout: Layout, codes: Sequence[str]) -> BySeed:
    """Test score by seed, every language with the same weight."""
    return _mean(lambda own: member.scores(arm, own), layout, codes)


def _codes(layout: Layout) -> list[str]:
    return sorted({code for codes in layout.values() for code in codes})


def _is_unseen(code: str, encoder: str) -> bool:
    return ATTRIBUTES["seen"](code, Circumstances(encoder=encoder)) == "unseen"


def _own(layout: Layout, code: str) -> Layout:
    """One language in all of its tasks."""
    return {task: (code,) for task, codes in layout.items() if code in codes}


def _gain(member: Member, over: str, layout: Layout, *, arm: str, codes: Sequence[str]) -> BySeed:
    return _mean(lambda own: member.gain(arm, own, over), layout, codes)


def _mean(of: Callable[[Layout], BySeed], layout: Layout, codes: Sequence[str]) -> BySeed:
    """Over languages that have a task; there is one, or it is told."""
    parts = [own for code in codes if (own := _own(layout, code))]
    if not parts:
        raise CairnError(f"none of {', '.join(codes)} has a score on {', '.join(layout)}; name others")
    return mean_by_seed([of(own) for own in parts])


def _contrast(
    member: Member, over: str, layout: Layout, *, arm: str, low: Sequence[str], other: Collection[str]
) -> BySeed:
    """Each low-resource language's gain less that of the others in the same tasks, then the mean."""
    peers = restricted(layout, lambda code: code in other)

    def less_peers(own: Layout) -> BySeed:
        ours = member.gain(arm, own, over)
        theirs = member.gain(arm, {task: peers[task] for task in own}, over)
        return {seed: ours[seed] - theirs[seed] for seed in ours if seed in theirs}

    return _mean(less_peers, _with_peers(layout, other), low)


def _reduction(member: Member, over: str, layout: Layout, *, arm: str, codes: Sequence[str]) -> BySeed:
    """Percent of the other arm's error that the arm takes away."""
    ours, base = (mean_score(member, one, layout, codes) for one in (arm, over))
    wanting = [seed for seed in ours if seed in base and base[seed] < 100]
    if not wanting:
        raise CairnError(f"{member.run.path} has no seed of which {over} leaves an error to take away")
    return {seed: 100 * (ours[seed] - base[seed]) / (100 - base[seed]) for seed in wanting}


def _on_trained(member: Member, over: str, layout: Layout, *, measure: Measure) -> BySeed:
    return measure(member, over, member.without_retrieval(layout))
