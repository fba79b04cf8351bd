"""A space, a record and a driver's ledger without ray; a tiny study with one Ray session for all tests of a process."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evaluators.babel.suite import BABEL
from experiments.planning.forecast import forecast_of
from experiments.ray_session import ray_session
from experiments.record import RunFolder, read_rows
from experiments.run import run_spec
from experiments.search.ledger import Ledger
from experiments.search.proposals import Optuna
from experiments.spec import load_spec
from experiments.spec.settings import Resources, Search
from experiments.study import open_study
from search_spaces.ladder import Ladder
from search_spaces.space import Setting, Space
from search_spaces.target import Target
from trainables.recipe import Recipe

SPACE = Space(
    tasks=("mnli", "qqp", "ccg"),
    lengths=(1, 2),
    learning_rates=(1e-3, 5e-4, 1e-4),
    steps=(9,),
    target=Target(learning_rates=(2e-3,), steps=9),
)
SETTING = Setting(targets=("xnli", "udpos"), sizes={"mnli": 100, "qqp": 50, "ccg": 20})

TINY = """\
name: tiny
suite: babel
encoder: {encoder}
data: {data}
targets: [udpos, pawsx, tatoeba]
space:
  tasks: [mnli, ccg]
  lengths: [1, 2]
  learning_rates: [1.0e-3, 5.0e-4]
  steps: [9]
  target: {{learning_rates: [2.0e-3], steps: 9}}
training: {{batch_size: 8, max_examples: 64, max_length_tokens: 64}}
search: {{trials: 4, searcher: random, selector: pivot-dev, eta: 2}}
finals: {{winners: 1, seeds: [101], target_steps: 4, controls: [direct]}}
evaluation: {{dev_examples: 8, final_examples: 8}}
runs: {runs}
"""


@pytest.fixture
def open_ledger(tmp_path: Path) -> Callable[..., Ledger]:
    """Opens the ledger of one run folder; again = a restart."""

    def opened(*, stored: bool = False, **search: object) -> Ledger:
        chosen = {"trials": 6, "searcher": "random", "selector": "en-dev", **search}
        settings = Search(**chosen)  # type: ignore[arg-type]
        folder = RunFolder(tmp_path / "run")
        folder.path.mkdir(exist_ok=True)
        url = f"sqlite:///{folder.study}" if stored else "sqlite:///:memory:"
        optuna = Optuna(SPACE, SETTING, settings, name="tiny", url=url, owner="me")
        return Ledger(folder, space=SPACE, setting=SETTING, search=settings, rungs=Ladder().rungs, optuna=optuna)

    return opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The offline suite's files."""
    assert BABEL.mirror is not None
    return BABEL.mirror(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory, world: Path) -> Path:
    """An encoder that knows next to nothing, in a second or two."""
    from evaluators.reading import read
    from evaluators.source import DataSource
    from trainables.build import build_encoder
    from trainables.texts import texts_of

    recipe = Recipe(layers=1, hidden=16, heads=2, feed_forward=16, vocabulary=400, steps=4, learning_rate=4e-3)
    examples = read(BABEL.training_task("mlm"), "train", "en", DataSource(root=world)).examples[:300]
    return build_encoder(recipe, texts_of(examples), tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="session")
def ray_room() -> Iterator[int]:
    """One Ray for all tests; runs inside it join it."""
    with ray_session(Resources(), concurrency=2) as room:
        yield room


@contextmanager
def _head(*flags: str, gcs: int | None = None, **variables: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    folder = tempfile.mkdtemp(prefix="cairn-")  # short: paths of sockets are limited
    ports = [gcs or free_port(), *(free_port() for _ in range(3))]
    names = ("port", "dashboard-port", "dashboard-agent-listen-port", "ray-client-server-port")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "PYTHONPATH"))},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HF_HUB_OFFLINE": "1",
        **variables,
    }
    command = ["ray", "start", "--head", "--block", "--disable-usage-stats", "--dashboard-host=127.0.0.1"]
    command += [f"--temp-dir={folder}", *(f"--{name}={port}" for name, port in zip(names, ports, strict=True)), *flags]
    with Path(folder, "head.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        by = time.monotonic() + 120
        while not _answers(ports[1]):
            assert process.poll() is None and time.monotonic() < by, Path(folder, "head.log").read_text()
            time.sleep(0.2)
        yield ports[0], ports[1], environment
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session", name="free_port")
def free_port_fixture() -> Callable[[], int]:
    """Gives a port that nobody listens on."""
    return free_port


@pytest.fixture(scope="session")
def start_head() -> Callable[..., AbstractContextManager[tuple[int, int, dict[str, str]]]]:
    """`with start_head(*flags, **variables) as (port, dashboard's port, environment)`: the head of a cluster.

    It has ports and a folder of its own, and is ended by its process id.
    """
    return _head


@pytest.fixture(scope="session")
def write_spec(world: Path, tiny_encoder: Path) -> Callable[..., Path]:
    """Writes the spec of a study of seconds into a folder, with its runs beside it."""

    def written(folder: Path, *replacements: tuple[str, str]) -> Path:
        text = TINY.format(encoder=tiny_encoder, data=world, runs=folder / "runs")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tiny.yaml").write_text(text)
        return folder / "tiny.yaml"

    return written


class Finished(NamedTuple):
    """A study that nothing disturbed, and what was planned for it."""

    spec: Path
    planned: dict[str, Any]
    numbers: dict[str, Any]


@pytest.fixture(scope="session")
def numbers_of() -> Callable[[Path], dict[str, Any]]:
    """Gives everything of a study that must not depend on disturbances."""

    def numbers(spec: Path) -> dict[str, Any]:
        folder = open_study(load_spec(spec)).folder
        rows = read_rows(folder.scores)
        keys = ("phase", "trial", "rung", "arm", "seed", "task", "language", "split", "metric")
        scores = {tuple(row[key] for key in keys): row["value"] for row in rows}
        assert len(scores) == len(rows), "a score was written twice"
        ended = {r["trial"]: (r["status"], r["rung"]) for r in read_rows(folder.trials) if r["event"] == "ended"}
        return {"scores": scores, "ended": ended}

    return numbers


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory,
    write_spec: Callable[..., Path],
    ray_room: int,
    numbers_of: Callable[[Path], dict[str, Any]],
) -> Finished:
    """The small study, run once."""
    spec = write_spec(tmp_path_factory.mktemp("undisturbed"))
    planned = forecast_of(open_study(load_spec(spec))).as_json()
    assert run_spec(spec) == 0
    return Finished(spec, planned, numbers_of(spec))
