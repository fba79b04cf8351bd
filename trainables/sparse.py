"""Sparse fine-tuning of a dense encoder: a stage may change only a share of its weights.

Which ones is decided by the stage's first gradient: the largest squares, an estimate of the diagonal of the empirical
Fisher information by one batch (the FISH mask of Sung, Nair and Raffel, 2021, with a single sample). Heads are always
trained whole. The choice is kept in the optimiser's state, and so a stage that is resumed or continued has it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_KEPT = "kept"


class ChosenWeights:
    """Keeps gradients of the weights that a stage may change, and sets all others of the encoder to zero."""

    def __init__(self, encoder: nn.Module, share: float, optimizer: torch.optim.Optimizer) -> None:
        self._parameters = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
        self._share = share
        self._optimizer = optimizer
        self._masks = _kept(self._parameters, optimizer)

    def keep(self) -> None:
        """Choose, if that is still to be done and the gradient is finite; then mask the gradient."""
        if self._share == 1.0:
            return
        if self._masks is None:
            self._masks = _largest(self._parameters, self._share)
        if self._masks is None:
            return
        for parameter, mask in zip(self._parameters, self._masks, strict=True):
            if parameter.grad is not None:
                parameter.grad.mul_(mask)

    def note(self) -> None:
        """After a step: put the choice beside the moments, with which it is saved."""
        for parameter, mask in zip(self._parameters, self._masks or (), strict=bool(self._masks)):
            if state := self._optimizer.state.get(parameter):
                state[_KEPT] = mask


def _kept(parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer) -> list[Tensor] | None:
    """The choice in an optimiser's state; None for a new one."""
    if not any(_KEPT in optimizer.state.get(parameter, {}) for parameter in parameters):
        return None
    return [
        optimizer.state.get(parameter, {}).get(_KEPT, torch.zeros_like(parameter)).to(parameter.device, torch.bool)
        for parameter in parameters
    ]


def _largest(parameters: list[nn.Parameter], share: float) -> list[Tensor] | None:
    """Masks of the share of all weights whose gradients are largest; None while a gradient is not finite."""
    sizes = [
        torch.zeros(parameter.numel(), device=parameter.device)
        if parameter.grad is None
        else parameter.grad.detach().abs().flatten()
        for parameter in parameters
    ]
    every = torch.cat(sizes)
    if not bool(torch.isfinite(every).all()):
        return None
    kept = torch.zeros_like(every, dtype=torch.bool)
    kept[every.topk(max(1, round(share * every.numel()))).indices] = True
    kept &= every > 0
    parts = kept.split([parameter.numel() for parameter in parameters])
    return [part.view_as(parameter) for part, parameter in zip(parts, parameters, strict=True)]
