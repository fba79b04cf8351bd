import errno
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow.parquet as pq
import pytest

from evaluators.source import DataSource
from evaluators.tasks import find
from search_spaces.count import Run, StageCounter
from search_spaces.ladder import Ladder
from search_spaces.plan import Plan, Stage, mixture
from trainables.settings import Hardware, Training
from trainables.stage_training import StageTrainer
from trainables.stages import Checkpoint, StageGone, StageRunner
from trainables.store import FolderStore, StoreError
from trainables.trainer import Begun, Keeper


def stage(steps: int = 90, learning_rate: float = 1e-3, **weights: float) -> Stage:
    return Stage(mixture=mixture(weights), learning_rate=learning_rate, steps=steps)


@dataclass
class Noted:
    """Instead of weights, a line for every stretch of training behind them."""

    text: str
    examples: int
    facts: dict[str, Any] = field(default_factory=lambda: {"micro_batches": {}})

    def save(self, folder: Path) -> None:
        (folder / "model.safetensors").write_text(self.text)


@dataclass
class NotingTrainer:
    """Notes what it is asked for."""

    calls: list[str] = field(default_factory=list)

    def train(self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper) -> Noted:
        before = "" if start is None else (start / "model.safetensors").read_text()
        done = begun.steps if begun else 0
        self.calls.append(f"{'+'.join(stage.tasks)} {done}-{stage.steps}")
        return Noted(f"{before}{'+'.join(stage.tasks)} {stage.steps}\n", examples=(stage.steps - done) * 32)

    def load(self, path: Path | None, tasks: Sequence[str]) -> Any:
        return ("" if path is None else (path / "model.safetensors").read_text()), tuple(tasks)


Make = Callable[..., StageRunner]


@pytest.fixture
def runner(stage_runner: Make) -> Make:
    """Runners that only note what they are asked to train, unless told otherwise."""

    def make(**fields: Any) -> StageRunner:
        return stage_runner(**{"trainer": NotingTrainer(), **fields})

    return make


def calls(runner: StageRunner) -> list[str]:
    assert isinstance(runner.trainer, NotingTrainer)
    return runner.trainer.calls


def run_all(runner: StageRunner, plan: Plan) -> list[Checkpoint]:
    checkpoint, ends = runner.start, []
    for each in plan.trunk:
        checkpoint = runner.run(each, start=checkpoint)
        ends.append(checkpoint)
    return ends + [runner.run(each, start=checkpoint) for each in plan.targets]


def test_a_stage_is_trained_once_and_then_found(runner: Make) -> None:
    first, second = runner(), runner()
    one, two = (each.run(stage(same=1), start=each.start) for each in (first, second))
    assert one == two and one.path is not None and one.path.is_dir()
    assert (first.trained, first.found, first.steps, first.examples) == (1, 0, 90, 90 * 32)
    assert (second.trained, second.found, second.steps, second.examples) == (0, 1, 0, 0)


def test_a_stage_starts_where_the_one_before_ended(runner: Make) -> None:
    stages = runner()
    end = run_all(stages, Plan(trunk=(stage(same=1), stage(30, other=1, same=1)), targets=()))[-1]
    assert stages.load(end) == ("same 90\nother+same 30\n", ("other", "same"))
    assert stages.load(stages.start) == ("", ())


def test_branches_of_targets_share_their_trunk(runner: Make) -> None:
    stages = runner()
    run_all(stages, Plan(trunk=(stage(same=1),), targets=(stage(5, same=1), stage(5, other=1))))
    run_all(stages, Plan(trunk=(stage(same=1),), targets=(stage(5, other=1),)))
    assert (stages.trained, stages.found) == (3, 2)


def test_a_longer_stage_goes_on_from_the_longest_stored_shorter_one(runner: Make) -> None:
    stages = runner()
    for steps in (10, 30, 90, 60):
        stages.run(stage(steps, same=1), start=stages.start)
    assert calls(stages) == ["same 0-10", "same 10-30", "same 30-90", "same 30-60"]
    assert stages.steps == 10 + 20 + 60 + 30


def test_only_the_same_stage_from_the_same_start_is_continued(runner: Make) -> None:
    stages = runner()
    begun = stages.run(stage(10, same=1), start=stages.start)
    stages.run(stage(90, other=1), start=stages.start)
    stages.run(stage(90, same=1, learning_rate=2e-3), start=stages.start)
    stages.run(stage(90, same=1), start=begun)
    other_seed = runner(seed=1)
    other_seed.run(stage(90, same=1), start=other_seed.start)
    assert calls(stages) + calls(other_seed) == ["same 0-10", "other 0-90", "same 0-90", "same 0-90", "same 0-90"]


