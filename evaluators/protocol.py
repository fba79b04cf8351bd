"""A suite's own protocol: which task a model is fine-tuned on for which target, how long and at which learning rate.

A target is answered by the model at the end of its courses; targets with equal courses share one model, and a target
without a course asks the model as it came. The published scripts keep the checkpoint that is best on English dev data
for classification and tagging; here the last one is judged, since keeping every epoch's would cost what is to be saved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

LARGE_LAYERS = 24
"""Encoders with so many layers or more count as large."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """One training on one task. Its length is given in epochs or in steps."""

    task: str
    learning_rate: float
    learning_rate_large: float | None = None
    """For encoders of 24 layers and more; None: the same."""
    epochs: float | None = None
    steps: int | None = None
    batch_size: int = 32
    max_length_tokens: int = 128
    max_question_tokens: int = 64
    schedule: Literal["constant", "linear"] = "linear"
    warmup_steps: int = 0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError(f"a course on {self.task} lasts epochs or steps; give one of the two")

    def length(self, rows: int) -> int:
        """Optimiser steps on so many training examples; at least 1."""
        if self.steps is not None:
            return self.steps
        assert self.epochs is not None
        return max(1, round(self.epochs * math.ceil(rows / self.batch_size)))

    def rate(self, layers: int) -> float:
        """Peak learning rate for an encoder of so many layers."""
        if layers >= LARGE_LAYERS and self.learning_rate_large is not None:
            return self.learning_rate_large
        return self.learning_rate


Protocol: TypeAlias = Mapping[str, Sequence[Course]]
"""Target -> its courses, one after another."""
