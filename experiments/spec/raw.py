"""A spec as its file has it, before anything is known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluators.suite import Suite
from evaluators.suites import known_suites
from experiments.spec.strict_yaml import Place


def value_at(raw: Mapping[str, Any], place: Place) -> Any:
    """What stands at a place; None where there is no such place."""
    value: Any = raw
    for part in place:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None
    return value


def suite_of(raw: Mapping[str, Any]) -> Suite | None:
    """The suite that a spec names, if there is one of that name."""
    name = raw.get("suite")
    return known_suites().get(name) if isinstance(name, str) else None
