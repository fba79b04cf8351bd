"""Which languages gain: those with little text, those never seen, or only those that were unlucky at first.

A plan's gain over direct, cell by cell (a task in a language), against the decimal logarithm of the language's number
of Wikipedia articles, which stands for the text that an encoder has read of it; tokens are not known for any. Tasks
differ in level, so everything is compared within tasks. Intervals leave out each language in turn (a jackknife over
languages, with Student's t): with few languages, draws with replacement give intervals that are too narrow.

**Regression to the mean.** A baseline that was unlucky in a language is low there, and its gain is high, though nothing
was gained. The slope of gain on the baseline's score is therefore below 0 by luck alone. Seeds tell how far: luck
differs between seeds, so the baseline of one seed is set against gains of others, and its variance is what two seeds
have in common (an instrumental variable). What test items do to all seeds alike stays in. Needs two seeds.

Shape suffixes: C cells, S seeds, T tasks, R replicates (all languages, then all but each).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.arrays import Floats
from analysis.attributes import ATTRIBUTES, Circumstances
from analysis.finals import DIRECT, Finals, Layout, finals_of, metrics_of, restricted
from analysis.load import Json, Run, load
from evaluators.errors import CairnError
from evaluators.languages import LANGUAGES

CONFIDENCE = 0.95
FEWEST_LANGUAGES = 5
_NOTHING = 1e-6
"""A sum of squares this small is one of rounding."""


@dataclass(frozen=True, eq=False)
class Gains:
    """Scores of direct and gains of a plan over it, in points."""

    cells: tuple[tuple[str, str], ...]
    """Task and language."""
    base: Floats
    """(C, S)"""
    gain: Floats
    """(C, S)"""
    size: Floats
    """(C): decimal logarithm of millions of Wikipedia articles, NaN where not known."""
    unseen: Floats
    """(C): 1 where the encoder never read the language, 0 where it did, NaN where not known."""

    def only(self, kept_C: NDArray[np.bool_]) -> Gains:
        """Some of the cells."""
        cells = tuple(cell for cell, keep in zip(self.cells, kept_C, strict=True) if keep)
        return Gains(cells, self.base[kept_C], self.gain[kept_C], self.size[kept_C], self.unseen[kept_C])


def gains_of(finals: Finals, arm: str, layout: Layout, given: Circumstances) -> Gains | None:
    """Of the cells that both have for every seed that they share; None if there is none."""
    seeds = [seed for seed in finals.seeds if all((one, seed, "test") in finals.cells for one in (arm, DIRECT))]
    ours, theirs = ([finals.cells[one, seed, "test"] for seed in seeds] for one in (arm, DIRECT))
    cells = tuple(
        (task, code)
        for task, languages in layout.items()
        for code in languages
        if seeds and all((task, code) in scores for scores in (*ours, *theirs))
    )
    if not cells:
        return None
    base = np.array([[scores[cell] for scores in theirs] for cell in cells])
    seen = {"seen": 0.0, "unseen": 1.0}
    return Gains(
        cells=cells,
        base=base,
        gain=np.array([[scores[cell] for scores in ours] for cell in cells]) - base,
        size=np.array([_log_articles(code) for _, code in cells]),
        unseen=np.array([seen.get(ATTRIBUTES["seen"](code, given), math.nan) for _, code in cells]),
    )


def low_resource(finals: Finals, arm: str, layout: Layout, given: Circumstances) -> Json | None:
    """The slopes of one plan's gain, as plain values; None if no cell can be compared.

    `layout` should leave out the source language. A slope that fewer than five languages would carry is None, and so is
    one that hangs on a single language.
    """
    found = gains_of(finals, arm, layout, given)
    if found is None:
        return None
    sized, told = found.only(~np.isnan(found.size)), found.only(~np.isnan(found.unseen))
    return {
        "arm": arm,
        "seeds": found.base.shape[1],
        "cells": len(found.cells),
        "languages": _languages(found),
        "by_size": _slope(sized, sized.size, sized.gain.mean(axis=1)),
        "unseen": _slope(told, told.unseen, told.gain.mean(axis=1)),
        "by_baseline": _slope(found, found.base.mean(axis=1), found.gain.mean(axis=1)),
        "by_luck": _by_luck(found),
        "without_luck": _without_luck(found),
    }


def _languages(found: Gains) -> list[Json]:
    rows = []
    for code in dict.fromkeys(code for _, code in found.cells):
        mine = np.array([cell[1] == code for cell in found.cells])
        size, unseen = float(found.size[mine][0]), float(found.unseen[mine][0])
        rows.append(
            {
                "language": code,
                "tasks": int(mine.sum()),
                "articles_millions": None if math.isnan(size) else 10**size,
                "unseen": None if math.isnan(unseen) else bool(unseen),
                "direct": float(found.base[mine].mean()),
                "gain": float(found.gain[mine].mean()),
            }
        )
    return sorted(rows, key=lambda row: (row["articles_millions"] is None, row["articles_millions"] or 0.0))


def _slope(found: Gains, x_C: Floats, y_C: Floats) -> Json | None:
    """Points of y for one of x, within tasks."""
    weights_RC = _weights(found)
    if weights_RC is None:
        return None
    return _estimate(_covariance(found, weights_RC, x_C, y_C), _covariance(found, weights_RC, x_C, x_C))


def _without_luck(found: Gains) -> Json | None:
    """Slope of the gain on what the baseline would score without luck."""
    weights_RC, seeds = _weights(found), range(found.base.shape[1])
    if weights_RC is None or len(seeds) < 2:
        return None
    pairs = [(one, other) for one in seeds for other in seeds if one != other]
    above_R = sum(_covariance(found, weights_RC, found.base[:, one], found.gain[:, other]) for one, other in pairs)
    below_R = sum(_covariance(found, weights_RC, found.base[:, one], found.base[:, other]) for one, other in pairs)
    return _estimate(np.asarray(above_R), np.asarray(below_R))


def _by_luck(found: Gains) -> float | None:
    """The slope on the baseline's mean score that luck alone would give: no language truly gains more than another."""
    seeds = found.base.shape[1]
    if seeds < 2 or _weights(found) is None:
        return None
    once_1C = np.ones((1, len(found.cells)))
    mean_C = found.base.mean(axis=1)
    base_CS, gain_CS = (one - one.mean(axis=1, keepdims=True) for one in (found.base, found.gain))
    shared = sum(float(_covariance(found, once_1C, base_CS[:, one], gain_CS[:, one])[0]) for one in range(seeds))
    whole = float(_covariance(found, once_1C, mean_C, mean_C)[0])
    return shared / (seeds * (seeds - 1)) / whole if whole > 0 else None


