import pytest

from analysis.columns import columns


def test_columns_are_as_wide_as_their_widest_cell_and_lines_end_without_spaces() -> None:
    assert columns([("a", "long", ""), ("longer", "b", "c"), ("x", "", "")]) == "a       long\nlonger  b     c\nx"


def test_rows_of_other_lengths_are_a_mistake() -> None:
    with pytest.raises(ValueError):
        columns([("a", "b"), ("a", "b", "c")])
