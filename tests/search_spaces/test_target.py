import pytest

from search_spaces.chooser import Replay
from search_spaces.target import Target, branches

TASKS = ("mnli", "panx")


def test_the_joint_stage_gives_every_task_the_same_share() -> None:
    (stage,) = Target(learning_rates=(1e-3,), steps=120).draw(Replay({}), TASKS)
    assert (stage.mixture, stage.steps) == ((("mnli", 0.5), ("panx", 0.5)), 120)


def test_branches_are_one_stage_a_task() -> None:
    target = Target(learning_rates=(1e-3,), steps=120, together=False, task_steps={"panx": 40})
    assert [(stage.tasks, stage.steps) for stage in target.draw(Replay({}), TASKS)] == [
        (("mnli",), 120),
        (("panx",), 40),
    ]


def test_the_rate_of_the_target_is_a_question_of_its_own() -> None:
    (stage,) = Target(learning_rates=(1e-3, 3e-3), steps=1).draw(Replay({"target.learning_rate": 3e-3}), TASKS)
    assert stage.learning_rate == 3e-3


def test_finals_train_each_task_apart() -> None:
    assert [stage.tasks for stage in branches(TASKS, 1e-3, 7)] == [("mnli",), ("panx",)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"learning_rates": ()}, r"target.learning_rates is empty"),
        ({"steps": 0}, "1 step or more"),
        ({"task_steps": {"panx": 1}}, "together: false"),
        ({"task_steps": {"panx": 0}, "together": False}, "target panx is 0"),
    ],
)
def test_targets_that_cannot_be_trained_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Target(**{"learning_rates": (1e-3,), "steps": 9, **fields})  # type: ignore[arg-type]
