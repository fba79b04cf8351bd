import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.errors import CairnError
from evaluators.examples import Bitext
from evaluators.metrics import BUCC_F1, retrieval
from evaluators.metrics.retrieval import (
    Candidate,
    best_threshold,
    extract,
    mine,
    mine_texts,
    nearest_foreign,
)


def pairs(count):
    return [Bitext(id=str(i), foreign=f"f{i}", english=f"e{i}") for i in range(count)]


def vectors(rows, seed, width=5):
    return np.random.default_rng(seed).normal(size=(rows, width))


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def mined_slowly(foreign, english, k=4):
    """The procedure of the margin paper, pair by pair in double precision."""
    similarity = unit(foreign) @ unit(english).T
    near_f = [sorted(range(similarity.shape[1]), key=lambda j: -row[j])[:k] for row in similarity]
    near_e = [sorted(range(similarity.shape[0]), key=lambda i: -column[i])[:k] for column in similarity.T]
    mean_f = [np.mean([similarity[i, j] for j in near]) for i, near in enumerate(near_f)]
    mean_e = [np.mean([similarity[i, j] for i in near]) for j, near in enumerate(near_e)]

    def margin(i, j):
        return similarity[i, j] / ((mean_f[i] + mean_e[j]) / 2)

    proposals = [max((margin(i, j), i, j) for j in near) for i, near in enumerate(near_f)]
    proposals += [max((margin(i, j), i, j) for i in near) for j, near in enumerate(near_e)]
    taken, used_f, used_e = [], set(), set()
    for score, i, j in sorted(proposals, reverse=True):
        if i not in used_f and j not in used_e:
            used_f.add(i)
            used_e.add(j)
            taken += [(score, i, j)] if score > 0 else []
    return taken


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=80)
def test_nearest_foreign_is_the_smallest_distance(foreign_count, english_count, seed):
    foreign, english = vectors(foreign_count, seed), vectors(english_count, seed + 1)
    foreign[0] = 0
    distance = np.linalg.norm(unit(english)[:, None] - unit(foreign)[None], axis=2)
    assert nearest_foreign(english, foreign) == distance.argmin(axis=1).tolist()


def test_the_lowest_of_equal_neighbours_wins_in_blocks_too(monkeypatch):
    monkeypatch.setattr(retrieval, "_BLOCK_NUMBERS", 7)
    foreign = np.concatenate([vectors(3, 1), vectors(3, 1), vectors(3, 1)])
    assert nearest_foreign(vectors(3, 1), foreign) == [0, 1, 2]


@given(st.integers(2, 14), st.integers(2, 14), st.integers(0, 10_000))
@settings(max_examples=80)
def test_mining_is_what_the_slow_procedure_gives(foreign_count, english_count, seed):
    foreign, english = np.abs(vectors(foreign_count, seed)), np.abs(vectors(english_count, seed + 1))
    slow, fast = mined_slowly(foreign, english), mine(foreign, english)
    assert [one[0] for one in fast] == pytest.approx([score for score, _, _ in slow], rel=1e-5)
    assert sorted(one[1:] for one in fast) == sorted((i, j) for _, i, j in slow)


def test_mining_in_small_blocks_changes_nothing(monkeypatch):
    foreign, english = np.abs(vectors(30, 1, 8)), np.abs(vectors(25, 2, 8))
    whole = mine(foreign, english)
    monkeypatch.setattr(retrieval, "_BLOCK_NUMBERS", 60)
    assert [one[1:] for one in mine(foreign, english)] == [one[1:] for one in whole]


def test_repeated_texts_are_merged_and_then_dropped():
    base = np.eye(6)
    candidates = mine_texts(
        ["a", "b", "b", "c"], ["A", "B", "C", "C "], base[[0, 5, 1, 2]] + 0.01, base[[0, 1, 2, 4]] + 0.01
    )
    assert [(one.foreign, one.english) for one in candidates] == [(0, 0)]  # "b" repeats, and so does "C" once stripped


def test_vectors_of_zeros_are_never_mined():
    assert mine(np.zeros((3, 2)), np.zeros((2, 2))) == []


def test_the_threshold_lies_half_way_to_the_next_candidate():
    ranked = [Candidate(4.0, 0, 0), Candidate(3.0, 1, 1), Candidate(1.0, 2, 3)]
    threshold = best_threshold(ranked, {(0, 0), (1, 1)})
    assert threshold.value == 2.0
    assert threshold.scores == (100.0, 100.0, 100.0)


def test_the_threshold_after_the_last_candidate_is_its_own_score():
    assert best_threshold([Candidate(4.0, 0, 0), Candidate(3.0, 1, 1)], {(0, 0), (1, 1)}).value == 3.0


def test_the_threshold_is_zero_where_nothing_is_right():
    assert best_threshold([Candidate(4.0, 0, 1)], {(0, 0)}).value == 0.0
    assert best_threshold([], {(0, 0)}).value == 0.0


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=8), st.integers(1, 4))
def test_no_other_cut_is_better_than_the_threshold(scored, missed):
    ranked = [Candidate(float(score), place, place) for place, (score, _) in enumerate(scored)]
    gold = {(place, place) for place, (_, right) in enumerate(scored) if right} | {(99, n) for n in range(missed)}
    ranked.sort(key=lambda one: -one.score)
    best = best_threshold(ranked, gold).scores.f1
    for cut in range(1, len(ranked) + 1):
        hits = sum((one.foreign, one.english) in gold for one in ranked[:cut])
        assert best >= 200 * hits / (cut + len(gold)) - 1e-9


def test_extraction_keeps_candidates_from_the_threshold_on():
    candidates = [Candidate(2.0, 3, 0), Candidate(1.0, 1, 2), Candidate(0.9, 0, 1)]
    assert extract(candidates, 1.0, 4) == [3, -1, 1, -1]


def test_bucc_f1_counts_pairs_and_not_sentences():
    assert BUCC_F1.compute(pairs(4), [0, 1, 2, 3], "de") == 100.0
    assert BUCC_F1.compute(pairs(4), [0, 2, -1, -1], "de") == pytest.approx(100 / 3)  # p 1/2, r 1/4
    assert BUCC_F1.compute(pairs(2), [-1, -1], "de") == 0.0


@pytest.mark.parametrize("index", [-2, 4])
def test_a_mined_pair_outside_the_pool_is_refused(index):
    with pytest.raises(CairnError, match="from 0 to 3"):
        BUCC_F1.compute(pairs(4), [index, 0, 0, 0], "de")


def test_unusable_vectors_are_refused():
    with pytest.raises(CairnError, match="not finite"):
        nearest_foreign([[np.nan, 1.0]], [[1.0, 0.0]])
    with pytest.raises(CairnError, match="2 wide"):
        mine([[1.0, 0.0]], [[1.0, 0.0, 0.0]])
    with pytest.raises(CairnError, match="at least one sentence"):
        mine(np.empty((0, 3)), [[1.0, 0.0, 0.0]])
