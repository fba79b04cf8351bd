"""What goes wrong around a study while it runs: its numbers stay. (Killed workers and drivers are in `test_run`; a
campaign of random kills is `tests/faults/campaign.py`.)"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from moto.server import ThreadedMotoServer
from pyarrow import fs

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
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
node = cluster.add_node(num_cpus=1)
print(cluster.address, node.all_processes["raylet"][0].process.pid, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@contextmanager
def cluster_of_two() -> Iterator[tuple[str, int]]:
    """Its address, and the pid of the second node's raylet."""
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        assert cluster.stdout is not None
        line = next(line for line in cluster.stdout if ":" in line and line.split()[-1].isdecimal())
        address, pid = line.split()
        yield address, int(pid)
        cluster.communicate(timeout=60)


def test_a_node_that_is_lost_takes_no_number_with_it(
    finished: Finished, write_spec: WriteSpec, tmp_path: Path, numbers_of: NumbersOf
) -> None:
    spec = write_spec(tmp_path)
    with cluster_of_two() as (address, raylet):
        driver = start(spec, RAY_ADDRESS=address)
        wait_for_stages(spec, 4, driver)
        os.kill(raylet, signal.SIGKILL)
        ends_well(driver)
    assert numbers_of(spec) == finished.numbers
    trained = stages_of(spec)
    assert len(trained) - len(set(trained)) <= 1, "what was in work there, at most"


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
