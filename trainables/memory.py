"""Batches that fit the device: whoever runs out of memory goes on with half as many examples at once.

The update stays that of the whole batch, as gradients of its parts are added up, and so does the stage's name. What
fitted is remembered for as long as the process lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from accelerate.utils.memory import should_reduce_batch_size

from evaluators.errors import CairnError
from trainables.devices import give_back_memory
from trainables.settings import Inference

T = TypeVar("T")


class TooLarge(CairnError):
    """A single example, or a batch that cannot be cut, does not fit the device's memory."""


@dataclass
class MicroBatches:
    """How many examples of a training task go through the device at once."""

    sizes: dict[str, int] = field(default_factory=dict)
    """Only of tasks whose whole batch did not fit."""

    def run(self, task: str, examples: int, work: Callable[[int | None], T]) -> T:
        """What `work` gives for the largest size that fits; None stands for the whole batch.

        Raises:
            TooLarge: not even one example fits.
        """
        while True:
            size = self.sizes.get(task)
            try:
                return work(size)
            except RuntimeError as error:
                if not should_reduce_batch_size(error):
                    raise
                smaller = min(size or examples, examples) // 2
                if smaller < 1:
                    raise TooLarge(_too_large(task)) from error
                self.sizes[task] = smaller
            give_back_memory()


@cache
def micro_batches_of(encoder: str) -> MicroBatches:
    """What this process has learned about an encoder, by its fingerprint."""
    return MicroBatches()


def with_fitting_batches(inference: Inference, answer: Callable[[Inference], T]) -> T:
    """What `answer` gives; with half as many tokens in a batch, again and again, where they do not fit.

    Raises:
        TooLarge: a single input does not fit.
    """
    while True:
        try:
            return answer(inference)
        except RuntimeError as error:
            if not should_reduce_batch_size(error):
                raise
            if inference.batch_tokens < 2:
                raise TooLarge(_too_large("the asked task")) from error
            inference = replace(inference, batch_tokens=inference.batch_tokens // 2)
        give_back_memory()


def _too_large(task: str) -> str:
    return (
        f"an example of {task} does not fit the device's memory by itself; lower max_length_tokens, set "
        "resources.activation_checkpointing, or take a larger device or a larger share of it"
    )
