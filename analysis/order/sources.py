"""Which scores of a run may speak about order, and why others may not.

Two kinds may, as neither their plans nor their number was chosen by their scores:

- **Finals**: arms that the spec writes out, on fresh seeds and test. Winners are left out: the search chose them for
  their scores, and the best of many orders differ less from one another than orders do.
- **The search**: proposals that do not depend on results (every plan, a design, random), if no trial was stopped early.
  Where some were, those that are left were chosen by their scores.

Finals come first, being on test. Plans and seeds must be crossed: seeds that not all plans have are named and left out.
An order without any score, such as one that always diverges, may not be left out: the others were chosen by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.finals import Finals, Layout, is_winner
from analysis.load import COMPLETED, RUNNING, STOPPED, Run
from analysis.order.table import OrderTable, sets_of, table_of
from analysis.search import value_at
from search_spaces.plan import Plan, describe, from_json

Source: TypeAlias = Literal["finals", "search"]

_ADAPTIVE = ("order-model", "beam", "tpe")
_NAMED = 3
"""Orders that a sentence names at most."""


@dataclass(frozen=True)
class Evidence:
    """A table of orders and where it comes from; or, without a table, why there is none."""

    source: Source | None
    table: OrderTable | None
    reasons: tuple[str, ...] = ()
    left_out: str = ""
    """A sentence on the seeds that the table lacks."""


def evidence_of(run: Run, finals: Finals, layout: Layout) -> Evidence:
    """The finals' table if it has two seeds, else the search's; of two that have one seed, the finals'."""
    found = [_from_finals(run, finals, layout), _from_search(run)]
    tables = [one for one in found if one.table is not None]
    tables.sort(key=lambda one: one.table is not None and len(one.table.seeds) < 2)
    return tables[0] if tables else Evidence(None, None, tuple(reason for one in found for reason in one.reasons))


def _from_finals(run: Run, finals: Finals, layout: Layout) -> Evidence:
    scores: dict[Plan, dict[int, float]] = {}
    for arm in finals.arms:
        if arm in run.arm_plans and not is_winner(arm):
            plan = from_json(run.arm_plans[arm])
            scores.setdefault(plan, {}).update(finals.by_seed(arm, "test", layout))
    if not _holds_orders(scores):
        return Evidence("finals", None, ("the finals hold no arms that differ in order alone (winners do not count)",))
    seeds = {*finals.seeds, *(failure.seed for failure in run.failures)}
    return _tabled("finals", scores, seeds, "the finals' arms")


def _from_search(run: Run) -> Evidence:
    drawn = [trial for trial in run.trials if trial.control is None]
    searcher = run.resolved.get("search", {}).get("searcher")
    last, selector = len(run.resolved["rungs"]) - 1, run.resolved["selector"]
    if not _holds_orders(from_json(trial.plan) for trial in drawn):
        return Evidence("search", None, ("the search tried no two plans that differ in order alone",))
    if searcher is None or searcher in _ADAPTIVE:
        return Evidence("search", None, (f"the search ({searcher}) chose its plans by their scores",))
    stopped = sum(trial.status == STOPPED for trial in drawn)
    if stopped:
        text = f"the search stopped {stopped} of {len(drawn)} trials early, so that those left were chosen by score"
        return Evidence("search", None, (text,))
    if any(trial.status == RUNNING for trial in drawn):
        return Evidence("search", None, ("the search has not ended",))
    scores: dict[Plan, dict[int, float]] = {}
    for trial in drawn:
        by_seed = scores.setdefault(from_json(trial.plan), {})
        value = value_at(trial, selector, last)
        if trial.status == COMPLETED and value is not None:
            by_seed[trial.seed] = value
    return _tabled("search", scores, {trial.seed for trial in drawn}, "the search's plans")


def _tabled(source: Source, scores: Mapping[Plan, Mapping[int, float]], seeds: Iterable[int], whose: str) -> Evidence:
    """The table of these plans, of which some may have no scores, tried with these seeds."""
    places = [place for members in sets_of(list(scores)).values() if len(members) > 1 for place in members]
    orders = [list(scores)[place] for place in sorted(places)]
    bare = [plan for plan in orders if not scores[plan]]
    if bare:
        text = f"{len(bare)} of {len(orders)} orders of {whose} {'has' if len(bare) == 1 else 'have'} no complete score"
        return Evidence(source, None, (f"{text} ({_named(bare)}), so that the others were chosen by how they ended",))
    table = table_of(scores)
    if table is None or not table.seeds:
        return Evidence(source, None, (f"{whose} that differ in order alone share no completely scored seed",))
    lost = sorted(set(seeds) - set(table.seeds))
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
    return any(len(members) > 1 for members in sets_of(list(dict.fromkeys(plans))).values())
