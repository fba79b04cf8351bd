"""What goes wrong around a study while it runs: its numbers stay. (Killed workers and drivers are in `test_run`; a
campaign of random kills is `tests/faults/campaign.py`.)"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import ray
from moto.server import ThreadedMotoServer
from pyarrow import fs

from experiments.finals import unit_work
from experiments.record import read_rows
from experiments.run import run_spec
from experiments.spec import load_spec
from experiments.study import open_study

WriteSpec = Callable[..., Path]
NumbersOf = Callable[[Path], dict[str, Any]]


class Finished(Protocol):
    """A study that nothing disturbed."""

    numbers: dict[str, Any]


def start(spec: Path, **environment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "experiments.run", str(spec)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ends_well(driver: "subprocess.Popen[str]") -> None:
    said = driver.communicate(timeout=400)[0]
    assert driver.returncode == 0, said


def stages_of(spec: Path) -> list[str]:
    folder = open_study(load_spec(spec)).folder
    return [row["key"] for row in read_rows(folder.stages)]


def wait_for_stages(spec: Path, count: int, driver: "subprocess.Popen[str]") -> None:
    while len(stages_of(spec)) < count:
        assert driver.poll() is None, "the driver ended before it was disturbed"
        time.sleep(0.05)


def test_two_drivers_on_one_store_train_every_stage_once(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    one = write_spec(tmp_path)
    other = one.with_name("twin.yaml")
    other.write_text(one.read_text().replace("name: tiny", "name: twin"))
    drivers = [start(one), start(other)]
    for driver in drivers:
        ends_well(driver)
    assert numbers_of(one) == numbers_of(other) == finished.numbers
    trained = stages_of(one) + stages_of(other)
    assert len(trained) == len(set(trained))
    assert stages_of(one) and stages_of(other), "they shared the work"


CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
print("said", cluster.address, flush=True)
nodes = []
for line in sys.stdin:
    what, *which = line.split()
    if what == "add":
        nodes.append(cluster.add_node(num_cpus=1, wait=False))
        print("said", nodes[-1].all_processes["raylet"][0].process.pid, flush=True)
    elif what == "remove":
        cluster.remove_node(nodes[int(which[0])])
        print("said", "gone", flush=True)
    else:
        free = cluster.global_state.available_resources_per_node()
        print("said", sum(not free.get(node.node_id, {"CPU": 1}).get("CPU") for node in nodes), flush=True)
cluster.shutdown()
"""


class Nodes:
    """A cluster whose head has no CPUs, and whose nodes of one CPU come and go as it is told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.address = self._answer()
        self._raylets: list[int] = []

    def add(self) -> None:
        self._raylets.append(int(self._ask("add")))

    def kill(self, number: int) -> None:
        os.kill(self._raylets[number], signal.SIGKILL)

    def remove(self, number: int) -> None:
        self._ask(f"remove {number}")

    def taken(self) -> int:
        return int(self._ask("taken"))

    def _ask(self, what: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return next(line for line in self._process.stdout if line.startswith("said ")).split()[1]


@contextmanager
def no_nodes_yet() -> Iterator[Nodes]:
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        yield Nodes(cluster)
        cluster.communicate(timeout=60)


@contextmanager
def ended(driver: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """Also when the test fails."""
    with driver:
        try:
            yield driver
        finally:
            driver.kill()


def test_a_study_waits_for_nodes_uses_those_that_come_and_survives_their_going(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec = write_spec(tmp_path, ("eta: 2}", "eta: 2, concurrency: 3}"))
    first, second = random.Random(0).sample(range(3), 2)
    with no_nodes_yet() as nodes, ended(start(spec, RAY_ADDRESS=nodes.address)) as driver:
        nodes.add()
        wait_for_stages(spec, 1, driver)
        nodes.add()
        nodes.add()
        while nodes.taken() < 3:
            assert driver.poll() is None, "the driver ended before it used all nodes"
            time.sleep(0.05)
        nodes.kill(first)
        wait_for_stages(spec, len(stages_of(spec)) + 3, driver)
        nodes.remove(second)
        ends_well(driver)
    assert numbers_of(spec) == finished.numbers
    trained = stages_of(spec)
    assert len(trained) - len(set(trained)) <= 2, "what was in work on the two, at most"


HANGING = """
import importlib.abc, importlib.util, os, sys, time

class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "trainables.stage_training":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def loaded(module):
            load(module)
            train = module.StageTrainer.train
            def hanging(self, *args):
                try:
                    os.unlink({marker!r})
                except FileNotFoundError:
                    return train(self, *args)
                time.sleep(1000)
            module.StageTrainer.train = hanging
        spec.loader.exec_module = loaded
        return spec

sys.meta_path.insert(0, Hook())
"""


def test_a_trial_that_hangs_beyond_its_limit_is_ended_and_begun_again(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    marker = tmp_path / "hang once"
    marker.touch()
    (tmp_path / "sitecustomize.py").write_text(HANGING.format(marker=str(marker)))
    spec = write_spec(tmp_path)
    spec.write_text(spec.read_text() + "resources: {stage_minutes: 0.1}\n")
    ends_well(start(spec, PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])))
    assert not marker.exists(), "somebody hung"
    assert numbers_of(spec) == finished.numbers


def test_clocks_of_nodes_do_not_matter(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec = write_spec(tmp_path)
    driver = start(spec)
    wait_for_stages(spec, 6, driver)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    before = stages_of(spec)
    for place, record in enumerate(sorted(open_study(load_spec(spec)).store.root.glob("??/*/record.json"))):  # type: ignore[attr-defined]
        moment = time.time() + (86_400 if place % 2 else -86_400)  # written by nodes a day ahead and a day behind
        for file in record.parent.iterdir():
            os.utime(file, (moment, moment))
    ends_well(start(spec))
    assert numbers_of(spec) == finished.numbers
    assert not set(before) & set(stages_of(spec)[len(before) :]), "what was stored was found"


def test_a_study_in_an_object_store_gives_the_same_numbers(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        query = f"endpoint_override=http://{host}:{port}&region=us-east-1&allow_bucket_creation=true"
        filesystem, _ = fs.FileSystem.from_uri(f"s3://me:secret@studies?{query}")
        filesystem.create_dir("studies")
        spec = write_spec(tmp_path)
        spec.write_text(spec.read_text() + f"store: 's3://me:secret@studies/stages?{query}'\n")
        assert run_spec(spec) == 0
        assert numbers_of(spec) == finished.numbers
        stored = set(open_study(load_spec(spec)).store.entries())
        assert stored == set(stages_of(spec))
        assert run_spec(spec) == 0, "and again"
        assert not (tmp_path / "runs" / "store").exists()
    finally:
        server.stop()


def test_a_unit_of_the_finals_whose_nodes_went_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(reference: object) -> None:
        raise ray.exceptions.NodeDiedError("the node is dead")

    monkeypatch.setattr(unit_work.ray, "get", gone)
    outcome = unit_work._outcome(object())
    assert "busy" in outcome and outcome["lost"]
    lost: Counter[str] = Counter()
    tries = [unit_work._counted(outcome, "unit", lost) for _ in range(unit_work.MAX_NODES)]
    assert ["failed" in one for one in tries] == [False] * (unit_work.MAX_NODES - 1) + [True]
    unit_work._counted({"scores": []}, "another", lost)
    assert "busy" in unit_work._counted(outcome, "unit", lost), "there was progress"
