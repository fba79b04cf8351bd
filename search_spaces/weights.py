"""How often each task of a mixture is drawn.

By size: a task's weight is min(size, cap) to the power 1 / temperature. Temperature 1 samples in proportion to the
capped size, and a high temperature samples all tasks alike. The cap is the one of T5 (Raffel et al. 2020); Phang et al.
(2020) train their multi-task arm with 2**17. Or by explicit weights, written into the spec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search_spaces.chooser import Chooser, ask
from search_spaces.grid import check_grid
from search_spaces.plan import mixture

DEFAULT_CAPS = (2**17,)
DEFAULT_TEMPERATURES = (1.0,)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The rule by which a group of tasks becomes a mixture."""

    caps: tuple[int, ...] = DEFAULT_CAPS
    """A grid of largest sizes, in examples."""
    temperatures: tuple[float, ...] = DEFAULT_TEMPERATURES
    explicit: dict[str, float] | None = None
    """Task -> weight, instead of sizes; a task without one has weight 1."""

    def __post_init__(self) -> None:
        check_grid("caps", self.caps, allowed=lambda cap: cap >= 1, rule="1 example or more")
        check_grid("temperatures", self.temperatures, allowed=lambda t: t > 0, rule="a positive number")
        if self.explicit is None:
            return
        if (self.caps, self.temperatures) != (DEFAULT_CAPS, DEFAULT_TEMPERATURES):
            raise ValueError("explicit weights leave caps and temperatures without effect; give one or the other")
        if not self.explicit:
            raise ValueError("explicit is empty; give a weight for at least one task, or leave the key out")
        check_grid("explicit", sorted(set(self.explicit.values())), allowed=lambda w: w > 0, rule="a positive number")

    def draw(self, choose: Chooser, sizes: Mapping[str, int]) -> MixtureRule:
        """The rule for all mixtures of one plan. Sizes are numbers of training examples."""
        if self.explicit is not None:
            return MixtureRule(weights=self.explicit, fallback=1.0)
        cap = ask(choose, "weights.cap", self.caps)
        temperature = ask(choose, "weights.temperature", self.temperatures)
        return MixtureRule(weights={task: min(size, cap) ** (1 / temperature) for task, size in sizes.items()})


@dataclass(frozen=True, kw_only=True)
class MixtureRule:
    """Weights that were decided on."""

    weights: Mapping[str, float]
    fallback: float | None = None

    def mix(self, tasks: Sequence[str]) -> tuple[tuple[str, float], ...]:
        """Shares of these tasks, as a stage wants them.

        Raises:
            ValueError: a mixture of several tasks needs a size that is not known, or is zero.
        """
        if len(tasks) == 1:
            return mixture({tasks[0]: 1.0})
        weights = {task: self.weights.get(task, self.fallback) for task in tasks}
        unknown = sorted(task for task, weight in weights.items() if not weight)
        if unknown:
            raise ValueError(
                f"the mixture {'+'.join(tasks)} is weighted by size, and the number of training examples of "
                f"{', '.join(unknown)} is not known; give explicit weights"
            )
        return mixture({task: weight for task, weight in weights.items() if weight})
