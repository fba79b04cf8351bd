"""The answer in three sentences, from the numbers of the summary.

1. Is the leading winner better than direct fine-tuning on test, by how much, how sure? And in the languages that it was
   not fine-tuned on, which is what was asked?
2. Is it better than the controls that ask whether its path matters: the best single task, all tasks mixed?
3. How much more did dev promise than test gave?

"Better" is said only where a 95 % interval over seeds lies above 0; one seed shows nothing. Whether order matters has a
sentence of its own (`analysis.order.verdict`); what was claimed beforehand has one before all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.finals import ALL_MIXED, DIRECT
from analysis.numbers import interval, signed

_VERBS = {
    "better": "is better than",
    "worse": "is worse than",
    "not distinguishable": "is not distinguishable from",
    "unknown": "cannot be compared safely with",
}


def answer(summary: Mapping[str, Any]) -> list[str]:
    """Three sentences, or one that says why there is no answer yet; before them one on claims, where there are any."""
    claims = summary["hypotheses"]
    return ([claims["sentence"]] if claims else []) + _on_finals(summary)


def _on_finals(summary: Mapping[str, Any]) -> list[str]:
    winners = [arm for arm in summary["arms"] if arm["winner"]]
    if not summary["arms"]:
        return ["There is no answer yet: the finals have not been run."]
    if not winners:
        return ["There is no winner to speak of: the search chose none, and the finals hold controls only."]
    return [_against_direct(winners), _against_controls(summary, winners[0]), _optimism(summary)]


def _against_direct(winners: Sequence[Mapping[str, Any]]) -> str:
    leading, others = winners[0], winners[1:]
    gain = leading["gain"]["headline"]
    if gain is None:
        return f"Whether {leading['arm']} beats direct fine-tuning is open: they share no completely scored seed."
    text = (
        f"On test, {leading['arm']} ({leading['plan']}) {_VERBS[gain['verdict']]} direct fine-tuning: "
        f"{_points(gain['mean'])} ({_interval_words(gain)}; {_seeds(leading)}){_on_transfer(leading['gain'])}"
    )
    told = [
        f"{arm['arm']} {_VERBS[arm['gain']['headline']['verdict']]} direct ({_said(arm['gain']['headline'])})"
        for arm in others
        if arm["gain"]["headline"]
    ]
    return f"{text}; {', '.join(told)}." if told else f"{text}."


def _on_transfer(gain: Mapping[str, Any]) -> str:
    """Nothing where the headline is of no other languages anyway, or of none of these."""
    if gain["source"] is None or gain["zero_shot"] is None:
        return ""
    found = gain["zero_shot"]
    return f", and in languages it was not fine-tuned on {_VERBS[found['verdict']]} it ({_said(found)})"


def _against_controls(summary: Mapping[str, Any], leading: Mapping[str, Any]) -> str:
    found = {
        row["control"]: row for row in summary["contrasts"] if row["winner"] == leading["arm"] and row["difference"]
    }
    best = summary["best_single"]
    names = {best: f"{best}, the best single task on dev"} if best else {}
    names[ALL_MIXED] = "all tasks mixed"
    told = [_beside(found[control], name) for control, name in names.items() if control in found]
    if not told:
        others = [control for control in found if control != DIRECT]
        if not others:
            return "Whether a single task or one mixture would do as well is open: no such control was evaluated."
        told = [_beside(found[control], f"the control {control}") for control in others]
    return f"{leading['arm'].capitalize()} {', and '.join(told)}."


def _beside(contrast: Mapping[str, Any], name: str) -> str:
    if contrast["same_plan"]:
        return f"is the very plan of {name}"
    return f"{_VERBS[contrast['difference']['verdict']]} {name} ({_said(contrast['difference'])})"


def _optimism(summary: Mapping[str, Any]) -> str:
    found = summary["optimism"]
    if found is None or found["shortfall"] is None:
        return "How far dev promised more than test gave cannot be said: no seed has both for the winner and direct."
    shortfall, promised = found["shortfall"], found["promised"][summary["selector"]]
    searched = (
        f"The search saw {found['winner']} {_points(promised)} over direct by {summary['selector']} (one seed)"
        if promised is not None
        else f"What the search promised of {found['winner']} is not on record"
    )
    more = "more" if shortfall["mean"] >= 0 else "less"
    return (
        f"{searched}; on fresh seeds its gain is {_points(found['dev_gain']['mean'])} on dev and "
        f"{_points(found['test_gain']['mean'])} on test, so dev promised {abs(shortfall['mean']):.2f} points {more} "
        f"than test gave ({_interval_words(shortfall, of='the difference')})."
    )


def _said(gain: Mapping[str, Any]) -> str:
    return f"{_points(gain['mean'])}, {_interval_words(gain)}"


def _points(value: float) -> str:
    return f"{signed(value)} points"


def _interval_words(gain: Mapping[str, Any], of: str = "") -> str:
    if gain["low"] is None:
        return "one seed, so no interval"
    return f"95\u00a0% interval{f' of {of}' if of else ''} {interval(gain)}"


def _seeds(arm: Mapping[str, Any]) -> str:
    seeds = list(arm["test"]["by_seed"])
    return f"{len(seeds)} fresh seed{'' if len(seeds) == 1 else 's'}: {', '.join(seeds)}"
