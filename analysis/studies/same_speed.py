"""Do models with and without intermediate training take the same time? What `cairn bench` measured, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.latency import EQUIVALENT, FASTER, SLOWER
from analysis.studies.answer import Answer, Cell, Table, number, text


def same_speed(found: Mapping[str, Any]) -> Answer:
    """From the measurements (`experiments.judging.bench.measure`): different models asked in the same way."""
    mine = [one for one in found["comparisons"] if one["model"] != one["with"] and one["head"] == one["with_head"]]
    control = " The same model was not found equivalent to itself, so nothing here is to be believed."
    return Answer(
        sentence=_sentence(mine, found["band"]) + ("" if found["trusted"] else control),
        settled=bool(found["trusted"] and mine) and all(one["verdict"] != "cannot tell" for one in mine),
        tables=[
            _ratios("As a share of the other's time", mine, found["band"]),
            _ratios("A/A control: the first model, loaded twice", found["control"], found["band"]),
            _ratios(
                "What a way of asking costs", [one for one in found["comparisons"] if one not in mine], found["band"]
            ),
            _times(found["rows"]),
        ],
        numbers=dict(found),
    )


def _sentence(mine: Sequence[Mapping[str, Any]], band: float) -> str:
    verdicts = {one["verdict"] for one in mine}
    ratios = "; ".join(f"{one['head']}: {_ratio(one).text}" for one in mine)
    told = f"ratio of medians, 90\u00a0% interval, band ±{100 * band:g} %: {ratios}"
    if verdicts == {EQUIVALENT}:
        return f"Yes: intermediate training leaves the time of an answer as it is, in every way of asking ({told})."
    if verdicts & {SLOWER, FASTER}:
        return f"No: the models do not take the same time ({told})."
    return f"The data cannot say in every way of asking whether the times are the same ({told})."


def _arm(model: str) -> str:
    """Of `RUN::ARM` the arm."""
    return model.rpartition("::")[2]


def _ratio(one: Mapping[str, Any]) -> Cell:
    wide = "too few blocks" if one["low"] is None else f"{one['low']:.3f} to {one['high']:.3f}"
    return Cell(f"{one['ratio']:.3f} ({wide})", one["ratio"], one["low"], one["high"], one["blocks"])


def _ratios(title: str, rows: Sequence[Mapping[str, Any]], band: float) -> Table:
    return Table(
        title=title,
        note=f"Two one-sided tests against ±{100 * band:g} %, block by block; over all kinds of input.",
        columns=("model", "head", "with", "its head", "ratio of medians", "verdict"),
        rows=[
            [
                *(text(_arm(one[name])) for name in ("model", "head", "with", "with_head")),
                _ratio(one),
                text(one["verdict"]),
            ]
            for one in rows
        ],
    )


def _times(rows: Sequence[Mapping[str, Any]]) -> Table:
    def milliseconds(found: Mapping[str, Any]) -> Cell:
        low, high = (None if found[end] is None else 1000 * found[end] for end in ("low", "high"))
        wide = "" if low is None else f" ({low:.2f} to {high:.2f})"
        return Cell(f"{1000 * found['value']:.2f}{wide}", 1000 * found["value"], low, high)

    return Table(
        title="Times and rates",
        note="Milliseconds a call; inputs and real tokens a second; peak of memory of one call above what was held.",
        columns=(
            *("model", "head", "language", "length", "batch", "p50 ms", "p95 ms", "p99 ms"),
            *("examples a second", "tokens a second", "MiB"),
        ),
        rows=[
            [
                *(text(_arm(one[name])) for name in ("model", "head", "language")),
                text("own" if one["length"] is None else str(one["length"])),
                number(one["batch"]),
                *(milliseconds(one[name]) for name in ("p50", "p95", "p99")),
                number(one["examples_per_second"]["value"], ",.1f"),
                number(one["tokens_per_second"]["value"]),
                number(None if one["peak_bytes"] is None else one["peak_bytes"] / 2**20, ".1f"),
            ]
            for one in rows
        ],
    )
