"""Kill at random until the study is done, again and again; the numbers must be those of an undisturbed run.

    python tests/faults/campaign.py [--kills 100] [--seed 0]

A small study on the offline suite is run once undisturbed. Then rounds of the same study, each in a store of its own:
after a random pause a random victim of those that live is killed with SIGKILL (a worker that trains, a worker of the
finals, the actor of the leases, the raylet, the driver), or a stored stage is spoilt as a power cut would leave it
(truncated, flipped, without its record, half renamed). A driver that died is started again by the same command. After
each round trials, scores and finals are compared with the undisturbed run's, and the journal of trained stages says how
many were noted twice: only what was spoilt, as a stage that was being trained by a victim was never noted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluators.babel.suite import BABEL

SPEC = """\
name: study
suite: babel
encoder: babel-xlmr
data: {data}
targets: [udpos, pawsx, tatoeba]
space:
  tasks: [mnli, ccg, qqp]
  lengths: [1, 2, 3]
  learning_rates: [1.0e-3, 5.0e-4]
  steps: [27]
  target: {{learning_rates: [2.0e-3], steps: 27}}
training: {{batch_size: 16, max_examples: 256, max_length_tokens: 64}}
search: {{trials: 10, searcher: random, selector: pivot-dev, eta: 2, concurrency: 2}}
finals: {{winners: 2, seeds: [101, 102], target_steps: 9, controls: [direct, all mixed]}}
evaluation: {{dev_examples: 12, final_examples: 12}}
resources: {{checkpoint_minutes: 0.003}}
runs: {runs}
"""
VICTIMS = {
    "worker": ("run_trial", "ImplicitFunc"),
    "finals worker": ("train_trunk", "final_scores"),
    "leases": ("_Keeper",),
    "raylet": ("raylet/raylet",),
}
SPOILT = ("truncated", "flipped", "no record", "half renamed")


@dataclass
class Round:
    """One study, and what was done to it."""

    folder: Path
    done: Counter[str] = field(default_factory=Counter)
    starts: int = 0

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "study"

    @property
    def store(self) -> Path:
        return self.folder / "runs" / "store"


def start(round_: Round) -> subprocess.Popen[bytes]:
    round_.starts += 1
    log = (round_.folder / "log.txt").open("ab")
    command = [sys.executable, "-m", "experiments.run", str(round_.folder / "study.yaml")]
    return subprocess.Popen(command, stdout=log, stderr=log)


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """Living processes below one, with their command lines."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    below = list(parents.get(pid, []))
    while below:
        child = below.pop()
        below += parents.get(child, [])
        try:
            yield child, (Path("/proc") / str(child) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def victims(driver: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"driver": [driver]}
    for pid, command in descendants(driver):
        for name, parts in VICTIMS.items():
            if any(part in command for part in parts):
                found.setdefault(name, []).append(pid)
    return found


def disturb(round_: Round, driver: subprocess.Popen[bytes], rng: random.Random) -> str | None:
    """Kill or spoil something; what, or nothing if there was nothing of the kind."""
    choice = rng.choice(
        ["worker", "worker", "worker", "finals worker", "leases", "raylet", "driver", "driver", "entry"]
    )
    if choice == "entry":
        return spoil(round_.store, rng)
    pids = victims(driver.pid).get(choice)
    if not pids:
        return None
    try:
        os.kill(rng.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return None
    return choice


def spoil(store: Path, rng: random.Random) -> str | None:
    entries = sorted(store.glob("[0-9a-f][0-9a-f]/*/record.json"))
    if not entries:
        return None
    entry, way = rng.choice(entries).parent, rng.choice(SPOILT)
    model = entry / "model.safetensors"
    try:
        content = bytearray(model.read_bytes())
        if way == "truncated":
            model.write_bytes(content[: rng.randrange(len(content))])
        elif way == "flipped":
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            model.write_bytes(content)
        elif way == "no record":
            (entry / "record.json").unlink()
        else:
            shutil.copytree(entry, store / "temporary" / f"{entry.name}.elsewhere.1.00000000", dirs_exist_ok=True)
            model.unlink()
    except OSError:
        return None
    return f"entry {way}"


def numbers(run: Path) -> dict[str, Any]:
    """What must not depend on anything that happened: trials, their fate, and every score."""
    rows = [json.loads(line) for line in (run / "scores.jsonl").read_text().splitlines()]
    trials = [json.loads(line) for line in (run / "trials.jsonl").read_text().splitlines()]
    return {
        "scores": sorted(json.dumps(row, sort_keys=True) for row in rows),
        "proposed": [row["plan"] for row in trials if row["event"] == "proposed"],
        "ended": sorted((row["trial"], row["status"], row["rung"]) for row in trials if row["event"] == "ended"),
    }


def play(round_: Round, kills: int, rng: random.Random) -> None:
    """Run the study to its end, disturbing it at most `kills` times."""
    driver = start(round_)
    while True:
        pause = time.monotonic() + rng.uniform(1.0, 6.0)
        while driver.poll() is None and time.monotonic() < pause:
            time.sleep(0.05)
        if driver.poll() == 0:
            return
        if driver.poll() is not None:
            assert round_.starts < 200, f"it never ends; see {round_.folder / 'log.txt'}"
            driver = start(round_)
            continue
        if sum(round_.done.values()) >= kills:
            driver.wait(timeout=900)
            continue
        below = [pid for pid, _ in descendants(driver.pid)]
        what = disturb(round_, driver, rng)
        if what is None:
            continue
        round_.done[what] += 1
        if what in ("driver", "raylet"):
            end(driver, below)


def end(driver: subprocess.Popen[bytes], below: list[int]) -> None:
    """See it die, and what it left."""
    try:
        driver.wait(timeout=60)
    except subprocess.TimeoutExpired:
        driver.kill()
        driver.wait()
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--a-round", type=int, default=8, help="kills in one round at most")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="campaign") as name:
        root = Path(name)
        assert BABEL.mirror is not None
        data = BABEL.mirror(root / "world")
        rounds = [prepared(root / "undisturbed", data)]
        play(rounds[0], 0, rng)
        wanted, planned = numbers(rounds[0].run), len(stages(rounds[0].run))
        differing = lost = 0
        while sum(sum(one.done.values()) for one in rounds) < given.kills:
            one = prepared(root / f"round-{len(rounds)}", data)
            play(one, given.a_round, rng)
            rounds.append(one)
            found, trained = numbers(one.run), stages(one.run)
            same = found == wanted
            differing += not same
            twice = len(trained) - len(set(trained))
            spoilt = sum(count for what, count in one.done.items() if what.startswith("entry"))
            lost += max(0, twice - spoilt)
            print(
                f"round {len(rounds) - 1}: {sum(one.done.values())} kills, {one.starts} starts, "
                f"{len(set(trained))} stages noted of {planned}, {twice} trained twice ({spoilt} spoilt), "
                f"{'the same numbers' if same else 'OTHER NUMBERS'}  {dict(one.done)}",
                flush=True,
            )
            shutil.rmtree(one.folder if same else one.store)
        total = sum((one.done for one in rounds), Counter[str]())
        print(
            f"\n{sum(total.values())} disturbances in {len(rounds) - 1} studies: "
            f"{differing} with other numbers, {lost} finished stages lost"
        )
        for what, count in sorted(total.items()):
            print(f"  {what:20}{count:>5}")
    sys.exit(1 if differing or lost else 0)


def prepared(folder: Path, data: Path) -> Round:
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(SPEC.format(data=data, runs=folder / "runs"))
    return Round(folder)


def stages(run: Path) -> list[str]:
    path = run / "stages.jsonl"
    return [json.loads(line)["key"] for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    main()
