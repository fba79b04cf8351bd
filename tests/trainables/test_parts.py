"""A stage that was ended in its middle goes on from its last part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from search_spaces.plan import Stage, mixture
from trainables.parts import Pace
from trainables.settings import Training
from trainables.stages import StageRunner
from trainables.store import FolderStore, StoreError
from trainables.trainer import Begun, Keeper, TrainedStage, Trainer

Make = Callable[..., StageRunner]
MIXED = Stage(mixture=mixture({"same": 1.0, "other": 2.0}), learning_rate=1e-3, steps=40)


def files(path: Path | None) -> dict[str, bytes]:
    assert path is not None
    return {file.name: file.read_bytes() for file in path.iterdir() if file.suffix == ".safetensors"}


class Killed(Exception):
    """Instead of a signal."""


@dataclass
class KilledAfter:
    """The real trainer, until a stage has been kept so often."""

    trainer: Trainer
    parts: int
    kept: list[int] = field(default_factory=list)

    def train(self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper) -> TrainedStage:
        def keep(steps: int, write: Callable[[Path], None]) -> None:
            keeper.keep(steps, write)
            self.kept.append(steps)
            if len(self.kept) == self.parts:
                raise Killed

        return self.trainer.train(stage, start, begun, SimpleNamespace(is_due=keeper.is_due, keep=keep))

    def load(self, path: Path | None, tasks: Sequence[str]) -> Any:
        return self.trainer.load(path, tasks)


def killed(runner: StageRunner, parts: int) -> list[int]:
    """Trains until the stage was kept so often; the steps after which it was."""
    trainer = KilledAfter(cast(Trainer, runner._trainer), parts)
    broken = replace(runner, trainer=trainer)
    with pytest.raises(Killed):
        broken.run(MIXED, start=broken.start)
    return trainer.kept


@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_a_killed_stage_goes_on_from_its_last_part_to_the_same_bytes(
    stage_runner: Make, tmp_path: Path, schedule: Literal["constant", "linear"]
) -> None:
    training = Training(batch_size=8, max_length_tokens=32, schedule=schedule)
    often = stage_runner(training=training, pace=Pace(seconds=0.0))
    assert killed(often, 1) == [2], "a twentieth of the stage"
    assert killed(often, 3) == [4, 6, 8], "it went on from there"
    end = often.run(MIXED, start=often.start)
    whole = stage_runner(training=training, store=FolderStore(tmp_path / "another"))
    assert files(end.path) == files(whole.run(MIXED, start=whole.start).path)
    assert often.steps == 40 - 8
    assert list(often.store.entries()) == [end.key], "parts are gone"
    assert often.store.lengths(end.key) == []


def test_a_spoilt_part_is_put_away_and_the_stage_begins_again(stage_runner: Make) -> None:
    stages = stage_runner(pace=Pace(seconds=0.0))
    killed(stages, 2)
    (part,) = stages.store.entries()
    next(cast(FolderStore, stages.store).path(part).glob("opt*")).write_bytes(b"spoilt")
    stages.run(MIXED, start=stages.start)
    assert stages.steps == 40
    assert [name.partition(".")[0] for name in stages.store.quarantined()] == [part]


def test_a_stage_is_kept_once_when_its_node_is_told_to_go(stage_runner: Make) -> None:
    stages = stage_runner(pace=Pace(seconds=None, node_leaves=lambda: True))
    assert killed(stages, 1) == [1]
    unhurried = stage_runner(pace=Pace(seconds=3600.0))
    unhurried.run(MIXED, start=unhurried.start)
    assert unhurried.steps == 39, "and only the last step of it was not lost"


def test_a_store_that_refuses_a_part_stops_no_training(
    stage_runner: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish, refused = FolderStore.publish, []

    def refusing(self: FolderStore, key: str, write: Callable[[Path], None], record: Mapping[str, Any]) -> Path:
        if "part_of" in record["content"]:
            refused.append(key)
            raise StoreError("the disk is full")
        return publish(self, key, write, record)

    monkeypatch.setattr(FolderStore, "publish", refusing)
    stages = stage_runner(pace=Pace(seconds=0.0))
    assert stages.run(MIXED, start=stages.start).path is not None
    assert refused
    assert "could not be kept: the disk is full" in caplog.text
