"""A space, a record and a driver's ledger, without ray."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.ledger import Ledger
from experiments.proposals import Optuna
from experiments.record import RunFolder
from experiments.settings import Search
from search_spaces.ladder import Ladder
from search_spaces.space import Setting, Space
from search_spaces.target import Target

SPACE = Space(
    tasks=("mnli", "qqp", "ccg"),
    lengths=(1, 2),
    learning_rates=(1e-3, 5e-4, 1e-4),
    steps=(9,),
    target=Target(learning_rates=(2e-3,), steps=9),
)
SETTING = Setting(targets=("xnli", "udpos"), sizes={"mnli": 100, "qqp": 50, "ccg": 20})


@pytest.fixture
def open_ledger(tmp_path: Path) -> Callable[..., Ledger]:
    """Opens the ledger of one run folder; again = a restart."""

    def opened(*, stored: bool = False, **search: object) -> Ledger:
        settings = Search(**{"trials": 6, "searcher": "random", "selector": "en-dev", **search})  # type: ignore[arg-type]
        folder = RunFolder(tmp_path / "run")
        folder.path.mkdir(exist_ok=True)
        optuna = Optuna(
            SPACE,
            SETTING,
            settings,
            name="tiny",
            url=f"sqlite:///{folder.study}" if stored else "sqlite:///:memory:",
            owner="me",
        )
        return Ledger(folder, space=SPACE, setting=SETTING, search=settings, rungs=Ladder().rungs, optuna=optuna)

    return opened
