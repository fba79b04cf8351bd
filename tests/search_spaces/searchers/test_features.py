from collections.abc import Callable

import numpy as np
import pytest

from search_spaces.plan import Plan
from search_spaces.searchers.features import GROUPS, Column, Features

Path = Callable[..., Plan]


def named(features: Features, plan: Plan) -> dict[Column, float]:
    row = features.row(plan)
    return {column: row[place] for column, place in features._place.items() if row[place]}


def test_a_path_of_three_is_tasks_places_pairs_and_neighbours(path: Path) -> None:
    plan = path("a", "b", "c")
    found = named(Features([plan, path("a")]), plan)
    assert found.pop(Column("length", (3,))) == 1
    assert {name: 1.0 for name in found} == found
    assert {column.name for column in found if column.group == "place"} == {("a", 2), ("b", 1), ("c", 0)}
    assert {column.name for column in found if column.group == "before"} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert {column.name for column in found if column.group == "next"} == {("a", "b"), ("b", "c")}


def test_a_mixture_is_half_of_each_of_its_halves(path: Path) -> None:
    plan = path("a", "b+c")
    found = named(Features([plan]), plan)
    assert found[Column("task", ("b",))] == 0.5
    assert found[Column("before", ("a", "c"))] == found[Column("next", ("a", "c"))] == 0.5
    assert found[Column("with", ("b", "c"))] == 0.25
    assert Column("before", ("b", "c")) not in found


def test_rates_and_lengths_have_columns_only_where_they_vary(path: Path) -> None:
    same = Features([path("a"), path("b")])
    vary = Features([path("a"), path("a", rate=2e-3), path("a", steps=16)])
    groups = [{GROUPS[group] for group in features.groups} for features in (same, vary)]
    assert not {"rate", "steps"} & groups[0]
    assert {"rate", "steps"} <= groups[1]


def test_a_score_has_a_level_and_its_rung_and_a_plan_has_not(path: Path) -> None:
    features = Features([path("a")], rungs=3)
    told = features.observed(path("a"), 2) - features.row(path("a"))
    assert told.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert not (features.row(path("a")) * ~features.tells_plans_apart).any()


def test_a_plan_with_an_unknown_task_is_not_known(path: Path) -> None:
    features = Features([path("a", "b")])
    assert features.knows(path("a", "b"))
    assert not features.knows(path("a", "c"))
    assert np.isfinite(features.row(path("a", "c"))).all()


def test_a_prior_is_one_column_of_standard_deviations_by_share(path: Path) -> None:
    plan = path("a", "b+c", "d")
    found = named(Features([plan], prior={"a": 10.0, "b": 30.0, "c": 20.0}), plan)
    step = 1.5**0.5
    assert found[Column("prior", ())] == pytest.approx(-step + step / 2)


def test_a_prior_that_makes_no_difference_has_no_column(path: Path) -> None:
    plan = path("a", "b")
    assert Column("prior", ()) not in named(Features([plan], prior={"a": 2.0, "b": 2.0}), plan)
