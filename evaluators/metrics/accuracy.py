"""Accuracy, and the one check that every metric starts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluators.errors import CairnError


def accuracy(gold: Sequence[Any], predicted: Sequence[Any]) -> float:
    """Share of predictions equal to the gold label, in percent.

    Labels are compared as they are: no case folding, no stripping, and the text "1" is not the number 1.

    Raises:
        CairnError: the two differ in length, or both are empty.
    """
    check_lengths(gold, predicted)
    correct = sum(1 for right, answer in zip(gold, predicted, strict=True) if right == answer)
    return (correct / len(gold)) * 100


def check_lengths(gold: Sequence[Any], predicted: Sequence[Any]) -> None:
    """Raise unless there is one prediction for each of at least one gold item."""
    if len(gold) != len(predicted):
        raise CairnError(f"there are {len(predicted)} predictions for {len(gold)} gold items; give one for each")
    if not gold:
        raise CairnError("there is nothing to score: no gold items and no predictions")
