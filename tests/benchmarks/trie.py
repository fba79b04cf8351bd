"""The stage trie on Ray Tune with stages that sleep: counts, makespan, overhead, growth.

    python tests/benchmarks/trie.py [--quick] [--only PART] [--workers N]

Everything is what `cairn run` uses (ledger, turns, agenda, leases, store, Tune with reused workers), but a stand-in
trains, without torch: it sleeps and writes a few bytes. Makespan is from the first turn to the last report, over what
no order can beat; "to start" is how long a worker took, on average, to begin its first stage, which is in it. Overhead
is of stages that sleep for no time, over empty Tune trials in the same Ray, in turn, which reuse workers and write
TensorBoard files as ours do.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from evaluators.babel.suite import BABEL
from evaluators.suites import find_suite
from experiments.planning.forecast import forecast_of
from experiments.planning.makespan import Makespan, play
from experiments.ray_session import ray_session
from experiments.record import read_rows
from experiments.running.under_tune import run_search
from experiments.search.ledger import Ledger
from experiments.search.proposals import Optuna
from experiments.search.turns import Turns
from experiments.spec import load_spec
from experiments.spec.settings import Resources
from experiments.stages.names import chains
from experiments.study import Study, open_study
from search_spaces.plan import Stage, from_json
from trainables.claims import AllOf
from trainables.leases import Leases, leases_of
from trainables.stages import StageRunner
from trainables.store import open_store
from trainables.trainer import Begun, Keeper
from trainables.trial import TrialSettings

SPEC = """\
name: {name}
suite: babel
encoder: babel-xlmr
data: {data}
targets: [tatoeba]
space:
  tasks: [{tasks}]
  lengths: [{lengths}]
  grouping: separate
  learning_rates: [{rates}]
  steps: [8]
  target: {{learning_rates: [1.0e-3], steps: 8}}
