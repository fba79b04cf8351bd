from dataclasses import replace

import pytest

from evaluators.errors import SealedSplit
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.tasks.pawsx import PAWSX
from evaluators.tasks.xquad import XQUAD


def test_the_whole_is_both_halves_in_the_order_of_the_file(data: DataSource) -> None:
    whole = [example.id for example in read(XQUAD, "whole", "de", data).examples]
    halves = [{example.id for example in read(XQUAD, split, "de", data).examples} for split in ("dev", "test")]
    assert set(whole) == halves[0] | halves[1]
    assert not halves[0] & halves[1]
    order = {name: place for place, name in enumerate(whole)}
    for split in ("dev", "test"):
        places = [order[example.id] for example in read(XQUAD, split, "de", data).examples]
        assert places == sorted(places)


def test_the_whole_is_the_test_data_where_nothing_is_cut(data: DataSource) -> None:
    assert read(PAWSX, "whole", "fr", data).examples == read(PAWSX, "test", "fr", data).examples


def test_the_whole_is_sealed_as_test_is(data: DataSource) -> None:
    with pytest.raises(SealedSplit, match="sealed"):
        read(XQUAD, "whole", "de", replace(data, sealed=True))
