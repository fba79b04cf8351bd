"""Two processes with gloo on CPU stand in for two GPUs."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from evaluators.babel.suite import BABEL
from evaluators.reading import read
from evaluators.source import DataSource
from search_spaces.plan import Stage
from trainables.build import build_encoder
from trainables.encoder_source import EncoderSource, encoder_fingerprint
from trainables.loop import TrainingDiverged
from trainables.parallel import ParallelTrainer
from trainables.recipe import Recipe
from trainables.settings import Training
from trainables.stage_training import StageTrainer
from trainables.texts import texts_of
from trainables.trainer import Begun

MIXED = Stage(mixture=(("mnli", 0.5), ("udpos", 0.5)), learning_rate=2e-3, steps=12)


@dataclass
class Kept:
    """Keeps every part in a folder of its own."""

    folder: Path
    every: int = 10**9
    seen: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    def is_due(self, steps: int) -> bool:
        self.seen.append(steps)
        return steps % self.every == 0

    def keep(self, steps: int, write: Callable[[Path], None]) -> None:
        folder = self.folder / str(steps)
        folder.mkdir()
        write(folder)
        self.kept.append(steps)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> StageTrainer:
    folder = tmp_path_factory.mktemp("parallel")
    assert BABEL.mirror is not None
    data = DataSource(root=BABEL.mirror(folder))
    recipe = Recipe(layers=1, hidden=16, heads=2, feed_forward=16, vocabulary=400, steps=2, learning_rate=4e-3)
    texts = texts_of(read(BABEL.training_task("mlm"), "train", "en", data).examples[:200])
    encoder = EncoderSource(name=str(build_encoder(replace(recipe, dropout=0.0), texts, folder / "encoder")))
    return StageTrainer(
        suite=BABEL,
        data=data,
        encoder=encoder,
        fingerprint=encoder_fingerprint(encoder),
        training=Training(batch_size=7, max_examples=64, max_length_tokens=64),
        seed=0,
        cache=folder / "cache",
        keep_optimizer=True,
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def test_two_processes_follow_the_loss_of_one_and_go_on_from_its_part(trainer: StageTrainer, tmp_path: Path) -> None:
    both = ParallelTrainer(trainer, 2)
    one, two = Kept(tmp_path / "one", every=5), Kept(tmp_path / "two", every=5)
    for kept in (one, two):
        kept.folder.mkdir()
    alone, together = trainer.train(MIXED, None, None, one), both.train(MIXED, None, None, two)
    assert together.examples == alone.examples == 12 * 7
    assert together.facts["losses"] == pytest.approx(alone.facts["losses"], rel=1e-4)
    for name, finished in (("alone", alone), ("together", together)):
        (tmp_path / name).mkdir()
        finished.save(tmp_path / name)
    assert {file.name for file in (tmp_path / "together").iterdir()} == {"model.safetensors", "optimizer.safetensors"}
    for name, tensor in weights(tmp_path / "alone").items():
        torch.testing.assert_close(weights(tmp_path / "together")[name], tensor, atol=2e-4, rtol=1e-3)
    assert two.seen == list(range(1, 12))
    assert len(two.kept) == 2, "it may be a step late"
    begun = Begun(one.folder / "10", 10)
    rest = both.train(MIXED, None, begun, Kept(tmp_path))
    (tmp_path / "rest").mkdir()
    rest.save(tmp_path / "rest")
    assert rest.examples == 2 * 7
    for name, tensor in weights(tmp_path / "alone").items():
        torch.testing.assert_close(weights(tmp_path / "rest")[name], tensor, atol=2e-4, rtol=1e-3)


def test_a_mistake_of_the_ranks_is_that_of_one_process(trainer: StageTrainer, tmp_path: Path) -> None:
    wild = ParallelTrainer(replace(trainer, training=replace(trainer.training, weight_decay=1e30)), 2)
    with pytest.raises(TrainingDiverged, match="lower the rate or lengthen the warm-up"):
        wild.train(MIXED, None, None, Kept(tmp_path))
    lost = ParallelTrainer(replace(trainer, data=DataSource(root=tmp_path)), 2)
    with pytest.raises(Exception, match="mnli"):
        lost.train(MIXED, None, None, Kept(tmp_path))


TRIAL = """
import pickle, sys
from pathlib import Path
from types import SimpleNamespace
from evaluators.babel.suite import BABEL
from trainables.parallel import ParallelTrainer
from trainables.stage_training import StageTrainer
parts, stage = pickle.loads(Path(sys.argv[1]).read_bytes())
told = SimpleNamespace(is_due=lambda steps: print(steps, flush=True))
ParallelTrainer(StageTrainer(suite=BABEL, **parts), 2).train(stage, None, None, told)
"""


def ranks_of(folder: Path) -> list[int]:
    """Processes that were started for a call whose files lie under this folder."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                command = (place / "cmdline").read_text()
            except OSError:
                continue
            if "trainables.rank_process" in command and str(folder) in command:
                found.append(int(place.name))
    return found


def test_ranks_end_with_the_trial_that_is_killed(trainer: StageTrainer, tmp_path: Path) -> None:
    endless = replace(MIXED, steps=10**6)
    parts = {part.name: getattr(trainer, part.name) for part in fields(trainer) if part.init and part.name != "suite"}
    (tmp_path / "work").write_bytes(pickle.dumps((parts, endless)))
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", TRIAL, str(tmp_path / "work")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        assert len(ranks_of(tmp_path)) >= 2
        process.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 60
        while ranks_of(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert ranks_of(tmp_path) == []
