import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures import Mark, axis, marks, scale_of, strip


def mark(mean, low=None, high=None):
    return Mark(mean, low, high, "series-0")


def test_a_scale_has_round_ticks_and_holds_zero_where_asked():
    scale = scale_of([[mark(2.1, 1.2, 3.0)], [mark(0.4)]], with_zero=True)
    assert scale.ticks == (0.0, 1.0, 2.0, 3.0)
    assert (scale.low, scale.high) == (0.0, 3.0)


def test_a_very_long_interval_does_not_squeeze_the_dots():
    scale = scale_of([[mark(1.0, -500.0, 502.0)], [mark(2.0, 1.5, 2.5)]], with_zero=True)
    assert scale.high - scale.low < 20


@given(st.lists(st.floats(-90, 90), min_size=1, max_size=5), st.booleans())
def test_every_dot_lies_on_the_scale(means, with_zero):
    scale = scale_of([[mark(mean)] for mean in means], with_zero=with_zero)
    for mean in means:
        assert 0 <= scale.place(mean) <= 100


def test_nothing_to_draw_still_has_a_scale():
    assert scale_of([], with_zero=True).ticks == (-1.0, 0.0, 1.0)


def test_an_interval_that_leaves_the_scale_is_cut_and_has_no_cap():
    scale = scale_of([[mark(1.0, -500.0, 502.0)]], with_zero=True)
    whole = scale_of([[mark(1.0, 0.5, 1.5)]], with_zero=True)
    row = [mark(1.0, -500.0, 502.0)]
    assert strip(scale, row, "x").count('class="series-0"') == 2  # line and dot
    assert strip(whole, [mark(1.0, 0.5, 1.5)], "x").count('class="series-0"') == 4  # and two caps


def test_labels_are_escaped():
    scale = scale_of([[mark(1.0)]], with_zero=True)
    assert "&lt;b&gt;" in strip(scale, [mark(1.0)], "<b>")


def test_a_missing_estimate_leaves_its_place_and_colour_empty():
    found = marks([None, {"mean": 1.0, "low": None, "high": None}])
    assert [one.style for one in found] == ["series-1"]


def test_the_axis_names_every_tick_with_a_true_minus():
    assert axis(scale_of([], with_zero=True)).count("<text") == 3
    assert "\u22121" in axis(scale_of([], with_zero=True))


@pytest.mark.parametrize("value", [0.0, 61.234])
def test_equal_scores_still_have_a_width(value):
    scale = scale_of([[mark(value)], [mark(value)]], with_zero=False)
    assert scale.low <= value <= scale.high
    assert scale.low < scale.high
