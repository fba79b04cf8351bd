"""What a prior over tasks does to the order model: a good one, a noisy one, and some that are wrong.

    python tests/benchmarks/prior.py [--landscapes 40] [--raw FILE]

A prior gives every task a number. Perfect: what the task is really worth alone. Noisy: correlated 0.5 with that on
average. Useless: drawn at random. Misleading: the perfect one with the best and the worst task exchanged. Negated: the
perfect one upside down. A budget is a number of trained stages; scores are of the plan that is picked, 0 is an average
sequence of three tasks and 1 the best of all. `--raw` keeps every score, and a run that is interrupted goes on from it.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from search_spaces.searchers.features import standardised
from search_spaces.searchers.landscapes import KINDS, Landscape
from search_spaces.searchers.order_model import OrderModel
from search_spaces.searchers.protocol import History
from search_spaces.searchers.table import SimulatedTable, play

BUDGETS = (5, 15, 30, 60, 120)
SEEDS = range(100)
CORRELATION = 0.5
Prior = Mapping[str, float]
Raw = dict[str, list[float]]


def perfect(landscape: Landscape) -> Prior:
    return standardised({f"t{task}": float(landscape.values[task]) for task in range(landscape.tasks)})


def useless(landscape: Landscape) -> Prior:
    noise = np.random.default_rng([landscape.seed, 2]).standard_normal(landscape.tasks)
    return {f"t{task}": float(value) for task, value in enumerate(noise)}


def noisy(landscape: Landscape) -> Prior:
    noise, rest = useless(landscape), (1 - CORRELATION**2) ** 0.5
    return {task: CORRELATION * value + rest * noise[task] for task, value in perfect(landscape).items()}


def misleading(landscape: Landscape) -> Prior:
    right = perfect(landscape)
    best, worst = max(right, key=right.__getitem__), min(right, key=right.__getitem__)
    return {**right, best: right[worst], worst: right[best]}


def negated(landscape: Landscape) -> Prior:
    return {task: -value for task, value in perfect(landscape).items()}


PRIORS: Mapping[str, Callable[[Landscape], Prior | None]] = {
    "none": lambda landscape: None,
    "perfect": perfect,
    "noisy": noisy,
    "useless": useless,
    "misleading": misleading,
    "negated": negated,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landscapes", type=int, default=40)
    parser.add_argument("--raw", type=Path, help="where every score is kept")
    given = parser.parse_args()
    raw: Raw = json.loads(given.raw.read_text()) if given.raw and given.raw.exists() else {}
    for seed in range(given.landscapes):
        for kind in KINDS:
            for name in PRIORS:
                measure(kind, name, seed, raw)
        if given.raw:
            given.raw.write_text(json.dumps(raw))
    print(table_text(raw, "all kinds", list(KINDS)), *(table_text(raw, kind, [kind]) for kind in KINDS), sep="\n\n")


def measure(kind: str, name: str, seed: int, raw: Raw) -> None:
    if len(raw.get(key(kind, name, BUDGETS[-1]), [])) > seed:
        return
    landscape = Landscape(kind=KINDS[kind], seed=seed)
    for budget, worth in zip(BUDGETS, worths(landscape, PRIORS[name](landscape), seed), strict=True):
        raw.setdefault(key(kind, name, budget), []).append(worth)


def worths(landscape: Landscape, prior: Prior | None, seed: int) -> list[float]:
    """At every budget, from one search with the largest: each stage here gives one score, and budgets up to 60 change
    nothing before they end."""
    table = SimulatedTable(landscape)

    def model() -> OrderModel:
        return OrderModel(table.pool, budget=BUDGETS[-1], seed=seed, seeds=SEEDS, prior=prior)

    seen = play(model(), table, budget=BUDGETS[-1]).history.observations
    assert len(seen) == BUDGETS[-1]
    picker = model()
    picks = [picker.best(History(observations=seen[:budget])) for budget in BUDGETS]
    return [table.worth(pick) for pick in picks if pick is not None]


def key(kind: str, name: str, budget: int) -> str:
    return f"{kind}/{name}/{budget}"


def table_text(raw: Raw, title: str, kinds: Sequence[str]) -> str:
    """Means without a prior, then differences from them on the same landscapes, with standard errors."""
    lines = [f"| {title} | " + " | ".join(map(str, BUDGETS)) + " |", "| --- |" + " --- |" * len(BUDGETS)]
    for name in PRIORS:
        cells = []
        for budget in BUDGETS:
            scores, plain = ([one for kind in kinds for one in raw[key(kind, who, budget)]] for who in (name, "none"))
            if name == "none":
                cells.append("{:.2f} ± {:.2f}".format(*mean_and_error(scores)))
            else:
                differences = [one - other for one, other in zip(scores, plain, strict=True)]
                cells.append("{:+.2f} ± {:.2f}".format(*mean_and_error(differences)))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def mean_and_error(scores: list[float]) -> tuple[float, float]:
    return statistics.mean(scores), statistics.stdev(scores) / len(scores) ** 0.5


if __name__ == "__main__":
    main()
