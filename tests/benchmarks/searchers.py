"""All searchers at equal budgets on simulated landscapes, and how long the default takes for one suggestion.

    python tests/benchmarks/searchers.py [--landscapes 40] [--to docs/searchers.svg] [--raw FILE]

A budget is a number of trained stages. Scores are of the plan that a searcher picks: 0 is an average sequence of three
tasks, 1 the best of all. Every landscape is the same for all searchers. `--raw` keeps every score, and a run that is
interrupted goes on from it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from curves import curves_svg

from experiments.lessons.tpe_on_tables import TpeOnTable
from search_spaces.chooser import Chooser
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage, mixture
from search_spaces.searchers.beam import Beam
from search_spaces.searchers.landscapes import KINDS, Landscape
from search_spaces.searchers.order_model import OrderModel
from search_spaces.searchers.protocol import History
from search_spaces.searchers.stage_halving import StageHalving
from search_spaces.searchers.table import Pick, SimulatedTable, play
from search_spaces.searchers.uniform import RandomSearch
from search_spaces.searchers.unshared import Unshared
from search_spaces.searchers.value_to_go import ValueToGo

BUDGETS = (30, 60, 120, 240)
SEEDS = range(100)
Player = Callable[[SimulatedTable, int, int], Pick]


def random_unshared(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(Unshared(RandomSearch(longest(table), seed=seed)), table, budget=budget)


def random_shared(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(RandomSearch(longest(table), seed=seed), table, budget=budget)


def tpe_of_positions(choose: Chooser, *, tasks: int) -> Plan:
    """One categorical question a position; a task that was chosen before gives way to the next that was not."""
    chosen: list[int] = []
    for place in range(3):
        task = choose.one_of(f"position.{place}", tuple(range(tasks)))
        while task in chosen:
            task = (task + 1) % tasks
        chosen.append(task)
    stages = [Stage(mixture=mixture({f"t{task}": 1.0}), learning_rate=1e-3, steps=1) for task in chosen]
    return Plan(trunk=tuple(stages), targets=())


def tpe(table: SimulatedTable, seed: int) -> TpeOnTable:
    tasks = len({draw.plan.trunk[0] for draw in table.pool.draws})
    return TpeOnTable(partial(tpe_of_positions, tasks=tasks), seed=seed)


def tpe_unshared(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(Unshared(tpe(table, seed)), table, budget=budget)


def tpe_shared(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(tpe(table, seed), table, budget=budget)


def halving(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(StageHalving(longest(table), seed=seed), table, budget=budget)


def value_to_go(table: SimulatedTable, budget: int, seed: int) -> Pick:
    judge = ValueToGo(OrderModel(table.pool, budget=0, seed=seed), table.pool)
    return play(RandomSearch(longest(table), seed=seed), table, budget=budget, goes_on=judge.goes_on)


def beam(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(Beam(table.pool.draws, budget=budget), table, budget=budget)


def order_model(table: SimulatedTable, budget: int, seed: int) -> Pick:
    return play(OrderModel(table.pool, budget=budget, seed=seed, seeds=SEEDS), table, budget=budget)


PLAYERS: dict[str, Player] = {
    "order model": order_model,
    "random, nothing shared": random_unshared,
    "TPE, nothing shared": tpe_unshared,
    "random": random_shared,
    "TPE": tpe_shared,
    "halving by prefix": halving,
    "beam": beam,
    "random, stopped by value-to-go": value_to_go,
}
Raw = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landscapes", type=int, default=40)
    parser.add_argument("--to", type=Path, help="where the figure goes")
    parser.add_argument("--raw", type=Path, help="where every score is kept")
    given = parser.parse_args()
    raw: Raw = json.loads(given.raw.read_text()) if given.raw and given.raw.exists() else {}
    for name in PLAYERS:
        for kind in KINDS:
            measure(kind, name, given.landscapes, raw)
            if given.raw:
                given.raw.write_text(json.dumps(raw))
    print(table_text(raw), gates_text(raw), speed_text(), parallel_text(), sep="\n\n")
    if given.to:
        given.to.write_text(curves_svg({kind: curves(raw, kind) for kind in KINDS}, BUDGETS))


def measure(kind: str, name: str, landscapes: int, raw: Raw) -> None:
    for budget in BUDGETS:
        scores = raw.setdefault(key(kind, name, budget), [])
        for seed in range(len(scores), landscapes):
            table = SimulatedTable(Landscape(kind=KINDS[kind], seed=seed))
            scores.append(PLAYERS[name](table, budget, seed).worth)


def key(kind: str, name: str, budget: int) -> str:
    return f"{kind}/{name}/{budget}"


def longest(table: SimulatedTable) -> list[Draw]:
    return [draw for draw in table.pool.draws if len(draw.plan.trunk) == 3]


def curves(raw: Raw, kind: str) -> dict[str, list[tuple[float, float]]]:
    """Mean and standard error at each budget."""
    found = {}
    for name in PLAYERS:
        found[name] = [mean_and_error(raw[key(kind, name, budget)]) for budget in BUDGETS]
    return found


def mean_and_error(scores: list[float]) -> tuple[float, float]:
    return statistics.mean(scores), statistics.stdev(scores) / len(scores) ** 0.5


def table_text(raw: Raw) -> str:
    lines = []
    for kind in KINDS:
        lines += ["", f"| {kind} | " + " | ".join(map(str, BUDGETS)) + " |", "| --- |" + " --- |" * len(BUDGETS)]
        for name, points in curves(raw, kind).items():
            lines.append(f"| {name} | " + " | ".join(f"{mean:.2f} ± {error:.2f}" for mean, error in points) + " |")
    return "\n".join(lines)


def gates_text(raw: Raw) -> str:
    """The default against others: the mean difference on the same landscapes, with its standard error."""
    lines = ["| landscape | what | difference | met |", "| --- | --- | --- | --- |"]
    for kind in KINDS:
        if kind != "rugged":
            lines.append(gate(raw, kind, 60, "random, nothing shared", 240))
        for mine, theirs in ((30, 60), (60, 120), (120, 240)):
            lines.append(gate(raw, kind, mine, "TPE, nothing shared", theirs))
        for budget in BUDGETS if kind == "rugged" else ():
            lines.append(gate(raw, kind, budget, "halving by prefix", budget))
    return "\n".join(lines)


def gate(raw: Raw, kind: str, mine: int, other: str, theirs: int) -> str:
    pairs = zip(raw[key(kind, "order model", mine)], raw[key(kind, other, theirs)], strict=True)
    mean, error = mean_and_error([one - two for one, two in pairs])
    met = "yes" if mean >= 0 else "within two errors" if mean >= -2 * error else "no"
    return f"| {kind} | order model at {mine}, {other} at {theirs} | {mean:+.3f} ± {error:.3f} | {met} |"


def parallel_text(budget: int = 120, landscapes: int = 16) -> str:
    """The default with one proposal at a time and with eight."""
    lines = ["| order model at 120 stages | one at a time | eight at a time |", "| --- | --- | --- |"]
    for kind in KINDS:
        cells = []
        for at_once in (1, 8):
            tables = [SimulatedTable(Landscape(kind=KINDS[kind], seed=seed)) for seed in range(landscapes)]
            worth = [
                play(
                    OrderModel(table.pool, budget=budget, seed=seed, seeds=SEEDS), table, budget=budget, at_once=at_once
                ).worth
                for seed, table in enumerate(tables)
            ]
            cells.append("{:.2f} ± {:.2f}".format(*mean_and_error(worth)))
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def speed_text(observed: int = 1000, times: int = 15) -> str:
    """One suggestion of the default with so many scored nodes: half of all sequences, with three seeds."""
    table = SimulatedTable(Landscape(kind=KINDS["moderate"], seed=0))
    history = History()
    everything = [Run(draw.plan, seed) for seed in range(3) for draw in table.pool.draws]
    every_other = [*everything[:9], *everything[9::2], *everything[10::2]]
    for run in every_other[: observed + times]:
        history.propose(run)
        history.end(run)
        history.train(run)
    for run in list(history.proposed)[:observed]:
        history.observe(run, table.score(run))
    model = OrderModel(table.pool, budget=10_000, seed=0)
    began = time.perf_counter()
    model.propose(history)
    first = time.perf_counter() - began
    seconds = []
    for run in list(history.proposed)[observed:]:
        history.observe(run, table.score(run))
        began = time.perf_counter()
        model.propose(history)
        seconds.append(time.perf_counter() - began)
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return (
        f"one suggestion with {observed:,} scores: {1e3 * middle:.0f} ms ({1e3 * low:.0f} to {1e3 * high:.0f}); "
        f"the first one, after a restart, with all fits: {first:.1f} s"
    )


if __name__ == "__main__":
    main()
