import pytest

from search_spaces.chooser import Replay
from search_spaces.seed import Seeds


def test_one_seed_is_no_question() -> None:
    assert Seeds().draw(Replay({})) == 0
    assert Seeds(values=(1, 2)).draw(Replay({"seed": 2})) == 2


@pytest.mark.parametrize("values", [(), (-1,), (1, 1)])
def test_bad_seeds_are_refused(values: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="seeds"):
        Seeds(values=values)
