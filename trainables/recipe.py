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
        if self.hidden % self.heads:
            raise ValueError(
                f"a width of {self.hidden} cannot be shared by {self.heads} attention heads; make it divisible"
            )
        if self.document_tokens > self.max_length_tokens:
            raise ValueError(
                f"document_tokens {self.document_tokens} exceed max_length_tokens {self.max_length_tokens}"
            )
