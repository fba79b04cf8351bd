"""Where training runs, and with how many threads. Neither is part of any key."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def best_device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_threads(count: int) -> None:
    """Threads of one operation. Trials use one: several trials share the cores, and one thread adds in one order."""
    torch.set_num_threads(count)


def give_back_memory() -> None:
    """Free what a finished turn left on the GPU: the worker is used again, perhaps by a trial that shares the card."""
    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()


@contextmanager
def own_randomness(device: torch.device) -> Iterator[None]:
    """Whatever is seeded inside leaves the caller's random state as it was."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield
