import pytest

from search_spaces.chooser import Random, Replay
from search_spaces.learning_rates import LearningRates


def test_a_rate_is_asked_for_by_the_place_of_the_stage() -> None:
    assert LearningRates(values=(1e-3, 2e-3)).draw(Replay({"stage.1.learning_rate": 2e-3}), "stage.1") == 2e-3


def test_a_fixed_rate_asks_nothing() -> None:
    random = Random(0)
    assert LearningRates(values=(1e-3,)).draw(random, "stage.0") == 1e-3
    assert not random.decisions


@pytest.mark.parametrize("values", [(), (0.0,), (1e-3, 1e-3), (-1e-3,), (2.0,)])
def test_rates_that_cannot_train_are_refused(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="learning_rates"):
        LearningRates(values=values)
