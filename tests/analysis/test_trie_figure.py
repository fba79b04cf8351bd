"""What the tree's marks say."""

import re

import pytest

from analysis.load import load
from analysis.summary import summarise
from analysis.trie_figure import left_out, trie
from analysis.trie_layout import drawing


def plan(*tasks):
    return {"trunk": [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in tasks], "targets": []}


def figure_of(writer, rows=40):
    summary = summarise(load(writer.write()))
    drawn = drawing(summary, rows)
    return drawn, str(trie(drawn, summary))


def test_every_way_to_end_has_its_sign_where_the_trial_got_to(empty_run):
    writer = empty_run(noise=0)
    writer.add_trial(0, plan("a"), 0.0)
    writer.add_trial(1, plan("b"), 0.0, rungs=2, status="stopped")
    writer.add_trial(2, plan("c"), 0.0, rungs=0, status="failed", reason="NaN")
    writer.add_trial(3, plan("d"), 0.0, rungs=1, status=None)
    _, figure = figure_of(writer)
    groups = {status: group for status, group in re.findall(r'<g class="exact end (\w+).*?">(.*?)</g>', figure)}
    assert {status: group.count('class="reached"') for status, group in groups.items()} == dict(
        completed=3, stopped=2, failed=0, running=1
    )
    assert {status: group.count('class="ending') for status, group in groups.items()} == dict(
        completed=0, stopped=1, failed=1, running=1
    )


def test_a_trial_says_its_plan_its_end_and_every_digit(empty_run):
    writer = empty_run(noise=0.3)
    name = writer.add_trial(0, plan("a", "b"), 1.0, rungs=2, status="stopped")
    _, figure = figure_of(writer)
    scores = writer.trials[2]["selectors"]
    assert (
        f"{name}: a 1e-03 &gt; b 1e-03; was stopped early, at rung 1 (× 0.33); en-dev {scores['en-dev']}; "
        f"pivot-dev {scores['pivot-dev']}; oracle {scores['oracle']}; zero-shot-dev {scores['zero-shot-dev']}; "
        "one seed (0), so no interval" in figure
    )


def test_a_prefix_says_what_became_of_the_trials_through_it(empty_run):
    writer = empty_run(noise=0)
    writer.add_trial(0, plan("a", "b"), 0.0)
    writer.add_trial(1, plan("a", "c"), 0.0, rungs=1, status="stopped")
    _, figure = figure_of(writer)
    assert (
        "a 1e-03 (300 steps in its last stage); 2 trials pass through it: 1 reached the end, 1 was stopped early; "
        "the furthest and best: t0000, rung 2, en-dev 76.0" in figure
    )


def test_names_are_escaped(empty_run):
    writer = empty_run()
    writer.add_trial(0, plan('<b>"x"'), 0.0)
    _, figure = figure_of(writer)
    assert "<b>" not in figure
    assert "&lt;b&gt;" in figure


@pytest.mark.parametrize(("rows", "words"), [(40, ""), (1, "2 of 3 trials are not drawn: 1 was stopped early at rung")])
def test_what_is_left_out_is_counted_by_how_it_ended(empty_run, rows, words):
    writer = empty_run(noise=0)
    writer.add_trial(0, plan("a"), 0.0)
    writer.add_trial(1, plan("b"), 0.0, rungs=1, status="stopped")
    writer.add_trial(2, plan("c"), 0.0, rungs=0, status="failed")
    drawn, _ = figure_of(writer, rows)
    assert left_out(drawn) == (f"{words} 0, 1 failed." if words else "")
