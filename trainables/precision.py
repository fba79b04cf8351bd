"""In which numbers is computed. Weights, gradients and optimiser state are float32 always."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from trainables.settings import Precision

_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


@contextmanager
def computed_in(precision: Precision, device: torch.device) -> Iterator[None]:
    """Matrix products inside are computed so. `tf32` is float32 with products of 10 bits, on GPUs that have it."""
    if precision in _TYPES:
        with torch.autocast(device.type, dtype=_TYPES[precision]):
            yield
        return
    before = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = "tf32" if precision == "tf32" else "ieee"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.fp32_precision = before


class LossScale:
    """Keeps float16's gradients from vanishing: the loss is scaled up, and steps whose gradient overflows are skipped.

    Its state lies in the optimiser, in `loss_scale` of the first group (scale, steps since it grew), so that it is
    stored and loaded with it. Without effect in other precisions.
    """

    def __init__(self, precision: Precision, optimizer: torch.optim.Optimizer) -> None:
        self._group = optimizer.param_groups[0]
        device = self._group["params"][0].device
        self.scaler = torch.amp.GradScaler(device.type, enabled=precision == "float16")
        if self.is_used and "loss_scale" in self._group:
            scale, growth = self._group["loss_scale"].tolist()
            self.scaler.load_state_dict({**self.scaler.state_dict(), "scale": scale, "_growth_tracker": int(growth)})

    @property
    def is_used(self) -> bool:
        """Is this float16?"""
        return bool(self.scaler.is_enabled())

    @property
    def is_exhausted(self) -> bool:
        """Does even the plain loss overflow? Then training has diverged."""
        return self.is_used and float(self.scaler.get_scale()) < 1.0

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Take the step, unless the gradient overflowed, and adapt the scale."""
        self.scaler.step(optimizer)
        self.scaler.update()
        if self.is_used:
            state = self.scaler.state_dict()
            values = [float(state["scale"]), float(state["_growth_tracker"])]
            self._group["loss_scale"] = torch.tensor(values, dtype=torch.float64)
