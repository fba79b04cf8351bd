"""A toy space and what surrounds it."""

from collections.abc import Callable
from typing import Any

import pytest

from search_spaces.space import Setting, Space
from search_spaces.target import Target


@pytest.fixture
def setting() -> Setting:
    return Setting(targets=("mnli", "panx"), sizes={"mnli": 400_000, "qqp": 300_000, "ccg": 40_000})


@pytest.fixture
def space() -> Callable[..., Space]:
    """Three tasks in any order of any length, two learning rates; arguments replace fields."""

    def make(**fields: Any) -> Space:
        defaults: dict[str, Any] = {
            "tasks": ("mnli", "qqp", "ccg"),
            "lengths": (0, 1, 2, 3),
            "learning_rates": (1e-3, 2e-3),
            "steps": (90,),
            "target": Target(learning_rates=(1e-3,), steps=120),
        }
        return Space(**{**defaults, **fields})

    return make
