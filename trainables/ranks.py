"""The processes that train one stage together, each on a device of its own: data parallel, on one node.

Every rank has the whole model, takes its share of every batch, and adds up the gradients of all before it updates. Up
to rounding, and to which units drop out, the update is that of one process. Batches of questions and passages stay
whole, on the first rank: every passage is a wrong answer to the other questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from evaluators.task import Kind
from trainables.batches import Batch


@dataclass(frozen=True)
class Ranks:
    """This process among `count`. The default is alone."""

    number: int = 0
    count: int = 1

    def own(self, batch: Batch, size: int | None) -> Iterator[Batch]:
        """This rank's share of a batch, in parts of at most `size` examples; nothing where there are too few."""
        if self.count == 1:
            yield from batch.parts(size)
            return
        share = -(-batch.examples // self.count)
        shares = [batch] if batch.kind is Kind.RANKING else list(batch.parts(share))
        if self.number < len(shares):
            yield from shares[self.number].parts(size)

    def add_up(self, model: nn.Module, loss: float) -> float:
        """Add up the gradients of all ranks, in every rank; the sum of the losses.

        A parameter that no rank used keeps no gradient, as with one process.
        """
        if self.count == 1:
            return loss
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        used = torch.tensor([float(p.grad is not None) for p in parameters] + [loss], dtype=torch.float64)
        device = parameters[0].device
        used = _summed(used.to(device)).cpu()
        anywhere = [parameter for parameter, count in zip(parameters, used[:-1].tolist(), strict=True) if count]
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in anywhere])
        flat = _summed(flat)
        pieces = flat.split([parameter.numel() for parameter in anywhere])
        for parameter, piece in zip(anywhere, pieces, strict=True):
            parameter.grad = piece.view_as(parameter)
        return float(used[-1])


def _summed(tensor: Tensor) -> Tensor:
    torch.distributed.all_reduce(tensor)
    return tensor
