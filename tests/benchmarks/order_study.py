"""How often `order_mbert_vs_xlmr.yaml` would settle what it asks, on tables whose truth is known.

    python tests/benchmarks/order_study.py [--tables 400]

Prints the tables of `docs/studies/order_mbert_vs_xlmr.md` and `docs/encoders.md`. All ordered pairs of the tasks, luck
half inherited; a set of two orders has a worth of its own to each encoder, with a standard deviation of 2 points. The
same command gives the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from analysis.encoders import compared
from analysis.order.calibration import LEVEL, Luck, orders_of, rates
from analysis.order.table import Floats, OrderTable, sets_of
from search_spaces.plan import Plan

BAND = 1.0
DEVIATIONS = (0.1, 0.2, 0.3, 0.4, 0.5)
_WORTH = 2.0


def settled(tasks: int, seeds: int, band: float, tables: int) -> list[str]:
    """With no effect of order: called equivalent. With a difference of a point in every pair: said to matter."""
    plans = orders_of("abcdef"[:tasks], [2])
    half = np.zeros(len(plans))
    for first, second in sets_of(plans).values():
        half[first], half[second] = BAND / 2, -BAND / 2
    cells = []
    for deviation in DEVIATIONS:
        judged = partial(rates, plans, luck=Luck(deviation=deviation), seeds=seeds, band=band, count=tables)
        cells.append(f"{judged(truth_P=0 * half).equivalent:.0%}, {judged(truth_P=half).rejected:.0%}")
    return cells


def differing(effects: Callable[[np.random.Generator, Sequence[Plan]], list[Floats]], tasks: int, tables: int) -> str:
    """Share of pairs of encoders, five seeds each, of which the interaction is found; and the mean rho."""
    plans = orders_of("abcdef"[:tasks], [2])
    luck, random = Luck(), np.random.default_rng(0)
    drawn = [luck.draw(plans, 5, tables, np.random.default_rng(seed)) for seed in (1, 2)]
    found = []
    for pair in zip(*drawn, strict=True):
        worth = [_worth(random, plans) for _ in pair]
        truth = effects(random, plans)
        sides = [
            OrderTable(tuple(plans), tuple(range(5)), scores + (mine + true)[:, None])
            for scores, mine, true in zip(pair, worth, truth, strict=True)
        ]
        found.append(compared(*sides))
    share = np.mean([one["interaction"]["p"] <= LEVEL for one in found])
    return f"{share:.1%}, rho {np.mean([one['spearman']['value'] for one in found]):+.2f}"


def nothing(random: np.random.Generator, plans: Sequence[Plan]) -> list[Floats]:
    return [np.zeros(len(plans))] * 2


def alike(random: np.random.Generator, plans: Sequence[Plan]) -> list[Floats]:
    return [random.normal(0, 0.5, len(plans))] * 2


def opposite(random: np.random.Generator, plans: Sequence[Plan]) -> list[Floats]:
    (one, _) = alike(random, plans)
    return [one, -one]


def unrelated(random: np.random.Generator, plans: Sequence[Plan]) -> list[Floats]:
    return [random.normal(0, 0.5, len(plans)) for _ in range(2)]


def _worth(random: np.random.Generator, plans: Sequence[Plan]) -> Floats:
    found = np.zeros(len(plans))
    for members in sets_of(plans).values():
        found[members] = random.normal(0, _WORTH)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=400)
    asked = parser.parse_args()
    print("| tasks, seeds, band |", " | ".join(f"seed SD {one:g}" for one in DEVIATIONS), "|")
    for tasks, seeds, band in ((6, 3, 0.5), (6, 3, 1.0), (5, 5, 1.0), (5, 8, 0.5), (5, 8, 1.0), (5, 10, 1.0)):
        print(f"| {tasks}, {seeds}, {band:g} |", " | ".join(settled(tasks, seeds, band, asked.tables)), "|", flush=True)
    for effects in (nothing, alike, opposite, unrelated):
        cells = [differing(effects, tasks, asked.tables) for tasks in (4, 5, 6)]
        print(f"| {effects.__name__} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
