"""A study on a cluster that grows and shrinks while its nodes are killed; the numbers must be those of a quiet one.

    python tests/faults/elastic.py [--kills 5] [--seed 0] [--to docs/elastic.svg]

A study like the campaign's, with longer stages, is run once undisturbed, then on a cluster that begins without any node
and may have four, each with room for one trial. At random moments the raylet of a random node is killed with SIGKILL,
and all that was on that node goes with it. Twice a second it is noted which nodes live, whose place is taken, how many
places are asked for in vain (all three as the head's GCS tells the autoscaler), and on which nodes a worker process is
at work (by its title). After the study the cluster must be empty again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from campaign import Round, numbers, play, prepared, stages, start
from fake_nodes import Head, Moment, growing_cluster
from nodes_over_time import Course, nodes_svg

from evaluators.babel.suite import BABEL
from experiments.record import read_json

MOST, IDLE_SECONDS = 4, 5.0
_LONGER = (
    ("concurrency: 2", f"concurrency: {MOST}"),
    ("steps: [27]", "steps: [54]"),
    ("steps: 27", "steps: 54"),
    ("trials: 10", "trials: 6"),
)
_EVERY_SECONDS = 0.5
_EMPTY_SECONDS = 120.0
"""By then the cluster must be empty after the study."""


class Seen(NamedTuple):
    """What was noted during one study: moments since its beginning, kills with the node, the ends of its phases."""

    moments: list[tuple[float, Moment]]
    kills: list[tuple[float, str]]
    ends: dict[str, float]


def _longer(round_: Round) -> Round:
    """The same with stages that a node is worth starting for."""
    spec = round_.folder / "study.yaml"
    text = spec.read_text()
    for old, new in _LONGER:
        assert old in text
        text = text.replace(old, new)
    spec.write_text(text)
    return round_


def watch(round_: Round, head: Head, kills: int, rng: random.Random) -> Seen:
    """Run the study on the cluster to its end, and on until the cluster is empty."""
    os.environ["RAY_ADDRESS"] = head.address
    driver = start(round_)
    began, seen = time.monotonic(), Seen([], [], {})
    next_kill = rng.uniform(15.0, 25.0)
    try:
        while True:
            now = time.monotonic() - began
            moment = head.look()
            seen.moments.append((now, moment))
            _note_ends(round_, driver, now, seen.ends)
            if "finals" in seen.ends and (not moment.nodes or now > seen.ends["finals"] + _EMPTY_SECONDS):
                return seen
            if now > next_kill and len(seen.kills) < kills and moment.nodes and driver.poll() is None:
                victim = rng.choice(sorted(moment.nodes))
                seen.kills.append((now, victim))
                for pid, node in head.raylets().items():
                    if node == victim:
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                next_kill = now + rng.uniform(15.0, 35.0)
            time.sleep(max(0.0, began + now + _EVERY_SECONDS - time.monotonic()))
    finally:
        driver.kill()
        driver.wait()


def _note_ends(round_: Round, driver: subprocess.Popen[bytes], now: float, ends: dict[str, float]) -> None:
    if "search" not in ends and "search" in read_json(round_.run / "environment.json").get("seconds", {}):
        ends["search"] = now
    if "finals" not in ends and driver.poll() is not None:
        assert driver.returncode == 0, (round_.folder / "log.txt").read_text()
        ends["finals"] = now


def kept_idle(seen: Seen) -> float:
    """The longest time in seconds between the end of a node's last work and its going, of nodes that went unforced."""
    last_taken: dict[str, float] = {}
    last_alive: dict[str, float] = {}
    for now, moment in seen.moments:
        for name, node in moment.nodes.items():
            last_alive[name] = now
            if node.is_taken or name not in last_taken:
                last_taken[name] = now
    unforced = set(last_alive) - {node for _, node in seen.kills}
    return max((last_alive[node] - last_taken[node] for node in unforced), default=0.0)


def held_in_vain(seen: Seen) -> float:
    """The longest time in seconds for which a place was taken by a worker that had worked and had nothing to do."""
    worked: dict[str, float] = {}
    longest = 0.0
    for now, moment in seen.moments:
        worked = {name: since for name, since in worked.items() if name in moment.nodes and moment.nodes[name].is_taken}
        worked |= {name: now for name, node in moment.nodes.items() if node.is_working}
        longest = max([longest, *(now - since for since in worked.values())])
    return longest


def course(seen: Seen) -> Course:
    """What is drawn."""
    nodes = [(now, len(moment.nodes)) for now, moment in seen.moments]
    working = [(now, moment.working) for now, moment in seen.moments]
    waiting = [(now, moment.waiting) for now, moment in seen.moments]
    return Course(nodes, working, waiting, kills=[now for now, _ in seen.kills], ends=seen.ends)


def told(seen: Seen, study: Round) -> str:
    """The table."""
    trained = stages(study.run)
    node_seconds = sum(len(moment.nodes) for _, moment in seen.moments) * seen.moments[-1][0] / len(seen.moments)
    rows = {
        "nodes at most": max(len(moment.nodes) for _, moment in seen.moments),
        "nodes that came": len({node for _, moment in seen.moments for node in moment.nodes}),
        "nodes at the end": len(seen.moments[-1][1].nodes),
        "kills": len(seen.kills),
        "stages trained": len(set(trained)),
        "stages trained twice": len(trained) - len(set(trained)),
        "search, s": f"{seen.ends['search']:.0f}",
        "study, s": f"{seen.ends['finals']:.0f}",
        "node-seconds": f"{node_seconds:.0f}",
        "longest a free node stayed, s": f"{kept_idle(seen):.1f} (its limit is {IDLE_SECONDS:.0f})",
        "longest a place was held in vain, s": f"{held_in_vain(seen):.1f}",
    }
    return "\n".join(f"  {name:38}{value:>8}" for name, value in rows.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5, help="at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, help="where the drawing goes")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    os.environ["RAY_AUTH_MODE"] = "disabled"
    with tempfile.TemporaryDirectory(prefix="elastic") as name:
        root = Path(name)
        assert BABEL.mirror is not None
        data = BABEL.mirror(root / "world")
        quiet, study = _longer(prepared(root / "quiet", data)), _longer(prepared(root / "elastic", data))
        play(quiet, 0, rng)
        with growing_cluster(most=MOST, idle_seconds=IDLE_SECONDS) as head:
            seen = watch(study, head, given.kills, rng)
        print(told(seen, study))
        if given.to is not None:
            given.to.write_text(nodes_svg(course(seen)))
        same, empty = numbers(study.run) == numbers(quiet.run), not seen.moments[-1][1].nodes
        print(f"\n{'the same numbers' if same else 'OTHER NUMBERS'}, {'no node left' if empty else 'NODES LEFT'}")
    sys.exit(0 if same and empty else 1)


if __name__ == "__main__":
    main()
