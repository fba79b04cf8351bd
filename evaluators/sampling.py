"""Which examples a bounded evaluation sees: decided by a hash of the example's id, never by a random generator.

Parallel languages share ids, so they share the choice. The two decisions, which half and in which order, use separate
hashes: picking few examples of one half stays as even as picking few of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

from evaluators.examples import Example

AnyExample = TypeVar("AnyExample", bound=Example)


def pick(examples: Sequence[AnyExample], limit: int | None) -> tuple[AnyExample, ...]:
    """The `limit` examples whose ids have the smallest hash, in that order; all of them, as they stand, for None.

    A smaller limit gives a prefix of what a larger one gives.
    """
    if limit is None:
        return tuple(examples)
    if limit < 1:
        raise ValueError(f"the limit is {limit}; at least one example must be picked")
    return tuple(sorted(examples, key=lambda example: _hash("pick", example.id))[:limit])


def in_search_half(item_id: str) -> bool:
    """Does the item belong to the half that the search may see? The other half is for the report."""
    return _hash("half", item_id) % 2 == 0


def _hash(purpose: str, item_id: str) -> int:
    return int.from_bytes(blake2b(item_id.encode(), digest_size=8, person=purpose.encode()).digest(), "big")