def _weights(found: Gains) -> Floats | None:
    """Which cells count (R, C); None where there are too few languages."""
    codes = list(dict.fromkeys(code for _, code in found.cells))
    if len(codes) < FEWEST_LANGUAGES:
        return None
    places = [codes.index(code) for _, code in found.cells]
    return np.vstack([np.ones(len(codes)), 1 - np.eye(len(codes))])[:, places]


def _covariance(found: Gains, weights_RC: Floats, x_C: Floats, y_C: Floats) -> Floats:
    """Sum of products within tasks (R)."""
    tasks = list(dict.fromkeys(task for task, _ in found.cells))
    member_CT = np.array([[task == cell[0] for task in tasks] for cell in found.cells], dtype=np.float64)
    counts_RT = np.maximum(weights_RC @ member_CT, 1e-12)
    sums_RT = ((weights_RC * x_C) @ member_CT) * ((weights_RC * y_C) @ member_CT) / counts_RT
    return np.asarray(weights_RC @ (x_C * y_C) - sums_RT.sum(axis=1))


def _estimate(above_R: Floats, below_R: Floats) -> Json | None:
    """A ratio with its jackknife interval; None where, some language left out, what it is divided by is nothing."""
    if below_R.min() <= _NOTHING:
        return None
    slope_R, languages = above_R / below_R, len(above_R) - 1
    error = math.sqrt((languages - 1) / languages * float(np.square(slope_R[1:] - slope_R[0]).sum()))
    slope, width = float(slope_R[0]), float(stats.t.ppf((1 + CONFIDENCE) / 2, languages - 2)) * error
    return {"slope": slope, "low": slope - width, "high": slope + width, "languages": languages}


def _log_articles(code: str) -> float:
    millions = LANGUAGES[code].wiki_millions if code in LANGUAGES else None
    return math.nan if millions is None else math.log10(millions)


def of_run(run: Run, arm: str | None = None) -> Json:
    """The slopes of a run's arm, the first winner if none is named, over the languages other than the source.

    Raises:
        CairnError: the run has no such arm or no baseline on test.
    """
    finals = finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))
    source, encoder = run.resolved["source_language"], run.resolved["encoder"]["name"]
    chosen = arm or next(iter(finals.winners), "winner 1")
    zero_shot = restricted(finals.layout, lambda language: language != source)
    found = low_resource(finals, chosen, zero_shot, Circumstances(encoder=encoder))
    if found is None:
        raise CairnError(f"{run.path} has no test scores of both {chosen!r} and {DIRECT!r}; name an arm with --arm")
    return {"run": run.path.name, "encoder": encoder, **found}


def low_resource_table(found: Sequence[Mapping[str, object]]) -> str:
    """One row a run, in the order given; Markdown."""
    head = ["run", "encoder", "arm", "10 x the articles", "unseen", "baseline", "by luck alone", "without luck"]
    rows = [
        [
            str(one["run"]),
            str(one["encoder"]),
            str(one["arm"]),
            *(_cell(one[name]) for name in ("by_size", "unseen", "by_baseline")),
            "–" if one["by_luck"] is None else f"{one['by_luck']:+.2f}",
            _cell(one["without_luck"]),
        ]
        for one in found
    ]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _cell(found: object) -> str:
    if not isinstance(found, dict):
        return "–"
    return f"{found['slope']:+.2f} ({found['low']:+.2f} to {found['high']:+.2f})"


def main() -> None:
    """Print the slopes of several runs, such as those of encoders of several sizes."""
    parser = argparse.ArgumentParser(prog="python -m analysis.low_resource", description=main.__doc__)
    parser.add_argument("run", type=Path, nargs="+")
    parser.add_argument("--arm", help="of the finals; the first winner if left out")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    asked = parser.parse_args()
    found = [of_run(load(path), asked.arm) for path in asked.run]
    print(json.dumps(found, indent=2, ensure_ascii=False) if asked.json else low_resource_table(found))


if __name__ == "__main__":
    main()
