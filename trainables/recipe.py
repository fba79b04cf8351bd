"""The recipe of a small encoder: plain values, no torch, so that a spec can hold one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from trainables.settings import Masking


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A small encoder: its shape, its tokenizer, and how it is trained."""

    architecture: Literal["xlm-roberta", "bert"] = "xlm-roberta"
    layers: int
    hidden: int
    heads: int
    feed_forward: int
    vocabulary: int
    """Pieces, at most; special tokens are among them."""
    tokenizer: Literal["bpe-metaspace", "unigram"] = "bpe-metaspace"
    max_length_tokens: int = 128
    """Longest input the encoder can read."""
    document_tokens: int = 128
    """Longest input it is trained on; longer texts become several."""
    init_std: float = 0.02
    dropout: float = 0.0
    steps: int
    learning_rate: float
    batch_size: int = 32
    warmup_share: float = 0.06
    weight_decay: float = 0.0
    masking: Masking = field(default_factory=Masking)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("layers", "hidden", "heads", "feed_forward", "steps", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.vocabulary < 16:
            raise ValueError(f"vocabulary is {self.vocabulary}; special tokens and letters need at least 16 pieces")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}; give a number between 0 and 1")
        if not 0 <= self.dropout < 1 or not 0 <= self.warmup_share < 1:
            raise ValueError(f"dropout {self.dropout} and warmup_share {self.warmup_share} are shares below 1")
        if self.hidden % self.heads:
            raise ValueError(
                f"a width of {self.hidden} cannot be shared by {self.heads} attention heads; make it divisible"
            )
        if self.document_tokens > self.max_length_tokens:
            raise ValueError(
                f"document_tokens {self.document_tokens} exceed max_length_tokens {self.max_length_tokens}"
            )
