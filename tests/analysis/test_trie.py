"""Small trees whose rearrangements can be counted by hand."""

import math

import numpy as np
import pytest

from analysis.trie import Trie


@pytest.mark.parametrize(
    ("sequences", "count"),
    [
        (["a", "b", "c"], 6),
        (["ab", "ba", "ac", "ca", "bc", "cb"], 6 * 2**3),
        (["a", "ab", "abc"], 1),
        (["a", "ab", "ba"], 1),
        (["a", "ab", "b", "ba", "cd"], 2),
    ],
)
def test_every_rearrangement_that_keeps_the_tree_is_drawn_alike_often(sequences, count) -> None:
    trie = Trie(dict(enumerate(sequences)))
    assert math.exp(trie.log_count) == pytest.approx(count)
    drawn = trie.draw(np.random.default_rng(0), 200 * count)
    found, times = np.unique(drawn, axis=0, return_counts=True)
    assert len(found) == count
    assert times.min() > 140
    for moved in found:
        assert sorted(moved) == list(range(len(sequences)))
        for one in range(len(sequences)):
            for other in range(len(sequences)):
                pairs = (sequences[one], sequences[other]), (sequences[moved[one]], sequences[moved[other]])
                assert common(*pairs[0]) == common(*pairs[1])
                assert len(pairs[0][0]) == len(pairs[1][0])


def common(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )
