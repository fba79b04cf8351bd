"""What keeps a sparse encoder's experts in use: the load-balancing loss and the router z-loss of Switch Transformers.

Fedus, Zoph and Shazeer (2021); Zoph et al. (2022), "ST-MoE". The library's encoders return router logits and leave the
losses to the caller. Padding is left out of both.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def balance_loss(router_logits: Sequence[Tensor], mask_BT: Tensor, chosen: int) -> Tensor:
    """1 where every expert gets the same share of the tokens and of the probability, larger where they do not.

    `chosen` is the number of experts a token goes to. Mean over the sparse layers.
    """
    losses = []
    for logits_BTX in router_logits:
        probabilities_NX = torch.softmax(_real(logits_BTX, mask_BT), dim=-1)
        experts = probabilities_NX.shape[-1]
        picked_NK = probabilities_NX.topk(min(chosen, experts), dim=-1).indices
        share_X = torch.zeros_like(probabilities_NX).scatter(1, picked_NK, 1.0).mean(dim=0) / picked_NK.shape[1]
        losses.append(experts * (share_X * probabilities_NX.mean(dim=0)).sum())
    return torch.stack(losses).mean()


def router_z_loss(router_logits: Sequence[Tensor], mask_BT: Tensor) -> Tensor:
    """Mean square of the log of the routers' normalisers, which keeps their logits small."""
    losses = [torch.logsumexp(_real(one, mask_BT), dim=-1).square().mean() for one in router_logits]
    return torch.stack(losses).mean()


def _real(logits_BTX: Tensor, mask_BT: Tensor) -> Tensor:
    return logits_BTX[mask_BT.bool()].float()
