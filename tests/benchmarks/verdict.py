"""How often the verdict on order is wrong, and how often it finds what there is, on tables whose truth is known.

    python tests/benchmarks/verdict.py [--tables 1000] [--to docs/order_verdict.svg]

Prints the tables of `docs/order_verdict.md` and draws its curves. Luck has a standard deviation of 0.5 points; the band
is 1 point. The same command gives the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from curves import curves_svg
from scipy.stats import f

from analysis.order.calibration import Luck, coverage, orders_of, rates
from analysis.order.strata import Strata
from analysis.order.table import Floats, OrderTable
from search_spaces.plan import Plan
from search_spaces.searchers.landscapes import KINDS, Landscape

BAND = 1.0
PLANS: Mapping[str, tuple[list[Plan], int]] = {
    "2 orders of 2 tasks, 6 seeds": (orders_of("ab", [2]), 6),
    "6 orders of 3 tasks, 3 seeds": (orders_of("abc", [3]), 3),
    "24 orders of 4 tasks, 3 seeds": (orders_of("abcd", [4]), 3),
    "30 ordered pairs of 6 tasks, 3 seeds": (orders_of("abcdef", [2]), 3),
    "36 pairs and triples of 4 tasks, 3 seeds": (orders_of("abcd", [2, 3]), 3),
}
LUCKS = {
    "each plan's own": Luck(inherited=0.0),
    "half inherited": Luck(),
    "nine tenths inherited": Luck(inherited=0.9),
    "one task twice as lucky": Luck(first_task=2.0),
    "rare large accidents": Luck(accidents=True),
}
SEEDS = (2, 3, 5, 10, 20)
SIZES = (0.0, 0.5, 1.0, 2.0)
"""Points between the first and the last of the six orders, the others being halfway."""


def false_alarms(tables: int) -> str:
    rows = [("plans", *LUCKS), ("---",) * (len(LUCKS) + 1)]
    for name, (plans, seeds) in PLANS.items():
        cells = [
            f"{_percent(rates(plans, np.zeros(len(plans)), luck, seeds=seeds, band=BAND, count=tables).rejected)} "
            f"({_percent(naive(plans, luck, seeds, tables))})"
            for luck in LUCKS.values()
        ]
        rows.append((name, *cells))
    return _markdown(rows)


def naive(plans: Sequence[Plan], luck: Luck, seeds: int, tables: int) -> float:
    """How often the F test for repeated measures, which takes all luck for a plan's own, is below 5 %."""
    drawn = luck.draw(plans, seeds, tables, np.random.default_rng(0))
    like, found = None, 0
    for scores in drawn:
        like = Strata(OrderTable(tuple(plans), tuple(range(seeds)), scores), like)
        between = like.differences
        found += f.sf(like.order_square / like.luck, between, between * (seeds - 1)) <= 0.05
    return found / tables


def intervals(tables: int) -> str:
    rows = [("plans", *LUCKS), ("---",) * (len(LUCKS) + 1)]
    for name, (plans, seeds) in PLANS.items():
        truth = np.random.default_rng(5).normal(0, 0.5, len(plans))
        found = [coverage(plans, truth, luck, seeds=seeds, count=tables) for luck in LUCKS.values()]
        rows.append((name, *(f"{_percent(one.effects)}, {_percent(one.ratio)}" for one in found)))
    return _markdown(rows)


def settled(tables: int) -> str:
    """At the border of the band, and with no effect."""
    rows = [("", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * (len(SEEDS) + 1)]
    plans = orders_of("abc", [3])
    for name, size in (("no order differs", 0.0), ("two orders differ by the band", BAND)):
        found = [rates(plans, _apart(size, 6), Luck(), seeds=seeds, band=BAND, count=tables) for seeds in SEEDS]
        rows.append((f"{name}: called equivalent", *(_percent(one.equivalent) for one in found)))
        rows.append((f"{name}: said to matter", *(_percent(one.rejected) for one in found)))
    return _markdown(rows)


def curves(tables: int) -> str:
    """Power over seeds: by size of an effect for six orders, and on the simulated landscapes."""
    plans, panels = orders_of("abc", [3]), {}
    for name, luck in (("luck half inherited", Luck()), ("nine tenths inherited", Luck(inherited=0.9))):
        panels[f"6 orders, {name}"] = {
            f"{size:g} points apart": [
                _point(rates(plans, _apart(size, 6), luck, seeds=seeds, band=BAND, count=tables).rejected, tables)
                for seeds in SEEDS
            ]
            for size in SIZES
        }
    return curves_svg(panels, SEEDS, low=0.0)


def on_landscapes(studies: int) -> str:
    rows = [("landscape", "order SD, points", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * (len(SEEDS) + 2)]
    plans = orders_of([f"t{number}" for number in range(3)], [3])
    for name, kind in KINDS.items():
        truths = [_values(Landscape(kind=kind, seed=number, tasks=3)) for number in range(studies)]
        cells = []
        for seeds in SEEDS:
            found = [rates(plans, truth, Luck(), seeds=seeds, band=BAND, count=10).rejected for truth in truths]
            cells.append(_percent(float(np.mean(found))))
        spread = np.sqrt(np.mean([truth.var(ddof=1) for truth in truths]))
        rows.append((name, f"{spread:.2f}", *cells))
    return _markdown(rows)


def _values(landscape: Landscape) -> Floats:
    orders = [tuple(int(stage.tasks[0][1:]) for stage in plan.trunk) for plan in orders_of(["t0", "t1", "t2"], [3])]
    return np.array([landscape.values[landscape.place[order]] for order in orders])


def _apart(size: float, count: int) -> Floats:
    truth = np.zeros(count)
    truth[0], truth[-1] = size / 2, -size / 2
    return truth


def _point(share: float, tables: int) -> tuple[float, float]:
    return share, float(np.sqrt(share * (1 - share) / tables))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--to", type=Path, default=Path("docs/order_verdict.svg"))
    asked = parser.parse_args()
    print("False alarms (in brackets: an F test that knows of no shared luck)\n", false_alarms(asked.tables), sep="\n")
    print("\nIntervals that hold the truth: effects, ratio\n", intervals(asked.tables // 4), sep="\n")
    print("\nSix orders of three tasks\n", settled(asked.tables), sep="\n")
    print("\nSaid to matter on landscapes\n", on_landscapes(asked.tables // 20), sep="\n")
    asked.to.write_text(curves(asked.tables), encoding="utf-8")


if __name__ == "__main__":
    main()
