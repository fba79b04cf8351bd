from collections.abc import Callable

import pytest

from search_spaces.controls import controls, made_of
from search_spaces.plan import Plan, Stage, describe, mixture
from search_spaces.space import Setting, Space
from search_spaces.target import Target


def test_the_controls_of_a_space_by_name(space: Callable[..., Space], setting: Setting) -> None:
    named = {name: describe(plan) for name, plan in controls(space(), setting).items()}
    assert named == {
        "direct": "(direct)",
        "target longer": "(direct)",
        "mnli alone": "mnli 1e-03",
        "qqp alone": "qqp 1e-03",
        "ccg alone": "ccg 1e-03",
        "all mixed": "ccg+mnli+qqp 1e-03",
    }


def test_no_control_takes_more_updates_than_the_longest_plan(space: Callable[..., Space], setting: Setting) -> None:
    plans = controls(space(lengths=(0, 1, 2), task_steps={"ccg": 30}), setting)
    steps = {name: sum(stage.steps for stage in (*plan.trunk, *plan.targets)) for name, plan in plans.items()}
    assert steps == {
        "direct": 120,
        "target longer": 300,
        "mnli alone": 210,
        "qqp alone": 210,
        "ccg alone": 150,
        "all mixed": 300,
    }


def test_each_branch_of_a_longer_target_gets_the_trunk_s_updates(space: Callable[..., Space], setting: Setting) -> None:
    apart = space(target=Target(learning_rates=(1e-3,), steps=120, together=False, task_steps={"panx": 60}))
    assert [stage.steps for stage in controls(apart, setting)["target longer"].targets] == [390, 330]


def test_a_fixed_share_of_mlm_is_in_the_controls_too(space: Callable[..., Space], setting: Setting) -> None:
    plans = controls(space(mlm_shares=(0.1,)), setting)
    assert dict(plans["ccg alone"].trunk[0].mixture) == {"ccg": 0.9, "mlm": 0.1}


def test_controls_that_would_repeat_another_are_left_out(space: Callable[..., Space], setting: Setting) -> None:
    assert list(controls(space(tasks=("ccg",), lengths=(0, 1)), setting)) == ["direct", "target longer", "ccg alone"]
    assert list(controls(space(lengths=(0,)), setting)) == ["direct"]


def test_controls_of_a_winner_are_made_of_its_stages() -> None:
    nli = Stage(mixture=mixture({"mnli": 3, "mlm": 1}), learning_rate=1e-3, steps=100)
    tags = Stage(mixture=mixture({"ccg": 1}), learning_rate=5e-4, steps=300)
    winner = Plan(trunk=(nli, tags), targets=(tags,))
    made = made_of(winner)
    assert made["reverse"].trunk == (tags, nli)
    assert made["last task"].trunk == (tags,)
    (together,) = made["mixture"].trunk
    assert dict(together.mixture) == pytest.approx({"mnli": 75 / 400, "mlm": 25 / 400, "ccg": 300 / 400})
    assert (together.steps, together.learning_rate) == (400, 5e-4)
    assert {plan.targets for plan in made.values()} == {winner.targets}


def test_controls_of_a_direct_winner_are_itself() -> None:
    direct = Plan(trunk=(), targets=())
    assert set(made_of(direct).values()) == {direct}
