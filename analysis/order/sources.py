"""Which scores of a run may speak about order, and why others may not.

Two kinds may, as neither their plans nor their number was chosen by their scores:

- **Finals**: arms that the spec writes out, on fresh seeds and test. Winners are left out, and so are controls that are
  made of them: the search chose them for their scores, and the best of many orders differ less from one another than
  orders do.
- **The search**: proposals that do not depend on results (every plan, a design, random), if no trial was stopped early.
  Where some were, those that are left were chosen by their scores. As nothing was chosen, its selector has no part in
  this: dev scores in all languages but the source count, since it is transfer that is asked about.

Finals come first, being on test. Plans and seeds must be crossed: seeds that not all plans have are named and left out.
An order without any score, such as one that always diverges, may not be left out: the others were chosen by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from analysis.finals import WINNER, Finals, Layout, is_winner
from analysis.load import COMPLETED, RUNNING, STOPPED, Run, Trial
from analysis.order.table import OrderTable, sets_of, table_of
from analysis.search import ZERO_SHOT, value_at
from search_spaces.controls import OF_A_WINNER
from search_spaces.plan import Plan, describe, from_json

Source: TypeAlias = Literal["finals", "search"]
TrialScore: TypeAlias = Callable[[Trial], float | None]
"""What a trial reached at the last rung; None where it has no complete score."""

_ADAPTIVE = ("order-model", "beam", "tpe")
_NAMED = 3
"""Orders that a sentence names at most."""


@dataclass(frozen=True)
class Scores:
    """What one source says of plans that it may speak about, or why it may not speak."""

    source: Source
    by_plan: Mapping[Plan, Mapping[int, float]]
    """Plan -> seed -> score; plans that were tried and have no complete score are there too."""
    seeds: tuple[int, ...]
    """That were tried."""
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """A table of orders and where it comes from; or, without a table, why there is none."""

    source: Source | None
    table: OrderTable | None
    reasons: tuple[str, ...] = ()
    left_out: str = ""
    """A sentence on the seeds that the table lacks."""


def evidence_of(run: Run, finals: Finals, layout: Layout, by: TrialScore | None = None) -> Evidence:
    """The finals' table if it has two seeds, else the search's; of two that have one seed, the finals'.

    `layout`: what the finals are judged on, without the source language; `by`: what trials are, `zero-shot-dev` if not
    given.
    """
    found = every_evidence(run, finals, layout, by)
    tables = [one for one in found if one.table is not None]
    tables.sort(key=lambda one: one.table is not None and len(one.table.seeds) < 2)
    return tables[0] if tables else Evidence(None, None, tuple(reason for one in found for reason in one.reasons))


def every_evidence(run: Run, finals: Finals, layout: Layout, by: TrialScore | None = None) -> list[Evidence]:
    """The finals' table, then the search's."""
    return [_from_finals(scores_of_finals(run, finals, layout)), _from_search(scores_of_search(run, by))]


def scores_of_finals(run: Run, finals: Finals, layout: Layout) -> Scores:
    """Controls and plans that the spec writes out, on test."""
    scores: dict[Plan, dict[int, float]] = {}
    for arm in finals.arms:
        if arm in run.arm_plans and not is_winner(arm) and not follows_a_winner(arm):
            plan = from_json(run.arm_plans[arm])
            scores.setdefault(plan, {}).update(finals.by_seed(arm, "test", layout))
    seeds = {*finals.seeds, *(failure.seed for failure in run.failures)}
    reason = "" if layout else "the finals have no score in a language other than the source, and so of no transfer"
    return Scores("finals", scores, tuple(sorted(seeds)), reason)


def follows_a_winner(arm: str) -> bool:
    """Is it a control that is made of a winner's plan, and so was chosen with it?"""
    return arm.startswith(tuple(f"{how} of {WINNER}" for how in OF_A_WINNER))


def scores_of_search(run: Run, by: TrialScore | None = None) -> Scores:
    """Proposals, by their zero-shot dev scores at the last rung."""
    drawn = [trial for trial in run.trials if trial.control is None]
    by = by or partial(value_at, selector=ZERO_SHOT, rung=len(run.resolved["rungs"]) - 1)
    scores: dict[Plan, dict[int, float]] = {}
    for trial in drawn:
        by_seed = scores.setdefault(from_json(trial.plan), {})
        value = by(trial)
        if trial.status == COMPLETED and value is not None:
            by_seed[trial.seed] = value
    seeds = tuple(sorted({trial.seed for trial in drawn}))
    return Scores("search", scores, seeds, _silenced(run, drawn))


def _silenced(run: Run, drawn: Sequence[Trial]) -> str:
    """Why the search may not speak, if it may not."""
    searcher = run.resolved.get("search", {}).get("searcher")
    if searcher is None or searcher in _ADAPTIVE:
        return f"the search ({searcher}) chose its plans by their scores"
    stopped = sum(trial.status == STOPPED for trial in drawn)
    if stopped:
        return f"the search stopped {stopped} of {len(drawn)} trials early, so that those left were chosen by score"
    if any(trial.status == RUNNING for trial in drawn):
        return "the search has not ended"
    if not any(ZERO_SHOT in report.selectors for trial in drawn for report in trial.reports.values()):
        return "the search recorded no zero-shot-dev: it scored no language but the source, or an older Cairn ran it"
    return ""


def _from_finals(known: Scores) -> Evidence:
    if not _holds_orders(known.by_plan):
        return Evidence("finals", None, ("the finals hold no arms that differ in order alone (winners do not count)",))
    if known.reason:
        return Evidence("finals", None, (known.reason,))
    return _tabled(known, "the finals' arms")


def _from_search(known: Scores) -> Evidence:
    if not _holds_orders(known.by_plan):
        return Evidence("search", None, ("the search tried no two plans that differ in order alone",))
    if known.reason:
        return Evidence("search", None, (known.reason,))
    return _tabled(known, "the search's plans")


def _tabled(known: Scores, whose: str) -> Evidence:
    """The table of these plans, of which some may have no scores."""
    source, scores = known.source, known.by_plan
    places = [place for members in sets_of(list(scores)).values() if len(members) > 1 for place in members]
    orders = [list(scores)[place] for place in sorted(places)]
    bare = [plan for plan in orders if not scores[plan]]
    if bare:
        text = f"{len(bare)} of {len(orders)} orders of {whose} {'has' if len(bare) == 1 else 'have'} no complete score"
        return Evidence(source, None, (f"{text} ({_named(bare)}), so that the others were chosen by how they ended",))
    table = table_of(scores)
    if table is None or not table.seeds:
        return Evidence(source, None, (f"{whose} that differ in order alone share no completely scored seed",))
    lost = sorted(set(known.seeds) - set(table.seeds))
    if not lost:
        return Evidence(source, table)
    lacking = [plan for plan in orders if not set(lost) <= set(scores[plan])]
    noun = "seed" if len(lost) == 1 else "seeds"
    text = f"Left out: {noun} {', '.join(map(str, lost))}, for want of scores of {_named(lacking)}."
    return Evidence(source, table, left_out=text)


def _named(plans: Sequence[Plan]) -> str:
    named = ", ".join(describe(plan) for plan in plans[:_NAMED])
    return named if len(plans) <= _NAMED else f"{named}, and {len(plans) - _NAMED} more"


def _holds_orders(plans: Iterable[Plan]) -> bool:
    return any(len(members) > 1 for members in sets_of(list(plans)).values())
