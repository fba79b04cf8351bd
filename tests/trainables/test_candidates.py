from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.errors import CairnError
from trainables.candidates import nearest_passages


def by_sorting(queries: np.ndarray, passages: np.ndarray, best: int) -> np.ndarray:
    """A stable rising sort, read backwards."""
    order = np.argsort(queries @ passages.T, axis=1, kind="stable")[:, ::-1]
    return order[:, :best]


def shards(passages: np.ndarray, size: int) -> list[np.ndarray]:
    return [passages[start : start + size] for start in range(0, len(passages), size)]


@given(st.integers(1, 60), st.integers(1, 25), st.integers(1, 20), st.integers(0, 10_000))
def test_shards_find_what_sorting_all_products_finds_ties_included(count: int, size: int, best: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    passages = rng.integers(-2, 3, size=(count, 4)).astype(np.float32)  # small whole numbers: exact products, many ties
    queries = rng.integers(-2, 3, size=(7, 4)).astype(np.float32)
    found = nearest_passages(queries, shards(passages, size), best)
    kept = min(best, count)
    np.testing.assert_array_equal(found[:, :kept], by_sorting(queries, passages, kept))
    assert (found[:, kept:] == -1).all()


def test_an_empty_pool_other_widths_and_broken_vectors_are_refused() -> None:
    queries = np.ones((2, 3), dtype=np.float32)
    with pytest.raises(CairnError, match="no passage"):
        nearest_passages(queries, [], 5)
    with pytest.raises(CairnError, match="4 wide, queries 3"):
        nearest_passages(queries, [np.ones((2, 4), dtype=np.float32)], 5)
    with pytest.raises(CairnError, match="not finite"):
        nearest_passages(queries, [np.full((2, 3), np.nan, dtype=np.float32)], 5)
