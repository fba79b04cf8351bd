"""The order model in a study that trains, and what it takes from a record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.errors import CairnError
from experiments.planning.forecast import forecast_of
from experiments.record import read_rows
from experiments.run import run_spec
from experiments.search.suggestions import Suggestions, suggestions_of
from experiments.spec import load_spec
from experiments.spec.settings import Search
from experiments.study import open_study
from search_spaces.controls import controls
from search_spaces.plan import as_json
from search_spaces.space import Setting, Space
from search_spaces.target import Target

SPACE = Space(
    tasks=("mnli", "qqp"),
    lengths=(0, 1, 2),
    learning_rates=(1e-3, 5e-4),
    steps=(9,),
    target=Target(learning_rates=(2e-3,), steps=9),
    seeds=(0, 1),
)
SETTING = Setting(targets=("xnli",), sizes={"mnli": 100, "qqp": 50})


def suggestions(**search: Any) -> Suggestions:
    found = suggestions_of(SPACE, SETTING, Search(**{"trials": 10, "selector": "en-dev", **search}), rungs=2)
    assert found is not None
    return found


def proposed(trial: str, plan: Any, control: str | None = None) -> dict[str, Any]:
    row = {"event": "proposed", "trial": trial, "control": control, "decisions": {}, "plan": as_json(plan), "seed": 0}
    return row


def reported(trial: str, rung: int, value: float) -> dict[str, Any]:
    return {"event": "report", "trial": trial, "rung": rung, "selectors": {"en-dev": value, "oracle": -value}}


def test_the_order_model_is_what_a_spec_gets_that_names_no_searcher() -> None:
    assert Search(trials=3, selector="en-dev").searcher == "order-model"
    assert suggestions_of(SPACE, SETTING, Search(trials=3, selector="en-dev", searcher="random"), rungs=1) is None


def test_a_prior_says_which_task_is_tried_first() -> None:
    first = [suggestions(**given).suggest(1) for given in ({}, {"prior": {"mnli": -1.0, "qqp": 1.0}})]
    assert [proposal.plan.trunk[0].tasks for proposal in first if proposal] == [("mnli",), ("qqp",)]


def test_controls_are_learnt_from_where_the_space_can_tell_them_from_its_own_plans() -> None:
    follower = suggestions()
    for number, (name, plan) in enumerate(controls(SPACE, SETTING).items()):
        follower.follow(proposed(f"t{number}", plan, control=name))
        follower.follow(reported(f"t{number}", 1, float(number)))
    learnt = [seen.run.plan for seen in follower.history.observations]
    known = controls(SPACE, SETTING)
    assert learnt == [known["direct"], known["mnli alone"], known["qqp alone"]]
    assert follower.history.spent == 0
    suggested = follower.suggest(7)
    assert suggested is not None
    assert suggested.plan not in learnt


def test_only_the_selector_s_score_is_looked_at_and_only_a_whole_trunk_is_trained() -> None:
    follower = suggestions()
    plan = controls(SPACE, SETTING)["mnli alone"]
    follower.follow(proposed("t1", plan))
    follower.follow(reported("t1", 0, 5.0))
    assert follower.history.observations[0].value == 5.0
    assert not follower.history.trained
    assert follower.history.pending
    follower.follow(reported("t1", 1, 6.0))
    follower.follow({"event": "ended", "trial": "t1", "status": "completed"})
    assert len(follower.history.trained) == 1
    assert not follower.history.pending


def test_a_study_searched_by_the_order_model_runs_and_leaves_nothing_to_do(
    tmp_path: Path, write_spec: Callable[..., Path], ray_room: int
) -> None:
    change = ("searcher: random", "searcher: order-model, prior: {mnli: 1.0, ccg: 2.0}")
    spec = write_spec(tmp_path, change)
    study = open_study(load_spec(spec))
    assert forecast_of(study).unknown == 4
    assert run_spec(spec) == 0
    rows = [row for row in read_rows(study.folder.trials) if row["event"] == "proposed"]
    assert len(rows) == 5 + 4
    plans = [(str(row["plan"]), row["seed"]) for row in rows if row["control"] is None]
    assert len(set(plans)) == len(plans)
    assert forecast_of(open_study(load_spec(spec))).most.to_train == 0
    spec.write_text(spec.read_text().replace("prior: {mnli: 1.0, ccg: 2.0}", "prior: {mnli: 2.0, ccg: 1.0}"))
    with pytest.raises(CairnError, match=r"holds a run with another search\.prior"):
        run_spec(spec)
