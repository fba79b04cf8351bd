import pytest

from analysis import numbers


def test_a_difference_carries_its_sign_and_zero_is_positive():
    assert [numbers.signed(value) for value in (1.234, -1.235, -0.001, None)] == ["+1.23", "−1.24", "+0.00", "–"]


def test_an_interval_is_a_range_or_a_dash():
    assert numbers.interval({"low": -0.5, "high": 1.0}) == "−0.50 to +1.00"
    assert numbers.interval({"low": None, "high": None}) == "–"
    assert numbers.half_width({"half_width": 0.5}) == "± 0.50"
    assert numbers.half_width({"half_width": None}) == ""


def test_an_estimate_is_told_with_every_digit_its_interval_and_its_seeds():
    found = {"mean": -0.1 - 0.2, "low": -1.5, "high": 0.9, "confidence": 0.95, "n": 2, "by_seed": {"7": 0.5}}
    told = "−0.30000000000000004; 95\u00a0% interval −1.5 to 0.9; 2 seeds; seed 7: 0.5"
    assert numbers.told(found) == told
    assert numbers.told({"mean": 1.0, "low": None, "high": None, "n": 1}) == "1.0; 1 seed, so no interval"
    assert numbers.told({"mean": 1.0, "low": 0.5, "high": 1.5, "seeds": [7, 8]}).endswith("; 2 seeds")
    drawn = {"mean": 1.0, "low": 0.5, "high": 1.5, "seeds": 3, "items": 1200}
    assert numbers.told(drawn) == "1.0; 95\u00a0% interval 0.5 to 1.5; 3 seeds; 1\u202f200 test items"


def test_a_moment_is_written_by_universal_time():
    assert numbers.moment(1767607200.9) == "2026-01-05 10:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.2 s"), (43.4, "43 s"), (59.7, "1 min 0 s"), (725, "12 min 5 s"), (11040, "3 h 4 min"), (None, "–")],
)
def test_durations_are_written_in_the_unit_that_suits(seconds, text):
    assert numbers.duration(seconds) == text


def test_counts_are_grouped_by_thousands():
    assert numbers.count(1234567) == "1\u202f234\u202f567"
    assert numbers.count(None) == "–"
