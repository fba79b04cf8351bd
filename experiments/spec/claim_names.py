"""Names in the claims of a spec, on raw values: tasks of the space, arms of the finals, groups of the suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.hypotheses.claims import LEADING
from evaluators.suite import Suite
from experiments.spec.mistakes import near
from experiments.spec.strict_yaml import Mistake, Place
from search_spaces.controls import DIRECT

PLACE: Place = ("analysis", "hypotheses")


def wrong_claim_names(raw: Mapping[str, Any], suite: Suite) -> list[Mistake]:
    """Silent about values of a wrong type."""
    analysis = raw.get("analysis")
    claims = analysis.get("hypotheses") if isinstance(analysis, dict) else None
    if not isinstance(claims, dict):
        return []
    tasks, arms, groups = sorted(_tasks(raw)), _arms(raw), sorted(suite.groups)
    mistakes: list[Mistake] = []
    for name, claim in claims.items():
        if not isinstance(claim, dict):
            continue
        place = (*PLACE, name)
        for key in ("before", "mixture_beats_orders", "groups"):
            mistakes += _unknown((*place, key), claim.get(key), "task in this space", tasks)
        for key in ("better", "arm"):
            mistakes += _unknown((*place, key), claim.get(key), "arm in these finals", arms)
        mistakes += _unknown((*place, "gain_from"), claim.get("gain_from"), f"group of {suite.name}'s targets", groups)
        if isinstance(claim.get("gain_from"), str) and "arm" not in claim and LEADING not in arms:
            mistakes.append(Mistake((*place, "gain_from"), f"is about {LEADING} if it names no arm; name one"))
        if isinstance(claim.get("gain_from"), str) and DIRECT not in arms:
            mistakes.append(Mistake((*place, "gain_from"), f"asks for a gain over {DIRECT}; add it to finals.controls"))
    return mistakes


def _unknown(place: Place, value: Any, what: str, known: list[str]) -> Iterator[Mistake]:
    """Texts anywhere in the value that are not known."""
    if isinstance(value, str) and value not in known:
        yield Mistake(place, f"there is no {what} {value!r}{near(value, known)}")
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, list):
        inner = enumerate(value)
    elif isinstance(value, dict):
        inner = value.items()
    for part, one in inner:
        yield from _unknown((*place, part), one, what, known)


def _tasks(raw: Mapping[str, Any]) -> set[str]:
    """Training tasks of the space, and of the plans that the finals write out."""
    found: set[str] = set()
    space, finals = raw.get("space"), raw.get("finals")
    if isinstance(space, dict) and isinstance(space.get("tasks"), list):
        found |= {task for task in space["tasks"] if isinstance(task, str)}
    plans = finals.get("arms") if isinstance(finals, dict) else None
    for plan in plans.values() if isinstance(plans, dict) else ():
        trunk = plan.get("trunk") if isinstance(plan, dict) else None
        for stage in trunk if isinstance(trunk, list) else ():
            if isinstance(stage, dict) and isinstance(stage.get("mixture"), dict):
                found |= set(stage["mixture"])
    return found


def _arms(raw: Mapping[str, Any]) -> list[str]:
    """Winners by number, controls (direct, if none are named), and the plans that the finals write out."""
    finals = raw.get("finals")
    if not isinstance(finals, dict):
        return [DIRECT]
    winners, controls, plans = (finals.get(key) for key in ("winners", "controls", "arms"))
    found = [f"winner {number}" for number in range(1, winners + 1)] if isinstance(winners, int) else []
    found += [name for name in controls if isinstance(name, str)] if isinstance(controls, list) else [DIRECT]
    return found + (list(plans) if isinstance(plans, dict) else [])
