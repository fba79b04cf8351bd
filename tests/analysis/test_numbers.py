import pytest

from analysis import numbers


def test_a_difference_carries_its_sign_and_zero_is_positive():
    assert [numbers.signed(value) for value in (1.234, -1.235, -0.001, None)] == ["+1.23", "−1.24", "+0.00", "–"]


def test_an_interval_is_a_range_or_a_dash():
    assert numbers.interval({"low": -0.5, "high": 1.0}) == "−0.50 to +1.00"
    assert numbers.interval({"low": None, "high": None}) == "–"
    assert numbers.half_width({"low": 1.0, "high": 2.0}) == "± 0.50"
    assert numbers.half_width({"low": None, "high": None}) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.2 s"), (43.4, "43 s"), (59.7, "1 min 0 s"), (725, "12 min 5 s"), (11040, "3 h 4 min"), (None, "–")],
)
def test_durations_are_written_in_the_unit_that_suits(seconds, text):
    assert numbers.duration(seconds) == text


def test_counts_are_grouped_by_thousands():
    assert numbers.count(1234567) == "1\u202f234\u202f567"
    assert numbers.count(None) == "–"
