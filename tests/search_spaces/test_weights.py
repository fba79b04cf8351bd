import pytest

from search_spaces.chooser import Replay
from search_spaces.weights import Weights

SIZES = {"mnli": 400_000, "qqp": 90_000, "ccg": 10_000}


def mix(weights: Weights, *tasks: str) -> dict[str, float]:
    return dict(weights.draw(Replay({}), SIZES).mix(tasks))


def test_shares_follow_the_capped_sizes() -> None:
    assert mix(Weights(caps=(90_000,)), "mnli", "ccg") == {"ccg": 0.1, "mnli": 0.9}


def test_a_temperature_of_two_takes_the_square_root() -> None:
    assert mix(Weights(caps=(90_000,), temperatures=(2.0,)), "mnli", "ccg") == {"ccg": 0.25, "mnli": 0.75}


def test_explicit_weights_default_to_one() -> None:
    assert mix(Weights(explicit={"mnli": 3.0}), "mnli", "ccg") == {"ccg": 0.25, "mnli": 0.75}


def test_a_single_task_needs_no_size() -> None:
    assert mix(Weights(), "unknown") == {"unknown": 1.0}


def test_a_mixture_of_unknown_size_names_the_task_and_the_mend() -> None:
    with pytest.raises(ValueError, match="examples of mlm is not known; give explicit weights"):
        mix(Weights(), "mnli", "mlm")


def test_cap_and_temperature_are_searched_if_there_are_several() -> None:
    weights = Weights(caps=(10_000, 90_000), temperatures=(1.0, 2.0))
    rule = weights.draw(Replay({"weights.cap": 10_000, "weights.temperature": 1.0}), SIZES)
    assert dict(rule.mix(("ccg", "mnli"))) == {"ccg": 0.5, "mnli": 0.5}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"caps": ()}, "caps is empty"),
        ({"caps": (0,)}, "1 example or more"),
        ({"temperatures": (0.0,)}, "a positive number"),
        ({"explicit": {}}, "explicit is empty"),
        ({"explicit": {"a": -1.0}}, "a positive number"),
        ({"explicit": {"a": 1.0}, "caps": (5,)}, "without effect"),
    ],
)
def test_weights_without_a_meaning_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Weights(**fields)  # type: ignore[arg-type]
