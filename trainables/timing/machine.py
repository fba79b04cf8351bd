"""The machine as it is timed on, and what it is called."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from trainables.devices import best_device, use_threads
from trainables.precision import computed_in
from trainables.settings import Precision


@contextmanager
def timed_machine(threads: int | None, precision: Precision) -> Iterator[dict[str, str | int]]:
    """No gradients, the wanted threads (None: as they are) and precision; gives what to write down about it."""
    device, before = best_device(), torch.get_num_threads()
    try:
        if threads is not None:
            use_threads(threads)
        with torch.inference_mode(), computed_in(precision, device):
            yield {
                "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU {platform.machine()}",
                "threads": torch.get_num_threads(),
                "precision": precision,
                "torch": str(torch.__version__),
                "python": platform.python_version(),
            }
    finally:
        use_threads(before)
