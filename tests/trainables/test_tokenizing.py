from __future__ import annotations

from typing import Any

import pytest

from trainables.seeds import derive
from trainables.tokenizing import shorten_pair


@pytest.mark.parametrize(
    ("first", "second", "room", "kept"),
    [(3, 3, 6, (3, 3)), (9, 3, 8, (5, 3)), (3, 9, 8, (3, 5)), (9, 9, 8, (4, 4)), (9, 8, 7, (4, 3)), (2, 0, 1, (1, 0))],
)
def test_the_longer_text_is_cut_first(first: int, second: int, room: int, kept: tuple[int, int]) -> None:
    one, two, shortened = shorten_pair(list(range(first)), list(range(second)), room)
    assert (len(one), len(two)) == kept
    assert one == list(range(len(one)))
    assert shortened == (first + second > room)


@pytest.mark.parametrize("family", ["xlm-roberta", "bert", "mt5"])
def test_room_is_what_the_frame_leaves(family: str, tiny: Any) -> None:
    tokenizer = tiny(family).tokenizer
    for length in (16, 33):
        assert len(tokenizer.join([7] * tokenizer.room(length, 1)).ids) == length
        joined = tokenizer.join([7] * 4, [8] * (tokenizer.room(length, 2) - 4))
        assert len(joined.ids) == length
        assert joined.ids[joined.second_start] == 8


def test_a_fingerprint_tells_tokenizers_and_frames_apart(tiny: Any) -> None:
    prints = {family: tiny(family).tokenizer.fingerprint for family in ("xlm-roberta", "rembert", "bert", "mt5")}
    assert prints["xlm-roberta"] == prints["rembert"]
    assert len(set(prints.values())) == 3


def test_seeds_are_stable_and_far_apart() -> None:
    assert derive(0, "head", "mnli") == derive(0, "head", "mnli")
    assert len({derive(seed, "dropout", step) for seed in range(10) for step in range(100)}) == 1000
    assert derive("ab", "c") != derive("a", "bc")