def test_a_schedule_that_looks_ahead_trains_every_length_by_itself(runner: Make) -> None:
    stages = runner(training=Training(schedule="linear"))
    for steps in (10, 30):
        stages.run(stage(steps, same=1), start=stages.start)
    assert calls(stages) == ["same 0-10", "same 0-30"]


def test_a_bad_shorter_stage_is_not_continued(runner: Make, caplog: pytest.LogCaptureFixture) -> None:
    stages = runner()
    shorter = stages.run(stage(10, same=1), start=stages.start)
    assert shorter.path is not None
    (shorter.path / "model.safetensors").write_text("something else")
    with caplog.at_level(logging.WARNING):
        stages.run(stage(90, same=1), start=stages.start)
    assert calls(stages) == ["same 0-10", "same 0-90"]
    assert "will be trained again" in caplog.text


def test_a_bad_stage_is_trained_again(runner: Make) -> None:
    stages = runner()
    end = stages.run(stage(same=1), start=stages.start)
    assert end.path is not None
    (end.path / "record.json").write_text("{")
    assert stages.run(stage(same=1), start=stages.start) == end
    assert (stages.trained, stages.found) == (2, 0)


def test_a_start_that_is_spoilt_after_it_was_found_is_gone_and_no_mystery(runner: Make) -> None:
    stages = runner()
    first = stages.run(stage(same=1), stages.start)
    assert first.path is not None
    next(first.path.glob("model*")).write_bytes(b"spoilt")
    with pytest.raises(StageGone, match="left the store while it was in use"):
        stages.run(stage(other=1), first)
    again = stages.run_all([stage(same=1), stage(other=1)], stages.start)
    assert stages.store.open(again.key)
    assert stages.stored.count(first.key) == 2


def test_what_lies_before_the_last_stored_stage_is_not_needed(runner: Make) -> None:
    stages = runner()
    first = stages.run(stage(same=1), stages.start)
    second = stages.run(stage(other=1), first)
    stages.store.remove(first.key)
    again = runner()
    assert again.run_all([stage(same=1), stage(other=1)], again.start) == second
    assert (again.trained, again.found) == (0, 2)


def test_a_full_disk_is_said_and_leaves_no_entry(runner: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Noted, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Noted, "save", full)
    stages = runner()
    with pytest.raises(StoreError, match="is full"):
        stages.run(stage(same=1), start=stages.start)
    assert list(stages.store.entries()) == [] and stages.trained == 0


def test_the_record_explains_the_key(runner: Make) -> None:
    stages = runner()
    end = stages.run(stage(same=1), start=stages.start)
    entry = stages.store.open(end.key)
    assert entry is not None
    assert entry.record["content"]["stage"] == {"learning_rate": 1e-3, "mixture": {"same": 1.0}}
    assert entry.record["content"]["stop"] == 90
    assert {"torch", "transformers", "cairn-search"} == set(entry.record["versions"])


def test_other_bytes_of_the_data_make_another_stage(runner: Make, tmp_path: Path, toy_mirror: Path) -> None:
    table = pq.read_table(toy_mirror / "toy" / "same" / "main" / "train.parquet")
    file = tmp_path / "toy" / "same" / "main" / "train.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(table.slice(1), file)
    here, there = runner(), runner(data=DataSource(root=tmp_path))
    assert here.key(stage(same=1), here.start) != there.key(stage(same=1), there.start)


def test_what_is_counted_is_what_is_trained(runner: Make) -> None:
    plans = [
        Plan(trunk=(stage(same=1), stage(other=1)), targets=(stage(45, same=1, other=1),)),
        Plan(trunk=(stage(same=1),), targets=(stage(45, same=1, other=1),)),
        Plan(trunk=(), targets=(stage(45, same=1, other=1),)),
    ]
    runs = [Run(rung.of(plan), 0) for plan in plans for rung in Ladder().rungs]
    stages = runner()

    def key_of(start: str | None, stage: Stage, seed: int) -> str:
        return stages.key(stage, Checkpoint(start or stages.start.key, None))

    counter = StageCounter(continues=True, key_of=key_of, known=stages.store.has, examples_a_step=lambda stage: 32)
    forecast = counter.count(runs)
    for plan, _ in runs:
        run_all(stages, plan)
    assert (stages.trained, stages.trained + stages.found) == (forecast.to_train, forecast.naive)
    assert (stages.steps, stages.examples) == (forecast.steps_to_train, forecast.examples_to_train)
    assert counter.count(runs).to_train == 0


def test_naming_stages_loads_no_torch() -> None:
    code = "import sys, trainables.stages; sys.exit('torch' in sys.modules or 'ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# With the real loop


def files(path: Path | None) -> dict[str, bytes]:
    assert path is not None
    return {file.name: file.read_bytes() for file in path.iterdir() if file.suffix == ".safetensors"}


@pytest.mark.parametrize("mixed", [{"same": 1.0}, {"same": 1.0, "other": 2.0}])
def test_training_in_one_go_or_in_three_gives_the_same_bytes(
    runner: Make, tmp_path: Path, mixed: dict[str, float]
) -> None:
    in_parts, in_one_go = runner(trainer=None), runner(trainer=None, store=FolderStore(tmp_path / "another"))
    for steps in (3, 8, 20):
        parts = in_parts.run(stage(steps, **mixed), start=in_parts.start)
    whole = in_one_go.run(stage(20, **mixed), start=in_one_go.start)
    assert in_parts.steps == in_one_go.steps == 20 and in_parts.trained == 3
    assert parts.key == whole.key
    assert files(parts.path) == files(whole.path)
    assert set(files(whole.path)) == {"model.safetensors", "optimizer.safetensors"}


def test_a_second_stage_has_fresh_heads_on_the_trained_encoder(runner: Make) -> None:
    import torch

    stages = runner(trainer=None)
    first = stages.run(stage(5, same=1), start=stages.start)
    second = stages.run(stage(1, same=1, learning_rate=1e-9), start=first)
    fresh = stages.run(stage(1, same=1, learning_rate=1e-9), start=stages.start)
    one, two, new = (stages.load(checkpoint).state_dict() for checkpoint in (first, second, fresh))
    heads = [name for name in one if name.startswith("heads.") and one[name].ndim == 2]
    weights = [name for name in one if name.startswith("encoder.") and one[name].ndim == 2]
    assert heads and weights
    assert all(torch.allclose(two[name], new[name], atol=1e-6) for name in heads)
    assert all(torch.allclose(two[name], one[name], atol=1e-6) for name in weights)
    assert any(not torch.allclose(two[name], new[name], atol=1e-6) for name in weights)


def test_the_encoder_itself_is_never_changed(runner: Make) -> None:
    stages = runner(trainer=None)
    before = {name: tensor.clone() for name, tensor in stages.load(stages.start).state_dict().items()}
    stages.run(stage(5, same=1), start=stages.start)
    after = stages.load(stages.start).state_dict()
    assert all(before[name].equal(after[name]) for name in before)


def test_a_linear_schedule_stores_no_optimiser(runner: Make) -> None:
    stages = runner(trainer=None, training=Training(batch_size=8, max_length_tokens=32, schedule="linear"))
    assert set(files(stages.run(stage(5, same=1), start=stages.start).path)) == {"model.safetensors"}


def test_activations_that_are_computed_again_change_no_byte(runner: Make, tmp_path: Path) -> None:
    plain, again = runner(trainer=None), runner(trainer=None, store=FolderStore(tmp_path / "another"))
    again.hardware = Hardware(activation_checkpointing=True)
    one, other = (stages.run(stage(5, same=1), start=stages.start) for stages in (plain, again))
    assert files(one.path) == files(other.path)
    trainer = cast(StageTrainer, again._trainer)
    finished = trainer.train(stage(1, same=1), None, None, SimpleNamespace(is_due=lambda steps: False))
    assert finished.model.encoder.is_activation_checkpointing
    assert not trainer._model(("same",)).encoder.is_activation_checkpointing, "what is copied stays as it was"


def test_tags_that_a_declaration_leaves_open_are_those_of_the_data(runner: Make, tmp_path: Path) -> None:
    file = tmp_path / "local" / "ccgbank" / "default" / "train.txt"
    file.parent.mkdir(parents=True)
    file.write_text("the dog\tNP/N N\nred dog\tN/N N\n", encoding="utf-8")
    suite = replace(runner().suite, training={"ccg": find("ccg")})
    stages = runner(trainer=None, suite=suite, data=DataSource(root=tmp_path))
    model = stages.load(stages.run(stage(2, ccg=1), start=stages.start))
    assert model.labels["ccg"] == ("N", "N/N", "NP/N")
