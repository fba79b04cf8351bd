import pytest

from search_spaces.chooser import Replay
from search_spaces.steps import Steps


def test_a_mixture_is_as_long_as_its_tasks_one_after_another() -> None:
    steps = Steps(values=(100,), task_steps={"ccg": 30})
    assert steps.draw(Replay({}), "stage.0", ("mnli", "qqp", "ccg")) == 230


def test_an_open_length_is_asked_for_by_the_place_of_the_stage() -> None:
    assert Steps(values=(50, 100)).draw(Replay({"stage.2.steps": 50}), "stage.2", ("mnli",)) == 50


def test_a_task_with_a_length_of_its_own_asks_nothing() -> None:
    assert Steps(values=(50, 100), task_steps={"ccg": 30}).draw(Replay({}), "stage.0", ("ccg",)) == 30


@pytest.mark.parametrize("fields", [{"values": ()}, {"values": (0,)}, {"values": (1,), "task_steps": {"a": 0}}])
def test_lengths_below_one_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="steps"):
        Steps(**fields)  # type: ignore[arg-type]
