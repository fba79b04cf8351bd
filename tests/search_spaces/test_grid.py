import pytest

from search_spaces.grid import check_grid


def test_a_grid_of_different_values_in_range_passes() -> None:
    check_grid("rates", (0.1, 0.2), allowed=lambda rate: rate > 0, rule="positive")


@pytest.mark.parametrize(
    ("values", "message"),
    [((), "is empty"), ((1.0, 1.0), "repeats a value"), ((-1.0,), "positive"), ((float("nan"),), "positive")],
)
def test_what_is_no_grid_is_refused_with_its_mend(values: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^rates .*{message}"):
        check_grid("rates", values, allowed=lambda rate: rate > 0, rule="positive")
