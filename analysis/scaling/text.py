"""A scaling fit for people: forms, parameters, the foretold size, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.columns import columns


def scaling_text(found: Mapping[str, Any]) -> str:
    """Several tables, one below the other."""
    varied = " and ".join(f"{len(found['sizes'][axis])} values of {axis}" for axis in found["axes"])
    parts = [f"{points_text(found)}, {varied}"]
    if found["refused"]:
        names = ", ".join(f"{group or 'all'} ({count})" for group, count in found["refused"].items())
        parts.append(f"left out, with fewer than four sizes: {names}")
    parts += [columns(_forms(found)), columns(_parameters(found))]
    if found["lack_of_fit"]:
        parts.append(f"lack of fit: p = {found['lack_of_fit']['p']:.2g} (the sizes against their seeds)")
    if found["held_out"]:
        parts.append("the largest size, foretold from the others\n" + columns(_held_out(found)))
    return "\n\n".join([*parts, *found["notes"], _verdict(found)])


def points_text(found: Mapping[str, Any]) -> str:
    """How many there are, and what they are worth where they share luck."""
    worth = round(found["independent_points"])
    shared = "" if worth == found["points"] else f" (worth {worth}, as those of one size and seed share luck)"
    return f"{found['points']} points{shared}"


def _forms(found: Mapping[str, Any]) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("floor", "parameters", "AICc", "behind", "scale", "starts that agree", "")]
    for one in found["forms"]:
        aicc = ("too few points", "") if one["aicc"] is None else (f"{one['aicc']:.1f}", f"{one['behind']:.1f}")
        troubles = [] if one["converged"] else ["did not converge"]
        troubles += [f"{name} at its bound" for name in one["at_bound"]]
        rows.append(
            (
                one["floor"],
                str(one["parameters"]),
                *aicc,
                f"{100 * one['scale']:.2f} %",
                f"{one['agreeing']} of {one['starts']}",
                "; ".join(troubles),
            )
        )
    return rows


def _parameters(found: Mapping[str, Any]) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("group", "", "value", f"{100 * found['confidence']:.0f} % interval over seeds")]
    rows += [(one["group"], one["name"], f"{one['value']:.4g}", _interval(one)) for one in found["parameters"]]
    return rows


def _held_out(found: Mapping[str, Any]) -> list[Sequence[str]]:
    axes = found["axes"]
    rows: list[Sequence[str]] = [("group", *axes, "floor", "foretold", "interval", "measured", "off", "if unchanged")]
    rows += [
        (
            one["group"],
            *(f"{one[axis]:.4g}" for axis in axes),
            one["floor"],
            f"{one['foretold']:.2f}",
            _interval(one),
            f"{one['measured']:.2f}",
            f"{one['off_percent']:+.1f} %",
            f"{one['if_nothing_changed_percent']:+.1f} %",
        )
        for one in found["held_out"]
    ]
    return rows


def _verdict(found: Mapping[str, Any]) -> str:
    if found["law"]:
        floor = {"none": "no floor", "shared": "one floor", "free": "a floor for each group"}[found["floor"]]
        return f"the points follow a power law with {floor}, between the sizes that were measured"
    return "not to be called a law: " + "; ".join(found["doubts"])


def _interval(one: Mapping[str, Any]) -> str:
    return "one seed" if one["low"] is None else f"{one['low']:.4g} to {one['high']:.4g}"
