"""Places of small trees, and of large ones what is left out."""

from itertools import pairwise, permutations

import pytest

from analysis.load import load
from analysis.summary import summarise
from analysis.trie_layout import MARGIN, ROW, drawing, trial_label, wide


def stage(task):
    return {"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300}


def plan(*tasks):
    return {"trunk": [stage(task) for task in tasks], "targets": [stage("mnli")]}


@pytest.fixture
def drawn_of(empty_run):
    def draw(plans, rows=40, **options):
        writer = empty_run(noise=0, **options)
        for number, tasks in enumerate(plans):
            writer.add_trial(number, plan(*tasks), -float(number))
        return drawing(summarise(load(writer.write())), rows)

    return draw


def test_a_prefix_stands_beside_the_first_trial_below_it(drawn_of):
    drawn = drawn_of([("a", "b"), ("a", "c"), ("d",)])
    places = {one.row["prefix"]: one for one in drawn.prefixes}
    assert places["a 1e-03"].y == places["a 1e-03 > b 1e-03"].y
    assert places["a 1e-03 > c 1e-03"].y == places["a 1e-03 > b 1e-03"].y + ROW
    assert places["d 1e-03"].y == places["a 1e-03"].y + 2 * ROW
    assert places["d 1e-03"].x == places["a 1e-03"].x
    assert places["a 1e-03 > c 1e-03"].x > places["a 1e-03"].x + wide("a 1e-03")


def test_rows_do_not_meet_and_everything_is_inside(drawn_of):
    drawn = drawn_of([(), ("a",), ("a",), ("a", "b"), ("a", "b", "c"), ("b", "a")])
    heights = [end.y for end in drawn.ends]
    assert all(below - above == ROW for above, below in pairwise(heights))
    assert max(heights) + ROW / 2 <= drawn.height
    assert len(drawn.ends) == 6
    for one in drawn.prefixes:
        assert one.x + wide(one.label) + 9 < drawn.track
    for end in drawn.ends:
        assert drawn.scores + MARGIN + wide(trial_label(end)) <= drawn.width


def test_a_large_search_keeps_the_best_and_says_how_many_it_leaves_out(drawn_of):
    drawn = drawn_of(list(permutations("abcdefghi", 3)))
    assert len(drawn.ends) == 40
    assert len(drawn.hidden) == 464
    assert [end.trial["trial"] for end in drawn.ends] == [f"t{number:04d}" for number in range(40)]
    (first,) = (one for one in drawn.prefixes if one.row["depth"] == 1)
    assert first.label == "a 1e-03 +16"
    assert next(one.label for one in drawn.prefixes if one.row["prefix"] == "a 1e-03 > b 1e-03") == "b 1e-03"


def test_winners_and_controls_are_drawn_however_many_are_better(full_run):
    writer = full_run(noise=0)
    for number in range(100, 160):
        writer.add_trial(number, plan(f"task{number}"), 50.0)
    summary = summarise(load(writer.write()))
    drawn = drawing(summary, 20)
    names = {end.trial["trial"] for end in drawn.ends}
    assert len(names) == 20
    assert {f"t{number:04d}" for number in range(7)} <= names


def test_the_ways_to_winners_are_marked_from_the_encoder_on(full_run):
    drawn = drawing(summarise(load(full_run(noise=0).write())))
    winners = [end for end in drawn.ends if end.arms]
    assert [end.arms for end in winners] == [("winner 1",), ("winner 2",)]
    for end in winners:
        place = end.prefix
        while place is not None:
            assert drawn.prefixes[place].wins
            place = drawn.prefixes[place].parent
    assert not all(one.wins for one in drawn.prefixes)


def test_long_names_are_cut_and_keep_their_learning_rate(drawn_of):
    drawn = drawn_of([("x" * 400,)])
    label = drawn.prefixes[1].label
    assert label.endswith(" 1e-03")
    assert "…" in label
    assert drawn.width < 800
