"""Errors along a planted law."""

from collections.abc import Callable

import numpy as np
import pytest

from analysis.scaling.points import Point

SIZES = (1e5, 3e5, 1e6, 3e6, 1e7)


@pytest.fixture
def planted() -> Callable[..., list[Point]]:
    """Error = floor + 4000 * size**-0.4 * data**-b, times luck."""

    def draw(
        *, floor=10.0, b=0.0, group="", sizes=SIZES, data=(None,), seeds=4, noise=0.01, draw_seed=0
    ) -> list[Point]:
        rng = np.random.default_rng(draw_seed)

        def error(size: float, amount: float | None) -> float:
            falling = 4000.0 * size**-0.4 * (1.0 if amount is None else amount**-b)
            return float((floor + falling) * np.exp(rng.normal(0.0, noise)))

        return [
            Point(size=size, data=amount, seed=seed, error=error(size, amount), group=group)
            for size in sizes
            for amount in data
            for seed in range(seeds)
        ]

    return draw
