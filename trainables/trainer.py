"""Where naming stages and training them meet: what a `StageRunner` asks of whoever trains. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from search_spaces.plan import Stage

if TYPE_CHECKING:
    from trainables.model import MultiHeadModel


class Begun(NamedTuple):
    """The first steps of a stage, stored: a shorter version of it, or a part."""

    path: Path
    steps: int


class Keeper(Protocol):
    """Keeps a stage in training now and then."""

    def is_due(self, steps: int) -> bool:
        """Should the stage be kept after so many steps?"""
        ...

    def keep(self, steps: int, write: Callable[[Path], None]) -> None:
        """Keep what `write` puts into a folder: weights and optimiser state after so many steps."""
        ...


class TrainedStage(Protocol):
    """What training made."""

    @property
    def examples(self) -> int:
        """Examples trained on."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """For the record, as plain JSON values."""
        ...

    def save(self, folder: Path) -> None:
        """Write weights and what is needed to go on."""
        ...


class Trainer(Protocol):
    """Trains and loads models; knows neither keys nor the store."""

    def train(self, stage: Stage, start: Path | None, begun: Begun | None, keeper: Keeper) -> TrainedStage:
        """Train to the stage's end: from the start's encoder with fresh heads, or from its first steps."""
        ...

    def load(self, path: Path | None, tasks: Sequence[str]) -> MultiHeadModel:
        """The model of a stored stage with the heads of its tasks; the bare encoder for no path."""
        ...
