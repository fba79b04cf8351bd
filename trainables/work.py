"""What it took to answer: inputs, tokens, and what was read in windows or cut. Counted, so that nothing is silent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evaluators.task import Kind
from trainables.columns import Features


@dataclass(kw_only=True)
class Work:
    """Counts that grow while a model is asked."""

    inputs: int = 0
    """Token sequences read: windows, choices and sentences each for themselves."""
    windowed: int = 0
    """Examples that were too long for one input and were read in several windows."""
    shortened: int = 0
    """Inputs that lost text because they were too long: pairs, choices, sentences, questions, single words."""
    real_tokens: int = 0
    processed_tokens: int = 0
    """With padding."""

    @property
    def real_share(self) -> float:
        """Of the tokens processed; 1 where there were none."""
        return self.real_tokens / self.processed_tokens if self.processed_tokens else 1.0

    def note_features(self, features: Features, kind: Kind) -> None:
        """What encoding did."""
        self.shortened += features.counts["shortened"]
        if kind in (Kind.SPAN, Kind.TAGS) and len(features):
            _, windows = np.unique(features.numbers("example"), return_counts=True)
            self.windowed += int((windows > 1).sum())

    def note_batch(self, real: int, processed: int, inputs: int) -> None:
        """One batch."""
        self.real_tokens += real
        self.processed_tokens += processed
        self.inputs += inputs

    def add(self, other: Work) -> None:
        """What more it took."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "real_share": round(self.real_share, 4)}
