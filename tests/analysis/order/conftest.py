"""Tables of orders by their spelling: `tabled({"ab": [..], "ba": [..]})` has a score a seed."""

import numpy as np
import pytest

from analysis.order.table import OrderTable
from search_spaces.plan import Plan, Stage


def spelled(order):
    return Plan(
        trunk=tuple(Stage(mixture=((task, 1.0),), learning_rate=1e-3, steps=1) for task in order),
        targets=(),
    )


@pytest.fixture
def plan_of():
    return spelled


@pytest.fixture
def tabled():
    def build(scores):
        rows = np.array([list(values) for values in scores.values()], dtype=float)
        return OrderTable(tuple(spelled(order) for order in scores), tuple(range(rows.shape[1])), rows)

    return build


@pytest.fixture
def drawn(tabled):
    """Scores of these orders at random, a constant seed level among them."""

    def build(orders, seeds, *, seed=0, effects=None):
        random = np.random.default_rng(seed)
        scores = random.normal(0, 1, (len(orders), seeds)) + random.normal(0, 5, seeds)
        scores += np.array([(effects or {}).get(order, 0.0) for order in orders])[:, None]
        return tabled(dict(zip(orders, scores, strict=True)))

    return build
