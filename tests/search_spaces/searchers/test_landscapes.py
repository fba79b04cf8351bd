import numpy as np
import pytest

from search_spaces.searchers.landscapes import INHERITED, KINDS, NOISE, Kind, Landscape


def test_nine_tasks_have_585_sequences_and_parents_come_first() -> None:
    landscape = Landscape(kind=KINDS["additive"], seed=0)
    assert len(landscape.sequences) == 9 + 72 + 504
    assert all(landscape.place[s[:-1]] < landscape.place[s] for s in landscape.sequences if len(s) > 1)


def test_a_sequence_of_two_is_worth_what_the_recipe_says() -> None:
    landscape = Landscape(kind=Kind(task=1.0, pair=0.5, own=0.0, recency=0.8), seed=5)
    random = np.random.default_rng([5, 0])
    effect, pair = random.normal(0.5, 1.0, 9), random.normal(0.0, 0.5, (9, 9))
    expected = 0.8 * (0.8 * effect[2] + effect[7] + pair[2, 7])
    assert landscape.values[landscape.place[2, 7]] == pytest.approx(expected)
    three = 0.7 * (0.64 * effect[1] + 0.8 * effect[2] + effect[7] + pair[1, 2] + pair[2, 7] + 0.5 * pair[1, 7])
    assert landscape.values[landscape.place[1, 2, 7]] == pytest.approx(three)


def test_luck_is_half_inherited_and_as_wide_at_every_depth() -> None:
    landscape = Landscape(kind=KINDS["rugged"], seed=1)
    luck = np.array([landscape.luck(seed) for seed in range(400)])
    one, two, three = (luck[:, landscape.place[s]] for s in ((0,), (0, 1), (0, 1, 2)))
    for each in (one, two, three):
        assert each.std() == pytest.approx(NOISE, rel=0.15)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(INHERITED, abs=0.12)
    assert np.corrcoef(one, three)[0, 1] == pytest.approx(INHERITED**2, abs=0.12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_is_worth_one_and_an_average_sequence_of_three_nothing(kind: str) -> None:
    landscape = Landscape(kind=KINDS[kind], seed=2)
    worth = [landscape.normalised(s) for s in landscape.sequences]
    assert max(worth) == pytest.approx(1.0)
    assert np.mean([w for w, s in zip(worth, landscape.sequences, strict=True) if len(s) == 3]) == pytest.approx(0)
