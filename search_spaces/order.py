"""Which intermediate tasks are used, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from math import comb, perm
from typing import Literal, TypeAlias

from search_spaces.chooser import Chooser, Decisions, ask
from search_spaces.grid import check_grid

Ordering: TypeAlias = Literal["any", "as_written"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """A sequence of some of the tasks.

    Every task gets a rank in [0, 1]; the first `length` tasks by rank are used, in the order of their ranks ("any") or
    of the spec ("as_written"). Ranks, rather than a choice among permutations, keep every parameter's domain fixed,
    which adaptive searchers require.
    """

    tasks: tuple[str, ...]
    lengths: tuple[int, ...]
    order: Ordering = "any"

    def __post_init__(self) -> None:
        repeated = sorted({task for task in self.tasks if self.tasks.count(task) > 1})
        if repeated:
            raise ValueError(f"tasks names {', '.join(repeated)} more than once; name each task once")
        check_grid("lengths", self.lengths, allowed=lambda length: length >= 0, rule="0 or more")
        if max(self.lengths) > len(self.tasks):
            raise ValueError(
                f"lengths asks for {max(self.lengths)} tasks in a row, but tasks names {len(self.tasks)}; "
                f"name more tasks, or keep lengths at {len(self.tasks)} and below"
            )

    def draw(self, choose: Chooser) -> tuple[str, ...]:
        """The tasks of one plan, in order."""
        length = ask(choose, "order.length", self.lengths)
        if not self._has_choice():
            return self.tasks[:length]
        rank = {task: choose.uniform(f"order.rank.{task}", 0.0, 1.0) for task in self.tasks}
        used = sorted(self.tasks, key=rank.__getitem__)[:length]
        return tuple(used) if self.order == "any" else tuple(task for task in self.tasks if task in used)

    def every(self) -> Iterator[tuple[str, ...]]:
        """Every sequence that `draw` can give, once, by length."""
        for length in self.lengths:
            yield from (permutations if self.order == "any" else combinations)(self.tasks, length)

    def count(self) -> int:
        """How many sequences `every` gives."""
        return count_orders(len(self.tasks), self.lengths, self.order)

    def decisions(self, sequence: Sequence[str]) -> Decisions:
        """Decisions from which `draw` gives this sequence: how a chosen order is handed to a searcher.

        Raises:
            ValueError: the space cannot give the sequence.
        """
        ranked = [*sequence, *(task for task in self.tasks if task not in sequence)]
        decided: Decisions = {"order.length": len(sequence)} if len(self.lengths) > 1 else {}
        if self._has_choice():
            decided |= {f"order.rank.{task}": (place + 0.5) / len(ranked) for place, task in enumerate(ranked)}
        if len(sequence) not in self.lengths or sorted(ranked) != sorted(self.tasks):
            raise ValueError(f"{list(sequence)} is not a sequence of {self.lengths} of the tasks {list(self.tasks)}")
        if self.order == "as_written" and list(sequence) != [task for task in self.tasks if task in sequence]:
            raise ValueError(f"{list(sequence)} is out of order; the space keeps tasks as written: {list(self.tasks)}")
        return decided

    def _has_choice(self) -> bool:
        """Could two sequences of one length differ? If not, ranks are not asked for."""
        return any(count_orders(len(self.tasks), (length,), self.order) > 1 for length in self.lengths)


def count_orders(tasks: int, lengths: Sequence[int], order: Ordering = "any") -> int:
    """How many sequences of these lengths there are: ordered choices, or plain ones where the order is fixed."""
    return sum((perm if order == "any" else comb)(tasks, length) for length in lengths)
