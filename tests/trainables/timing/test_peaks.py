"""A peak is what a call adds, even if it gives it back."""

import torch

from trainables.timing.peaks import peak_above_rest

MEBIBYTE = 2**20


def test_a_call_that_fills_memory_has_its_peak() -> None:
    kept = torch.ones(64 * MEBIBYTE, dtype=torch.uint8)
    peak = peak_above_rest(lambda: torch.ones(100 * MEBIBYTE, dtype=torch.uint8), torch.device("cpu"))
    assert peak is None or 95 * MEBIBYTE < peak < 140 * MEBIBYTE
    assert int(kept[0]) == 1


def test_a_call_that_does_nothing_has_hardly_any() -> None:
    peak = peak_above_rest(lambda: None, torch.device("cpu"))
    assert peak is None or peak < 5 * MEBIBYTE
