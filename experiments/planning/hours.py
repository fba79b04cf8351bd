"""What a study will take in hours and money, with one worker and with several.

The unit of work is the example. How many a worker trains on in a second is asked of the user; without it the work and
its critical path are told in examples. Search, finals and probes are played out by the search's own agenda, one
after the other. Judging, starting and reading are not in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from evaluators.errors import CairnError
from experiments.planning.makespan import Makespan, play
from experiments.search.agenda import Chain, Step
from search_spaces.count import Run, StageCounter


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What is known of the workers."""

    workers: tuple[int, ...] = (1, 4, 16)
    examples_a_second: float | None = None
    """Of one worker, in training."""
    price_an_hour: float | None = None
    """Of one worker, in any currency."""

    def __post_init__(self) -> None:
        if not self.workers or min(self.workers) < 1:
            raise ValueError(f"workers is {list(self.workers)}; give numbers of 1 or more")
        for name in ("examples_a_second", "price_an_hour"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; give a number above 0")


@dataclass(frozen=True)
class Work:
    """What is trained: phase -> its trials, each a run a rung. The finals begin when the search is over."""

    phases: Mapping[str, Sequence[Sequence[Run]]]

    def runs(self, *phases: str) -> Iterator[Run]:
        """The runs of these phases, all by default, in the order in which one worker would meet them."""
        return chain.from_iterable(chain.from_iterable(self.phases[name] for name in phases or self.phases))


@dataclass(frozen=True)
class Wall:
    """One number of workers: examples from the first to the last of the critical worker."""

    workers: int
    length: float
    bound: float
    """No order can be shorter: the work shared out, or the longest path."""


@dataclass(frozen=True)
class Hours:
    """How long, if no trial is stopped and if all are that can be."""

    most: tuple[Wall, ...]
    fewest: tuple[Wall, ...]
    costs: Costs

    def as_json(self) -> list[dict[str, Any]]:
        """An object a number of workers; examples without a rate, hours with one."""
        return [
            {
                "workers": most.workers,
                "most": self._one(most),
                "fewest": self._one(fewest),
            }
            for most, fewest in zip(self.most, self.fewest, strict=True)
        ]

    def _one(self, wall: Wall) -> dict[str, Any]:
        found: dict[str, Any] = {"examples": wall.length, "bound_examples": wall.bound}
        rate, price = self.costs.examples_a_second, self.costs.price_an_hour
        if rate is not None:
            found |= {"hours": wall.length / rate / 3600, "bound_hours": wall.bound / rate / 3600}
            if price is not None:
                found["price"] = found["hours"] * wall.workers * price
        return found

    def lines(self) -> list[str]:
        """A table."""
        rate, price = self.costs.examples_a_second, self.costs.price_an_hour
        unit, divisor, digits = ("examples", 1.0, 0) if rate is None else ("hours", 3600 * rate, 2)
        lines = [f"{unit + ' from first to last':22}{'':>20}{'':>22}".rstrip()]
        for high, low in zip(self.most, self.fewest, strict=True):
            row = [f"{wall.length / divisor:,.{digits}f}" for wall in (high, low)]
            bounds = [f"{wall.bound / divisor:,.{digits}f}" for wall in (high, low)]
            name = f"{high.workers} worker{'s' if high.workers > 1 else ''}"
            lines.append(f"  {name:20}{row[0]:>20}{row[1]:>22}")
            lines.append(f"    {'at least':18}{bounds[0]:>20}{bounds[1]:>22}")
            if rate is not None and price is not None:
                money = [f"{wall.length / divisor * wall.workers * price:,.2f}" for wall in (high, low)]
                lines.append(f"    {'price':18}{money[0]:>20}{money[1]:>22}")
        return lines


def costs_of(workers: str, rate: float | None, price: float | None) -> Costs:
    """From what stands on a command line.

    Raises:
        CairnError: something else stands there.
    """
    try:
        counts = tuple(int(part) for part in workers.split(","))
        return Costs(workers=counts, examples_a_second=rate, price_an_hour=price)
    except ValueError as error:
        raise CairnError(f"{error}; write for instance --workers 1,4,16 --rate 250 --price 2.5") from None


def hours_of(counter: StageCounter, longest: Work, shortest: Work, costs: Costs) -> Hours:
    """Play out the most and the least that a study may take."""
    most, fewest = (_walls(counter, work, costs.workers) for work in (longest, shortest))
    return Hours(most, fewest, costs)


def _walls(counter: StageCounter, work: Work, workers: Sequence[int]) -> tuple[Wall, ...]:
    cost, paths = _costed(counter, work)
    stored = {key for key, examples in cost.items() if not examples}
    found = []
    for count in workers:
        there, parts = set(stored), list[Makespan]()
        for phase in (("controls", "proposals"), ("finals",), ("probes",)):
            climbs = [path for name in phase for path in paths.get(name, ()) if path]
            parts.append(play(climbs, count, there))
            there |= {step.key for climb in climbs for one in climb for step in one}
        length, bound = (math.fsum(getattr(part, name) for part in parts) for name in ("seconds", "bound"))
        found.append(Wall(count, length, bound))
    return tuple(found)


def _costed(counter: StageCounter, work: Work) -> tuple[dict[str, float], dict[str, list[list[Chain]]]]:
    """Examples of every stage, as one worker would meet them; and the chains of every trial."""
    cost: dict[str, float] = {}
    keys: dict[str, list[list[list[str]]]] = {}
    visits = counter.visits(work.runs())
    for name, trials in work.phases.items():
        keys[name] = []
        for runs in trials:
            paths = []
            for plan, _ in runs:
                path = []
                for _ in (*plan.trunk, *plan.targets):
                    visit = next(visits)
                    cost.setdefault(visit.key, visit.steps_to_train * counter.examples_a_step(visit.stage))
                    path.append(visit.key)
                paths.append(path)
            keys[name].append(paths)
    chains = {
        name: [[[Step(key, cost[key]) for key in path] for path in paths] for paths in trials]
        for name, trials in keys.items()
    }
    return cost, chains  # type: ignore[return-value]
