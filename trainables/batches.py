"""A batch: one head's inputs and gold, padded on the right to the longest input.

Shape suffixes: B inputs, T tokens, Q questions, C choices, S selected tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evaluators.task import Kind

IGNORED = -100
"""Label of a position without a question: padding, later pieces of a word, tokens that were not masked."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Tensors of one step. A multiple-choice question is `choices[q]` inputs in a row, a matched question two."""

    head: str
    kind: Kind
    input_ids: Tensor
    """(B, T)"""
    mask: Tensor
    """(B, T): 1 for real tokens."""
    types: Tensor | None
    """(B, T), for encoders that have token types."""
    languages: tuple[str, ...]
    """Of every input."""
    gold: Mapping[str, Tensor] = field(default_factory=dict)
    """`labels` (B), (Q) or (B, T); `start` and `end` (B) for spans."""
    choices: tuple[int, ...] = ()

    @property
    def examples(self) -> int:
        """Inputs, or questions."""
        return len(self.choices) or len(self.languages)

    @property
    def questions(self) -> int:
        """What the loss is a mean over: examples, or labelled tokens. At least 1."""
        labels = self.gold.get("labels")
        if labels is None or labels.ndim == 1:
            return self.examples
        return max(1, int((labels != IGNORED).sum()))

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return replace(
            self,
            input_ids=self.input_ids.to(device),
            mask=self.mask.to(device),
            types=None if self.types is None else self.types.to(device),
            gold={name: tensor.to(device) for name, tensor in self.gold.items()},
        )

    def parts(self, size: int | None) -> Iterator[Batch]:
        """Pieces of at most `size` examples, in order; the whole for None.

        A batch of questions and passages stays whole: every passage is a wrong answer to the other questions.
        """
        if size is None or size >= self.examples or self.kind is Kind.RANKING:
            yield self
            return
        borders = np.concatenate([[0], np.cumsum(self.choices)]) if self.choices else np.arange(self.examples + 1)
        for first in range(0, self.examples, size):
            last = min(first + size, self.examples)
            rows = slice(int(borders[first]), int(borders[last]))
            yield replace(
                self,
                input_ids=self.input_ids[rows],
                mask=self.mask[rows],
                types=None if self.types is None else self.types[rows],
                languages=self.languages[rows],
                gold={name: tensor[first:last] for name, tensor in self.gold.items()},
                choices=self.choices[first:last],
            )


def padded(rows: Sequence[NDArray[np.int32]], fill: int) -> Tensor:
    """Rows of different length as one int64 tensor, filled up on the right."""
    longest = max(len(row) for row in rows)
    array_BT = np.full((len(rows), longest), fill, dtype=np.int64)
    for place, row in enumerate(rows):
        array_BT[place, : len(row)] = row
    return torch.from_numpy(array_BT)


def real_tokens(rows: Sequence[NDArray[np.int32]]) -> Tensor:
    """The mask that belongs to `padded`."""
    lengths_B = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    return torch.from_numpy((np.arange(lengths_B.max())[None, :] < lengths_B[:, None]).astype(np.int64))
