"""`cairn replay`: a finished search as a table, on which every searcher is played out without training.

What a searcher proposes "trains" its missing stages and shows the score that the record has; a prefix shows its own if
it was a trial too. A plan's worth is its recorded score, luck included: a replay says which searcher would have found
the record's best plans, not which plans are best. Best on exhaustive searches, where every plan has a score. The budget
is in average stages of the table's trie; beams and halving look at trials of one rung, the last.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from evaluators.errors import CairnError
from experiments.lessons.tpe_on_tables import TpeOnTable
from experiments.record import Row, RunFolder, read_json, read_rows
from experiments.spec import load_spec
from search_spaces.chooser import Chooser, Random
from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage, describe, from_json
from search_spaces.searchers.beam import Beam
from search_spaces.searchers.order_model import OrderModel
from search_spaces.searchers.pool import Pool
from search_spaces.searchers.protocol import Searcher, places, prefixes
from search_spaces.searchers.stage_halving import StageHalving
from search_spaces.searchers.table import play
from search_spaces.searchers.uniform import RandomSearch
from search_spaces.space import Setting

SHARES = (0.05, 0.1, 0.2, 0.4)
"""Budgets, as shares of all stages of the table."""
_FEWEST = 8
"""Plans below which there is nothing to search."""

PlanOf = Callable[[Chooser], Plan]
Make = Callable[[int, float], Searcher]
"""(seed, budget) -> searcher."""


class RecordedTable:
    """The scores of a record at its last rung."""

    def __init__(self, rows: Sequence[Row], *, selector: str, last_rung: int) -> None:
        """Raises CairnError if the record has too few scores."""
        proposed = {row["trial"]: row for row in rows if row["event"] == "proposed"}
        self._scores: dict[Run, float] = {}
        draws: dict[Plan, Draw] = {}
        for row in rows:
            if row["event"] != "report" or row["rung"] != last_rung:
                continue
            trial = proposed[row["trial"]]
            plan = from_json(trial["plan"])
            self._scores[Run(plan, trial["seed"])] = float(row["selectors"][selector])
            if trial["control"] is None:
                draws.setdefault(plan, Draw(plan, trial["seed"], trial["decisions"]))
        if len(draws) < _FEWEST or len(set(self._scores.values())) < 2:
            raise CairnError(
                f"the record has {len(draws)} plans with a score at the last rung; a replay wants {_FEWEST}"
            )
        self.draws = list(draws.values())
        self.pool = Pool(self.draws, {})
        self.seeds = sorted({run.seed for run in self._scores})
        tried = [self._scores[Run(draw.plan, draw.seed)] for draw in self.draws]
        self._average, self._best = statistics.mean(tried), max(tried)
        nodes = {place for draw in self.draws for place in places(Run(draw.plan, draw.seed))}
        self.stages = len(nodes)
        self._unit = statistics.mean(trunk[-1].steps for trunk, _ in nodes) if nodes else 1.0
        self.least = max(sum(map(self.cost, draw.plan.trunk)) for draw in self.draws)
        """A budget that pays for any one plan."""

    def score(self, run: Run) -> float | None:
        """The recorded score."""
        return self._scores.get(run)

    def cost(self, stage: Stage) -> float:
        """Steps over those of an average stage."""
        return stage.steps / self._unit

    def worth(self, plan: Plan) -> float:
        """The mean of the plan's recorded scores: 1 is the best plan of the record, 0 an average one."""
        found = [self._scores[Run(plan, seed)] for seed in self.seeds if Run(plan, seed) in self._scores]
        return (statistics.mean(found) - self._average) / (self._best - self._average)


class Played(NamedTuple):
    """One searcher on the table."""

    searcher: str
    worth: tuple[tuple[float, float], ...]
    """Mean and standard error over seeds, at each budget."""
    milliseconds: float
    """For one trial, on average."""


