"""What every grid of values must be: not empty, each value once, each inside its range."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def check_grid(name: str, values: Sequence[float], *, allowed: Callable[[float], bool], rule: str) -> None:
    """Raise ValueError unless `values` is a grid; `rule` says in words what `allowed` tests."""
    if not values:
        raise ValueError(f"{name} is empty; give at least one value (one value fixes it)")
    if len(set(values)) < len(values):
        raise ValueError(f"{name} is {list(values)}, which repeats a value; give each once")
    for value in values:
        if not math.isfinite(value) or not allowed(value):
            raise ValueError(f"{name} has the value {value}; each must be {rule}")
