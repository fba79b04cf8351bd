import pytest

from search_spaces.ladder import Ladder, Rung
from search_spaces.plan import Plan, Stage

STAGE = Stage(mixture=(("a", 1.0),), learning_rate=1e-3, steps=90)


def test_every_rung_trains_the_whole_plan_at_its_scale() -> None:
    plans = [rung.of(Plan(trunk=(STAGE, STAGE), targets=(STAGE,))) for rung in Ladder().rungs]
    assert [[stage.steps for stage in (*plan.trunk, *plan.targets)] for plan in plans] == [[10] * 3, [30] * 3, [90] * 3]


def test_a_ladder_over_the_target_keeps_the_trunk_whole() -> None:
    assert Ladder(scales=(0.5, 1.0), over="target").rungs == (
        Rung(trunk_scale=1.0, target_scale=0.5),
        Rung(trunk_scale=1.0, target_scale=1.0),
    )


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ((0.1, 0.5), "never reaches the end"),
        ((0.5, 0.1, 1.0), "write them rising"),
        ((0.5, 0.5, 1.0), "repeats a value"),
        ((0.0, 1.0), "above 0"),
        ((1.0, 3.0), "at most 1"),
        ((), "is empty"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(scales: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Ladder(scales=scales)
