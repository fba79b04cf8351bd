"""Prefixes of small searches, counted by hand."""

from analysis.load import load
from analysis.prefixes import prefix_rows


def stage(task, learning_rate=1e-3):
    return {"mixture": {task: 1.0}, "learning_rate": learning_rate, "steps": 300}


def plan(*tasks):
    return {"trunk": [stage(task) for task in tasks], "targets": [stage("mnli")]}


def rows_of(writer):
    return {row["prefix"]: row for row in prefix_rows(load(writer.write()))}


def test_every_prefix_is_listed_once_after_the_one_it_continues(empty_run):
    writer = empty_run(noise=0)
    for number, tasks in enumerate([("a", "b"), ("a", "c"), ("a",), ()]):
        writer.add_trial(number, plan(*tasks), 0.0)
    rows = prefix_rows(load(writer.write()))
    assert sorted(row["prefix"] for row in rows) == ["", "a 1e-03", "a 1e-03 > b 1e-03", "a 1e-03 > c 1e-03"]
    for place, row in enumerate(rows):
        above = None if row["parent"] is None else rows[row["parent"]]
        assert row["depth"] == (0 if above is None else above["depth"] + 1)
        assert above is None or row["parent"] < place
        assert above is None or row["prefix"] == " > ".join(filter(None, [above["prefix"], row["stage"]]))


def test_a_prefix_counts_the_trials_through_it_by_how_they_ended(empty_run):
    writer = empty_run(noise=0)
    writer.add_trial(0, plan("a", "b"), 0.0)
    writer.add_trial(1, plan("a", "c"), 0.0, rungs=1, status="stopped")
    writer.add_trial(2, plan("a"), 0.0, rungs=0, status="failed")
    writer.add_trial(3, plan("b"), 0.0, rungs=1, status=None)
    rows = rows_of(writer)
    counts = ("trials", "completed", "stopped", "failed", "running")
    assert [rows[""][count] for count in counts] == [4, 1, 1, 1, 1]
    assert [rows["a 1e-03"][count] for count in counts] == [3, 1, 1, 1, 0]
    assert rows["a 1e-03"]["ends"] == ["t0002"]
    assert rows["b 1e-03"]["ends"] == ["t0003"]


def test_the_best_is_the_furthest_and_then_the_highest(empty_run):
    writer = empty_run(noise=0)
    writer.add_trial(0, plan("a", "b"), 90.0, rungs=1, status="stopped")
    writer.add_trial(1, plan("a", "c"), 1.0)
    writer.add_trial(2, plan("a", "d"), 2.0)
    rows = rows_of(writer)
    assert rows["a 1e-03"]["best"] == {"trial": "t0002", "rung": 2, "score": 40 + 16 + 2.0 + 20}
    assert [row["stage"][0] for row in rows.values() if row["depth"] == 2] == ["d", "c", "b"]


def test_trials_of_one_plan_end_at_one_prefix(empty_run):
    writer = empty_run()
    for number in range(3):
        writer.add_trial(number, plan("a"), 0.0)
    assert sorted(rows_of(writer)["a 1e-03"]["ends"]) == ["t0000", "t0001", "t0002"]


def test_equal_names_with_other_steps_are_other_prefixes(empty_run):
    writer = empty_run()
    writer.add_trial(0, plan("a"), 0.0)
    writer.add_trial(1, {"trunk": [{**stage("a"), "steps": 900}], "targets": []}, 0.0)
    steps = [row["steps"] for row in prefix_rows(load(writer.write())) if row["stage"] == "a 1e-03"]
    assert sorted(steps) == [300, 900]


def test_a_search_that_has_not_begun_has_none(empty_run):
    assert prefix_rows(load(empty_run().write())) == []


def test_nothing_reported_is_no_best(empty_run):
    writer = empty_run()
    writer.add_trial(0, plan("a"), 0.0, rungs=0, status="failed")
    assert rows_of(writer)["a 1e-03"]["best"] is None