def replay_text(run: Path, *, seeds: int, as_json: bool) -> str:
    """What `cairn replay` prints.

    Raises:
        CairnError: the folder holds no search that can be replayed.
    """
    folder = RunFolder(run)
    resolved, rows = read_json(folder.resolved), read_rows(folder.trials)
    if not resolved or not rows:
        raise CairnError(f"{run} is not the folder of a run; give one that `cairn run` wrote")
    table = RecordedTable(rows, selector=resolved["selector"], last_rung=len(resolved["rungs"]) - 1)
    budgets = [max(table.least, share * table.stages) for share in SHARES]
    makers = _makers(table, _plan_of(run / "spec.yaml", table))
    played = [_played(name, make, table, budgets, seeds) for name, make in makers.items()]
    best = max(table.draws, key=lambda draw: table.worth(draw.plan)).plan
    if as_json:
        found = {each.searcher: {"worth": each.worth, "milliseconds": each.milliseconds} for each in played}
        return json.dumps({"plans": len(table.draws), "stages": table.stages, "budgets": budgets, "searchers": found})
    head = f"{len(table.draws):,} plans over {table.stages:,} stages; the best recorded one is {describe(best)}"
    lines = [head, f"worth of the pick (1: that one, 0: an average plan), {seeds} seeds, by stages spent", ""]
    lines.append(f"{'':14}" + "".join(f"{budget:>16,.0f}" for budget in budgets) + f"{'ms a trial':>14}")
    for each in played:
        cells = "".join(f"{f'{mean:.2f} ± {error:.2f}':>16}" for mean, error in each.worth)
        lines.append(f"{each.searcher:14}{cells}{each.milliseconds:>14.1f}")
    return "\n".join(lines)


def _makers(table: RecordedTable, plan_of: PlanOf | None) -> Mapping[str, Make]:
    first = table.seeds[0]
    seeds = [first, *(seed for seed in table.seeds if seed != first)]
    makers: dict[str, Make] = {
        "order-model": lambda seed, budget: OrderModel(
            table.pool, budget=budget, seed=seed, seeds=seeds, cost=table.cost
        ),
        "beam": lambda seed, budget: Beam(table.draws, budget=int(budget)),
        "random": lambda seed, budget: RandomSearch(table.draws, seed=seed),
    }
    if all(table.score(prefix) is not None for draw in table.draws for prefix in prefixes(Run(draw.plan, draw.seed))):
        makers["halving"] = lambda seed, budget: StageHalving(table.draws, seed=seed)
    if plan_of is not None:
        makers["tpe"] = lambda seed, budget: TpeOnTable(plan_of, seed=seed)
    return makers


def _played(name: str, make: Make, table: RecordedTable, budgets: Sequence[float], seeds: int) -> Played:
    began, trials, worth = time.perf_counter(), 0, []
    for budget in budgets:
        picks = [_pick(make(seed, budget), table, budget) for seed in range(seeds)]
        trials += sum(count for _, count in picks)
        found = [value for value, _ in picks]
        error = statistics.stdev(found) / len(found) ** 0.5 if len(found) > 1 else 0.0
        worth.append((statistics.mean(found), error))
    return Played(name, tuple(worth), 1e3 * (time.perf_counter() - began) / max(1, trials))


def _pick(searcher: Searcher, table: RecordedTable, budget: float) -> tuple[float, int]:
    pick = play(searcher, table, budget=budget)
    return pick.worth, len(pick.history.proposed)


def _plan_of(path: Path, table: RecordedTable) -> PlanOf | None:
    """The questions of the run's space, if every answer leads to a plan of the record."""
    space = load_spec(path, other_data=True).space
    targets = tuple(task for stage in table.draws[0].plan.targets for task in stage.tasks)
    setting = Setting(targets=targets, sizes={})

    def plan_of(choose: Chooser) -> Plan:
        return space.plan(choose, setting)

    try:
        whole = all(table.pool.find(plan_of(Random([0, number]))) is not None for number in range(50))
    except ValueError:  # mixtures that are weighted by size
        return None
    return plan_of if whole else None
