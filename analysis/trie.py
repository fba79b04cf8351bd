"""Sequences by their common beginnings, and the rearrangements that keep the tree as it is: subtrees swap places.

Shape suffixes: R replicates, N sequences.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from analysis.arrays import Ints

_Shape: TypeAlias = tuple[int, tuple["_Shape", ...]]
Element = TypeVar("Element", bound=Hashable)


class Trie(Generic[Element]):
    """One place in the tree: what ends here, and what goes on."""

    def __init__(self, sequences: Mapping[int, Sequence[Element]], depth: int = 0) -> None:
        """Sequences by their numbers, all alike in their first `depth` elements."""
        self.path: Sequence[Element] = next(iter(sequences.values()), ())[:depth]
        self.ends = [number for number, one in sequences.items() if len(one) == depth]
        groups: dict[Element, dict[int, Sequence[Element]]] = {}
        for number, one in sequences.items():
            if len(one) > depth:
                groups.setdefault(one[depth], {})[number] = one
        self.children = sorted((Trie(group, depth + 1) for group in groups.values()), key=lambda child: child.shape)

    @property
    def shape(self) -> _Shape:
        """Equal for subtrees that can change places."""
        return len(self.ends), tuple(child.shape for child in self.children)

    @property
    def log_count(self) -> float:
        """Natural logarithm of the number of rearrangements."""
        swaps = sum(math.lgamma(len(children) + 1) for children in self._alike())
        return swaps + sum(child.log_count for child in self.children)

    def draw(self, random: np.random.Generator, count: int) -> Ints:
        """Whose place each sequence takes, in the order of their numbers: (R, N), alike often."""
        leaves = self.numbers()
        return np.asarray(self._drawn(random, count)[:, np.argsort(leaves)])

    def numbers(self) -> list[int]:
        """Of what ends here or further on, in an order in which subtrees of one shape correspond."""
        return self.ends + [leaf for children in self._alike() for child in children for leaf in child.numbers()]

    def _drawn(self, random: np.random.Generator, count: int) -> Ints:
        parts = [np.tile(np.array(self.ends, dtype=np.int64), (count, 1))]
        for children in self._alike():
            drawn = np.stack([child._drawn(random, count) for child in children], axis=1)
            shuffled = np.argsort(random.random((count, len(children))), axis=1)
            parts.append(np.take_along_axis(drawn, shuffled[:, :, None], axis=1).reshape(count, -1))
        return np.concatenate(parts, axis=1)

    def _alike(self) -> list[list[Trie[Element]]]:
        classes: dict[_Shape, list[Trie[Element]]] = {}
        for child in self.children:
            classes.setdefault(child.shape, []).append(child)
        return list(classes.values())
