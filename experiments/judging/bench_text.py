"""What was timed, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.columns import columns


def bench_text(found: Mapping[str, Any]) -> str:
    """Tables of times and of comparisons, and whether the control lets them be believed."""
    machine, course = found["machine"], found["course"]
    head = (
        f"{machine['device']}, {machine['threads']} threads, {machine['precision']}, torch {machine['torch']}; "
        f"{course['blocks']} blocks of {course['calls']} calls, after {course['warmup']} to warm up"
    )
    parts = [head, columns([_MODELS, *map(_model, found["models"])]), columns([_TIMES, *map(_time, found["rows"])])]
    controls = [row for one in found["control"] for row in _compared(one)]
    parts.append("A/A control: the first model, loaded twice\n" + columns([_RATIOS, *controls]))
    parts.append(
        "the control is equivalent to itself"
        if found["trusted"]
        else "NOT TO BE BELIEVED: the same model was not found equivalent to itself; "
        "give the machine to this alone, or ask for more --blocks"
    )
    if found["comparisons"]:
        rows = [row for one in found["comparisons"] for row in _compared(one)]
        parts.append(f"as a share of the other's time, band ±{100 * found['band']:g} %\n" + columns([_RATIOS, *rows]))
    return "\n\n".join(parts)


_MODELS = ("model", "head", "parameters", "weights MiB")
_TIMES = (
    "model",
    "head",
    "language",
    "length",
    "batch",
    "p50 ms",
    "",
    "p95",
    "p99",
    "examples/s",
    "tokens/s",
    "steps",
    "MiB",
)
_RATIOS = ("model", "head", "with", "its head", "language", "length", "batch", "ratio", "90 % interval", "verdict")


def _model(one: Mapping[str, Any]) -> Sequence[str]:
    return one["model"], one["head"], f"{one['parameters']:,}", f"{one['weight_bytes'] / 2**20:.1f}"


def _time(one: Mapping[str, Any]) -> Sequence[str]:
    median = one["p50"]
    return (
        one["model"],
        one["head"],
        one["language"],
        _length(one),
        str(one["batch"]),
        f"{1000 * median['value']:.2f}",
        "one block" if median["low"] is None else f"{1000 * median['low']:.2f} to {1000 * median['high']:.2f}",
        f"{1000 * one['p95']['value']:.2f}",
        f"{1000 * one['p99']['value']:.2f}",
        f"{one['examples_per_second']['value']:.1f}",
        f"{one['tokens_per_second']['value']:.0f}",
        f"{one['decoder_steps']:.0f}" if one["decoder_steps"] else "–",
        "–" if one["peak_bytes"] is None else f"{one['peak_bytes'] / 2**20:.1f}",
    )


def _compared(one: Mapping[str, Any]) -> list[Sequence[str]]:
    named = (one["model"], one["head"], one["with"], one["with_head"])
    rows = [
        (*named, cell["language"], _length(cell), str(cell["batch"]), *_ratio(cell))
        for cell in (one["cells"] if len(one["cells"]) > 1 else ())
    ]
    return [*rows, (*named, "all", "all", "all", *_ratio(one))]


def _ratio(one: Mapping[str, Any]) -> Sequence[str]:
    interval = "too few blocks" if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"
    return f"{one['ratio']:.3f}", interval, one["verdict"]


def _length(one: Mapping[str, Any]) -> str:
    return "own" if one["length"] is None else str(one["length"])
