"""How much memory a call takes at its peak, above what the process held before: activations, not weights."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

import torch

_PEAK_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def peak_above_rest(call: Callable[[], object], device: torch.device) -> int | None:
    """Bytes: allocated ones on a GPU, resident ones elsewhere; None where the system does not tell (not Linux)."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = int(torch.cuda.memory_allocated(device))
        call()
        return int(torch.cuda.max_memory_allocated(device)) - before
    if not sys.platform.startswith("linux"):
        return None
    ctypes.CDLL(None).malloc_trim(0)
    try:
        _PEAK_RESET.write_text("5")  # the highest resident set begins anew
    except OSError:
        return None
    before = _kibibytes("VmRSS")
    call()
    return max(0, _kibibytes("VmHWM") - before) * 1024


def _kibibytes(name: str) -> int:
    return next(int(line.split()[1]) for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