ladder: {{scales: [1.0]}}
search: {{trials: {trials}, searcher: exhaustive, selector: pivot-dev}}
finals: {{winners: 1, seeds: [101], target_steps: 8}}
runs: {runs}
"""
NINE = "anli, ccg, csqa, hellaswag, mnli, qqp, race, squad1, squad2"


@dataclass
class Slept:
    """Instead of weights."""

    text: str
    examples: int = 0
    facts: dict[str, Any] = field(default_factory=lambda: {"micro_batches": {}})

    def save(self, folder: Path) -> None:
        (folder / "model.safetensors").write_text(self.text)


@dataclass
class Sleeper:
    """Sleeps instead of training, and notes which process did so when."""

    seconds: float
    diary: Path

    def train(self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper) -> Slept:
        with self.diary.open("a") as file:
            file.write(f"{os.getpid()} {time.time()}\n")
        time.sleep(self.seconds)
        return Slept(f"{stage}")

    def load(self, path: Path | None, tasks: Any) -> Any:
        return None


def sleeping(seconds: float) -> Callable[..., None]:
    """A turn as `run_trial` takes it, with a stand-in for training and for judging."""

    def trial(config: dict[str, Any], *, settings: TrialSettings) -> None:
        from ray import tune

        from trainables.trial import _Meter, _tell_trained

        store = open_store(settings.store, settings.cache)
        stages = StageRunner(
            store=store,
            claims=AllOf((leases_of(store.location), store.claims(waits=False))),
            suite=find_suite(settings.suite),
            data=settings.data,
            encoder=settings.encoder,
            training=settings.training,
            seed=config["seed"],
            cache=settings.cache,
            trainer=Sleeper(seconds, settings.cache.with_name("diary")),
        )
        meter = _Meter(stages)
        stages.on_trained = partial(_tell_trained, 0, meter)
        stages.run_all(from_json(json.loads(config["plan"])).trunk, stages.start)
        selectors = dict.fromkeys(("en-dev", "pivot-dev", "oracle"), 1.0)
        tune.report({"rung": 0, "payload": json.dumps({"selectors": selectors, "scores": [], **meter.read()})})

    return trial


def made(
    root: Path, name: str, lengths: str, *, tasks: str = NINE, rates: str = "1.0e-3", trials: str = "all"
) -> Study:
    assert BABEL.mirror is not None
    data = BABEL.mirror(root / "world")
    path = root / f"{name}.yaml"
    path.write_text(
        SPEC.format(name=name, data=data, tasks=tasks, lengths=lengths, rates=rates, trials=trials, runs=root / name)
    )
    return open_study(load_spec(path))


def settings_of(study: Study) -> TrialSettings:
    spec = study.spec
    return TrialSettings(
        suite=spec.suite,
        targets=(),
        languages={},
        data=study.data,
        encoder=study.encoder,
        training=spec.training,
        inference=spec.inference,
        rungs=spec.ladder.rungs,
        dev_examples=None,
        final_examples=None,
        store=study.store.location,
        cache=study.cache,
        threads=1,
    )


@dataclass(frozen=True)
class Ran:
    """What a search took."""

    seconds: float
    trained: int
    trials: int
    to_start: float
    """Seconds until a worker began its first stage: the mean."""


def search(study: Study, workers: int, sleep: float) -> Ran:
    """One search with so many workers and stages that sleep so many seconds."""
    spec, folder = study.spec, study.folder
    folder.path.mkdir(parents=True, exist_ok=True)
    optuna = Optuna(spec.space, study.setting, spec.search, name=spec.name, url="sqlite:///:memory:", owner="me")
    ledger = Ledger(
        folder, space=spec.space, setting=study.setting, search=spec.search, rungs=spec.ladder.rungs, optuna=optuna
    )

    def turns() -> Turns:
        ledger.hand_out_again()
        store = study.store
        return Turns(ledger, workers=workers, chain_of=chains(study), stored=store.entries(), is_stored=store.has)

    diary = study.cache.with_name("diary")
    began, clock = time.perf_counter(), time.time()
    with Leases(study.store.location).kept():
        run_search(
            turns,
            settings_of(study),
            resources=Resources(),
            workers=workers,
            folder=folder.tune,
            trial=sleeping(sleep),
        )
    seconds = time.perf_counter() - began
    first: dict[str, float] = {}
    for line in diary.read_text().splitlines() if diary.exists() else ():
        process, moment = line.split()
        first.setdefault(process, float(moment) - clock)
    to_start = statistics.mean(sorted(first.values())[:workers]) if first else 0.0
    return Ran(seconds, len(read_rows(folder.stages)), len(ledger.ended), to_start)


def bound(study: Study, workers: int) -> Makespan:
    """What the agenda and the bound say, in stages."""
    forecast, chain_of = forecast_of(study), chains(study)
    climbs = [[[step._replace(cost=1.0) for step in chain_of(c.proposal, 0)]] for c in forecast.climbs]
    return play(climbs, workers)


def empty_trials(count: int, workers: int, folder: Path) -> float:
    """Seconds of so many empty Tune trials with reused workers."""
    from ray import tune
    from ray.tune.logger import TBXLoggerCallback

    def empty(config: dict[str, Any]) -> None:
        tune.report({"rung": 0, "payload": "{}"})

    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(workers)
    began = time.perf_counter()
    tune.Tuner(
        tune.with_resources(empty, {"cpu": 1}),
        param_space={"number": tune.grid_search(list(range(count)))},
        tune_config=tune.TuneConfig(reuse_actors=True, max_concurrent_trials=workers),
        run_config=tune.RunConfig(
            name=f"empty{count}", storage_path=str(folder), verbose=0, callbacks=[TBXLoggerCallback()]
        ),
    ).fit()
    return time.perf_counter() - began


def table(*columns: str) -> None:
    print()
    row(*columns)
    row(*["---"] * len(columns))


def row(*cells: object) -> None:
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def counts(root: Path, quick: bool) -> None:
    table("stages executed over naive", "executed", "naive", "ratio", "bound", "a second run executes")
    gates = {
        "all orders of 3 of 9": (dict(lengths="3"), 585, 1512),
        "the 60 chains of 2 to 4 of 4": (dict(lengths="2, 3, 4", tasks="mnli, ccg, qqp, squad1"), 64, 192),
        "orders of 2 of 9, 3 rates a stage": (dict(lengths="2", rates="1.0e-3, 5.0e-4, 2.0e-4"), 675, 1296),
    }
    with ray_session(Resources(), 4):
        for place, (what, (fields, shared, naive)) in enumerate(gates.items()):
            study = made(root, f"counts{place}", **fields)  # type: ignore[arg-type]
            most, _ = forecast_of(study).phases["proposals"]
            assert (most.shared, most.naive) == (shared, naive)
            ran = search(study, 4, 0.0)
            controls = ran.trained - shared  # all tasks mixed: no proposal has it
            again = search(study, 4, 0.0).trained - ran.trained
            executed = f"{ran.trained - controls} and {controls} of controls"
            row(what, executed, naive, f"{(ran.trained - controls) / naive:.3f}", f"{shared / naive:.3f}", again)


def makespans(root: Path, quick: bool, only: int | None = None) -> None:
    table("workers", "stages", "seconds each", "makespan over the bound", "to start", "the agenda alone")
    plans = [(1, "2", 1.0), (4, "3", 1.0), (16, "3", 4.0)]
    if not quick:
        plans = [(1, "2", 2.0), (2, "3", 1.0), (4, "3", 2.0), (8, "3", 4.0), (16, "3", 8.0), (64, "4", 40.0)]
    for workers, lengths, seconds in plans:
        if only not in (None, workers):
            continue
        study = made(root, f"makespan{workers}", lengths)
        wanted = bound(study, workers)
        with ray_session(Resources(), workers):
            ran = search(study, workers, seconds)
        assert ran.trained == wanted.stages
        best = wanted.bound * seconds
        figures = (ran.seconds / best, ran.to_start / best, wanted.seconds / wanted.bound)
        row(workers, ran.trained, seconds, *(f"{figure:.3f}" for figure in figures))


def overhead(root: Path, quick: bool) -> None:
    pairs: list[tuple[float, float]] = []
    alone: list[float] = []
    with ray_session(Resources(), 2):
        for turn in range(2 if quick else 7):
            study = made(root, f"overhead{turn}", "3")
            empty = empty_trials(504, 2, root / f"empty{turn}") / 504
            ran = search(study, 2, 0.0)
            pairs.append((ran.seconds / ran.trained, empty))
            alone.append((ran.seconds - ran.trials * empty) / ran.trained / empty)
    ratios = [ours / theirs for ours, theirs in pairs]
    table("a stage and its share of a trial, over an empty Tune trial", "the stage alone", "ms a stage", "ms a trial")
    row(spread(ratios), spread(alone), *(spread([1000 * side for side in sides]) for sides in zip(*pairs, strict=True)))


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def growth(root: Path, quick: bool) -> None:
    table("trials", "stages", "ms a trial", "ms a trial to plan", "KiB a trial that the driver grew by")
    with ray_session(Resources(), 2):
        for trials in (100, 300, 1000) if quick else (1000, 3000, 10_000):
            study = made(root, f"growth{trials}", "4", rates="1.0e-3, 5.0e-4", trials=str(trials))
            began = time.perf_counter()
            forecast_of(study)
            planned = time.perf_counter() - began
            before = resident()
            ran = search(study, 2, 0.0)
            figures = (1000 * ran.seconds, 1000 * planned, (resident() - before) / 1024)
            row(ran.trials, ran.trained, *(f"{figure / ran.trials:.1f}" for figure in figures))


def resident() -> int:
    """Bytes that this process holds in memory."""
    return int(psutil.Process().memory_info().rss)


PARTS: dict[str, Callable[[Path, bool], None]] = {
    "counts": counts,
    "overhead": overhead,
    "growth": growth,
    "makespan": makespans,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--workers", type=int, help="only the makespan with so many")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trie") as name:
        if given.workers:
            return makespans(Path(name), given.quick, given.workers)
        for part in [given.only] if given.only else PARTS:
            PARTS[part](Path(name), given.quick)


if __name__ == "__main__":
    main()
