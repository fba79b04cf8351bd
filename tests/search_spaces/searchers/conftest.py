"""A simulated study, and plans by the names of their tasks."""

from collections.abc import Callable

import pytest

from search_spaces.plan import Plan, Stage, mixture
from search_spaces.searchers.landscapes import KINDS, Landscape
from search_spaces.searchers.table import SimulatedTable


@pytest.fixture
def table() -> SimulatedTable:
    return SimulatedTable(Landscape(kind=KINDS["moderate"], seed=3))


@pytest.fixture
def path() -> Callable[..., Plan]:
    """`path("a", "b+c")`: a, then b and c mixed."""

    def made(*stages: str, rate: float = 1e-3, steps: int = 8) -> Plan:
        mixtures = [mixture({task: 1.0 for task in stage.split("+")}) for stage in stages]
        return Plan(trunk=tuple(Stage(mixture=m, learning_rate=rate, steps=steps) for m in mixtures), targets=())

    return made
