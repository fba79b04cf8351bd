"""The search as a tree: every prefix that its plans begin with, and what became of the trials that pass through it.

A prefix is a number of trunk stages, one after another; the empty one is the encoder itself. Trials of one plan with
several seeds end at one prefix. Scores at different rungs are not comparable, so "best" is: furthest first, then by the
selector that the search chose by.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.load import COMPLETED, FAILED, RUNNING, STOPPED, Json, Run
from analysis.search import trial_rows
from analysis.trie import Trie
from search_spaces.plan import Plan, Stage, describe, from_json


def prefix_rows(run: Run) -> list[Json]:
    """The encoder, then every prefix after the one that it continues (`parent`, a place in the list), best first.

    `ends` names the trials whose plan is the prefix; counts and `best` are of all trials that pass through it.
    """
    trials = trial_rows(run)
    plans = {trial.name: trial.plan for trial in run.trials}
    found: list[Json] = []
    selector = run.resolved["selector"]

    def add(here: Trie[Stage], parent: int | None) -> None:
        """A prefix, then all that continue it."""
        place, through = len(found), [trials[number] for number in sorted(here.numbers())]
        found.append(
            {
                "parent": parent,
                "depth": len(here.path),
                "prefix": _named(here.path),
                "stage": _named(here.path[-1:]),
                "steps": here.path[-1].steps if here.path else None,
                "ends": [trials[number]["trial"] for number in here.ends],
                "trials": len(through),
                **{
                    status: sum(row["status"] == status for row in through)
                    for status in (COMPLETED, STOPPED, FAILED, RUNNING)
                },
                "best": _best(through[0], selector),
            }
        )
        for child in sorted(here.children, key=lambda child: min(child.numbers())):
            add(child, place)

    if trials:
        add(Trie({number: from_json(plans[row["trial"]]).trunk for number, row in enumerate(trials)}), None)
    return found


def _named(trunk: Sequence[Stage]) -> str:
    return describe(Plan(trunk=tuple(trunk), targets=())) if trunk else ""


def _best(row: Json, selector: str) -> Json | None:
    """None where no trial has reported."""
    if row["rung"] is None:
        return None
    return {"trial": row["trial"], "rung": row["rung"], "score": row["selectors"].get(selector)}
