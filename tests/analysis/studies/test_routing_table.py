import pytest

from analysis.studies.routing import overlap, routing_table


def layer(shares, entropy):
    return {"en": {"shares": [0.5, 0.5], "entropy": 1.0}, "sw": {"shares": shares, "entropy": entropy}}


def test_overlap_is_one_for_equal_shares_and_zero_for_none_in_common():
    assert overlap([0.25, 0.75], [0.25, 0.75]) == 1.0
    assert overlap([1.0, 0.0], [0.0, 1.0]) == 0.0
    assert overlap([1.0, 0.0], [0.5, 0.5]) == pytest.approx(0.5)


def test_a_row_for_every_sparse_layer_and_language():
    table = routing_table("switch", [layer([1.0, 0.0], 0.2)] * 2, [layer([0.5, 0.5], 0.9)] * 2, "en")
    assert [row[0].text for row in table.rows] == ["1, en", "1, sw", "2, en", "2, sw"]
    assert [cell.value for cell in table.rows[1][1:]] == [0.2, 0.9, 0.5, 1.0]
