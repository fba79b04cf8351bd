"""All searchers at equal budgets on a measured table: every sequence of up to three tasks, with twenty seeds each.

    cairn run experiments/specs/babel_table.yaml
    python tests/benchmarks/babel_table.py --record runs/babel_table     # keeps its scores in babel_table.json
    python tests/benchmarks/babel_table.py [--to docs/searchers_babel.svg]

Every seed is the first of one play: what a searcher trains shows that seed's scores (and those of the seeds after, if
it asks for seeds again). The worth of its pick is the plan's mean over the other nineteen: 0 is an average sequence of
three, 1 the best plan of all. Twenty plays of one table are not twenty tables: errors are over seeds.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from curves import curves_svg
from searchers import PLAYERS, mean_and_error

from analysis.load import COMPLETED, load
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage, from_json, mixture
from search_spaces.searchers.pool import Pool

KEPT = Path(__file__).with_name("babel_table.json")
BUDGETS = (10, 20, 40, 80)


class MeasuredTable:
    """Scores of sequences of tasks by seed, seen from one of the seeds."""

    def __init__(self, scores: Mapping[str, Sequence[float]], first: int) -> None:
        """`scores`: tasks with " > " between them -> a score for every seed."""
        self.tasks = sorted({task for name in scores for task in name.split(" > ")})
        named = {task: f"t{number}" for number, task in enumerate(self.tasks)}
        self._plans = {_plan([named[task] for task in name.split(" > ")]): list(row) for name, row in scores.items()}
        self._first = first
        self.pool = Pool([Draw(plan, 0, {}) for plan in self._plans], {})
        truths = {plan: self._truth(plan) for plan in self._plans}
        self._average = statistics.mean(truth for plan, truth in truths.items() if len(plan.trunk) == 3)
        self._best = max(truths.values())

    def score(self, run: Run) -> float:
        """Of the seed that a searcher calls `run.seed`."""
        row = self._plans[run.plan]
        return row[(self._first + run.seed) % len(row)]

    def cost(self, stage: Stage) -> float:
        """All stages are alike."""
        return 1.0

    def worth(self, plan: Plan) -> float:
        """Of the plan over the seeds that were not the first."""
        return (self._truth(plan) - self._average) / (self._best - self._average)

    def _truth(self, plan: Plan) -> float:
        return statistics.mean(score for seed, score in enumerate(self._plans[plan]) if seed != self._first)


def _plan(tasks: Sequence[str]) -> Plan:
    stages = [Stage(mixture=mixture({task: 1.0}), learning_rate=1e-3, steps=1) for task in tasks]
    return Plan(trunk=tuple(stages), targets=())


def recorded(run: Path) -> dict[str, list[float]]:
    """Sequence -> score for every seed, of a finished exhaustive search."""
    found = load(run)
    selector, scores = found.resolved["selector"], {}
    for trial in found.trials:
        if trial.control is None and trial.status == COMPLETED and trial.last is not None:
            tasks = " > ".join(task for stage in from_json(trial.plan).trunk for task in stage.tasks)
            scores.setdefault(tasks, {})[trial.seed] = round(trial.last.selectors[selector], 4)
    seeds = sorted({seed for row in scores.values() for seed in row})
    assert all(sorted(row) == seeds for row in scores.values()), "a sequence lacks a seed"
    return {tasks: [row[seed] for seed in seeds] for tasks, row in sorted(scores.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", type=Path, help="a run folder whose scores are kept")
    parser.add_argument("--to", type=Path, help="where the figure goes")
    given = parser.parse_args()
    if given.record:
        KEPT.write_text(json.dumps(recorded(given.record), indent=0) + "\n")
    scores = json.loads(KEPT.read_text())
    seeds = len(next(iter(scores.values())))
    worth = {
        name: [
            [play(MeasuredTable(scores, seed), budget, seed).worth for seed in range(seeds)]  # type: ignore[arg-type]
            for budget in BUDGETS
        ]
        for name, play in PLAYERS.items()
    }
    curves = {name: [mean_and_error(row) for row in rows] for name, rows in worth.items()}
    print(f"{len(scores)} sequences, {seeds} seeds\n")
    print(f"| searcher | {' | '.join(map(str, BUDGETS))} |\n| --- |{' --- |' * len(BUDGETS)}")
    for name, points in curves.items():
        print(f"| {name} | {' | '.join(f'{mean:.2f} ± {error:.2f}' for mean, error in points)} |")
    if given.to:
        given.to.write_text(curves_svg({"babel, 20 seeds": curves}, BUDGETS, low=0.0))


if __name__ == "__main__":
    main()
