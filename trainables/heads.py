"""Heads: what turns hidden states into answers, one small module a kind, alike over every encoder.

A head's first weights depend on the seed and the head's name alone, not on what was built before it: two trials that
differ in their trunks start their targets from the same head.

Shape suffixes: B inputs, T tokens, D width, L labels, N selected tokens, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.encoder import Encoder
from trainables.language_model import fresh_language_model, pretrained_language_model
from trainables.seeds import derive

_INIT_STD = 0.02


class LinearHead(nn.Module):  # type: ignore[misc]
    """Dropout and one linear layer, on texts (`..., D`) or tokens alike."""

    def __init__(self, width: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width, outputs)
        nn.init.normal_(self.linear.weight, std=_INIT_STD)
        nn.init.zeros_(self.linear.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """(..., D) to (..., L)."""
        logits: Tensor = self.linear(self.dropout(hidden))
        return logits


def new_head(task: Task, encoder: Encoder, seed: int) -> nn.Module:
    """The head of a training task: fresh, or for masked language modelling the checkpoint's own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "head", task.name))
        if task.kind is Kind.TEXT:
            return pretrained_language_model(encoder) or fresh_language_model(encoder)
        make = _MAKERS.get(task.kind)
        if make is None:
            raise CairnError(f"{task.name} asks for {task.kind}, which is answered without training; leave it out")
        return make(encoder, task)


class UnitHead(nn.Module):  # type: ignore[misc]
    """Nothing to learn: texts are compared by the direction of their vectors."""

    def forward(self, pooled_BD: Tensor) -> Tensor:
        """(B, D) to (B, D), each of length 1."""
        return functional.normalize(pooled_BD.float(), dim=-1)


def _labels(encoder: Encoder, task: Task) -> nn.Module:
    if not task.labels:
        raise CairnError(f"the task {task.name} has no labels, so no head can be built for it")
    return LinearHead(encoder.width, len(task.labels), encoder.dropout)


def _span(encoder: Encoder, task: Task) -> nn.Module:
    return LinearHead(encoder.width, 2, 0.0)


def _choice(encoder: Encoder, task: Task) -> nn.Module:
    return LinearHead(encoder.width, 1, encoder.dropout)


_MAKERS: dict[Kind, Callable[[Encoder, Any], nn.Module]] = {
    Kind.PAIR: _labels,
    Kind.TAGS: _labels,
    Kind.SPAN: _span,
    Kind.CHOICE: _choice,
    Kind.RANKING: lambda encoder, task: UnitHead(),
}
