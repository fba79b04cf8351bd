"""Scores of tasks, what a run measured, and how good the scores were, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.columns import columns
from analysis.rank_agreement import interval_text
from analysis.transfer import DEPTHS


def transfer_text(found: Mapping[str, Any]) -> str:
    """For people. `found` is what `cairn transfer --json` prints."""
    methods, places = list(found["priors"]), list(found["quality"])
    rows = [("task", "examples", *methods, *(f"{place}, gain" for place in places))]
    first = methods[0]
    for one in sorted(found["tasks"], key=lambda one: -one[first]):
        size = "?" if one["examples"] is None else f"{one['examples']:,}"
        gains = [_gain(one[place]) for place in places]
        rows.append((one["task"], size, *(f"{one[method]:+.3f}" for method in methods), *gains))
    parts = [columns(rows), *(_quality_text(place, found["quality"][place]) for place in places)]
    if found["left_out_of_logme"]:
        named = [f"{name} ({why})" for name, why in found["left_out_of_logme"].items()]
        parts.append(f"not asked by logme: {', '.join(named)}")
    priors = [f"  {_as_yaml(prior)}  # {method}" for method, prior in found["priors"].items() if prior]
    return "\n\n".join([*parts, "\n".join(["for the next spec, one of:", *priors])] if priors else parts)


def _gain(one: Mapping[str, Any] | None) -> str:
    return "–" if one is None or one["gain"] is None else f"{one['gain']:+.2f}"


def _quality_text(place: str, methods: Mapping[str, Any]) -> str:
    rows = [(f"by the {place}", "Spearman's rho", *(f"regret@{k}" for k in DEPTHS))]
    for method, one in methods.items():
        rho = "–" if one["spearman"] is None else interval_text(one["spearman"], "tasks")
        rows.append((method, rho, *(_regret_text(one["regret"][str(k)]) for k in DEPTHS)))
    return columns(rows)


def _regret_text(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "–"
    return f"{one['points']:.2f}" + ("" if one["share"] is None else f" ({one['share']:.1%})")


def _as_yaml(prior: Mapping[str, float]) -> str:
    return "prior: {" + ", ".join(f"{task}: {value}" for task, value in prior.items()) + "}"
