import pytest

from search_spaces.chooser import Replay
from search_spaces.mlm import MlmShares, with_mlm


def test_mlm_takes_its_share_from_the_others_in_proportion() -> None:
    assert with_mlm((("ccg", 0.25), ("qqp", 0.75)), 0.2) == (("ccg", 0.2), ("mlm", 0.2), ("qqp", 0.6))


def test_no_share_changes_nothing() -> None:
    assert with_mlm((("ccg", 1.0),), 0.0) == (("ccg", 1.0),)


def test_a_stage_with_mlm_of_its_own_keeps_it() -> None:
    assert with_mlm((("mlm", 1.0),), 0.2) == (("mlm", 1.0),)


def test_the_share_is_asked_for_by_the_place_of_the_stage() -> None:
    shares = MlmShares(values=(0.0, 0.5)).draw(Replay({"stage.0.mlm_share": 0.5}), "stage.0", (("ccg", 1.0),))
    assert shares == (("ccg", 0.5), ("mlm", 0.5))


@pytest.mark.parametrize("values", [(), (1.0,), (-0.1,)])
def test_shares_outside_zero_to_one_are_refused(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="mlm_shares"):
        MlmShares(values=values)
