"""What each part of a spec allows and the whole does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from experiments.spec.mistakes import near
from experiments.spec.raw import suite_of, value_at
from experiments.spec.strict_yaml import Mistake


def contradictions(raw: Mapping[str, Any]) -> list[Mistake]:
    """What each part allows and the whole does not; on raw values too, and silent where they are of a wrong type."""
    return [mistake for check in _CHECKS for mistake in check(raw)]


def _selector_has_languages(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, languages, selector = suite_of(raw), raw.get("languages"), value_at(raw, ("search", "selector"))
    if suite is None or not isinstance(languages, list) or selector not in ("en-dev", "pivot-dev"):
        return []
    wanted = (suite.source_language,) if selector == "en-dev" else suite.pivots
    if any(code in languages for code in wanted):
        return []
    text = f"{selector} needs {' or '.join(wanted)}, which languages leaves out; add it there"
    return [Mistake(("search", "selector"), text)]


def _seeds_are_fresh(raw: Mapping[str, Any]) -> list[Mistake]:
    searched, fresh = value_at(raw, ("space", "seeds")) or [0], value_at(raw, ("finals", "seeds"))
    if not isinstance(searched, list) or not isinstance(fresh, list):
        return []
    stale = [seed for seed in fresh if seed in searched]
    text = f"{stale} are seeds of the search too; finals need fresh ones, such as [101, 102, 103]"
    return [Mistake(("finals", "seeds"), text)] if stale else []


def _lists_name_things_once(raw: Mapping[str, Any]) -> list[Mistake]:
    mistakes = []
    for key in ("targets", "languages"):
        values = raw.get(key)
        if isinstance(values, list) and not values and suite_of(raw):
            mistakes.append(Mistake((key,), f"is empty; name at least one, or write {key}: all"))
        if isinstance(values, list) and any(values.count(value) > 1 for value in values):
            mistakes.append(Mistake((key,), "names something twice; name each once"))
    return mistakes


def _enough_is_proposed(raw: Mapping[str, Any]) -> list[Mistake]:
    winners, trials = value_at(raw, ("finals", "winners")), value_at(raw, ("search", "trials"))
    if not isinstance(winners, int) or not isinstance(trials, int) or winners <= trials:
        return []
    text = f"is {winners}, but search.trials proposes {trials} plans; lower the one or raise the other"
    return [Mistake(("finals", "winners"), text)]


def _steps_have_effect(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, steps, targets = suite_of(raw), value_at(raw, ("finals", "task_steps")), raw["targets"]
    if suite is None or not isinstance(steps, dict) or not isinstance(targets, list):
        return []
    trained = {task.trained_as for name, task in suite.targets.items() if name in targets}
    text = "no target of this spec is trained on it, so it has no effect; remove it"
    return [Mistake(("finals", "task_steps", name), text) for name in steps if name not in trained]


def _grids_hold_something(raw: Mapping[str, Any]) -> list[Mistake]:
    """Empty lists beside a value of a wrong type, which keeps the space from being looked at as a whole."""
    space = raw.get("space")
    if not isinstance(space, dict):
        return []
    text = "is empty; give at least one value"
    return [Mistake(("space", key), text) for key, value in space.items() if value == [] and key != "tasks"]


def _revisions_are_commits(raw: Mapping[str, Any]) -> list[Mistake]:
    suite, revisions = suite_of(raw), raw.get("revisions")
    if suite is None or not isinstance(revisions, dict):
        return []
    tasks = [*suite.targets.values(), *suite.training.values()]
    known = sorted({table.dataset for task in tasks for tables in task.tables.values() for table in tables})
    mistakes = []
    for name, commit in revisions.items():
        if name not in known:
            mistakes.append(Mistake(("revisions", name), f"no task of {suite.name} reads {name!r}{near(name, known)}"))
        elif isinstance(commit, str) and not re.fullmatch("[0-9a-f]{40}", commit):
            mistakes.append(Mistake(("revisions", name), f"{commit!r} is no commit; give its forty hex digits"))
    return mistakes


_CHECKS: tuple[Callable[[Mapping[str, Any]], list[Mistake]], ...] = (
    _selector_has_languages,
    _seeds_are_fresh,
    _lists_name_things_once,
    _enough_is_proposed,
    _steps_have_effect,
    _grids_hold_something,
    _revisions_are_commits,
)
