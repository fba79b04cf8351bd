"""What a spec may claim beforehand: a small closed set of forms, each about one number in points.

A form says what is compared; `by`, the smallest effect that the claim is worth its name for, says how large. Written in
YAML a claim is a block with one key for its form; `WrittenClaim` is that block, `Claim` what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

Tasks: TypeAlias = tuple[str, ...]
"""Training tasks, any of which will do."""
Size: TypeAlias = Literal["large", "small"]
Likeness: TypeAlias = Literal["dissimilar", "similar"]


@dataclass(frozen=True)
class Before:
    """Of two orders of the same stages, one with a task of `earlier` before one of `later` scores higher."""

    earlier: Tasks
    later: Tasks

    def __str__(self) -> str:
        return f"{' or '.join(self.earlier)} before {' or '.join(self.later)}, less the other way round"


@dataclass(frozen=True)
class First:
    """Orders that begin with large tasks (or small ones) and end with the others score higher."""

    size: Size

    def __str__(self) -> str:
        return f"the {'largest' if self.size == 'large' else 'smallest'} tasks first, less last"


@dataclass(frozen=True)
class Neighbours:
    """Orders whose adjacent stages are of different kinds (or of one kind) score higher."""

    likeness: Likeness
    groups: Mapping[str, Tasks] | None
    """Kind -> its tasks; None: kinds are the forms of the tasks' questions."""

    def __str__(self) -> str:
        other = "similar" if self.likeness == "dissimilar" else "dissimilar"
        return f"the most {self.likeness} neighbours, less the most {other}"


@dataclass(frozen=True)
class MixtureBeatsOrders:
    """One mixture of these tasks scores higher than the best of their orders."""

    tasks: Tasks

    def __str__(self) -> str:
        return f"the mixture of {', '.join(self.tasks)}, less the best of their orders"


@dataclass(frozen=True)
class GainFrom:
    """An arm's gain over direct fine-tuning is all in one group of targets."""

    group: str
    arm: str

    def __str__(self) -> str:
        return f"the gain of {self.arm} over direct without {self.group}"


@dataclass(frozen=True)
class Better:
    """One arm of the finals scores higher than another."""

    arm: str
    other: str

    def __str__(self) -> str:
        return f"{self.arm}, less {self.other}"


OrderForm: TypeAlias = Before | First | Neighbours
Form: TypeAlias = OrderForm | MixtureBeatsOrders | GainFrom | Better

FORMS = ("before", "first", "neighbours", "mixture_beats_orders", "gain_from", "better")
_LEADING = "winner 1"


@dataclass(frozen=True)
class Claim:
    """A form and the points that it is about."""

    form: Form
    by: float | None
    """The smallest effect worth the name; None: the band within which orders are called equal."""


@dataclass(frozen=True, kw_only=True)
class WrittenClaim:
    """A claim as a spec writes it: one of the forms, and what goes with it."""

    before: tuple[Tasks, ...] | None = None
    first: Size | None = None
    neighbours: Likeness | None = None
    mixture_beats_orders: Tasks | None = None
    gain_from: str | None = None
    better: tuple[str, ...] | None = None
    groups: Mapping[str, Tasks] | None = None
    """With `neighbours`: which tasks are of one kind."""
    arm: str | None = None
    """With `gain_from`: whose gain."""
    by: float | None = None

    def __post_init__(self) -> None:
        given = [name for name in FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "claims nothing"
            raise ValueError(f"{found}; give one of {', '.join(FORMS)}")
        if self.groups is not None and self.neighbours is None:
            raise ValueError("groups goes with neighbours; leave it out")
        if self.arm is not None and self.gain_from is None:
            raise ValueError("arm goes with gain_from; leave it out")
        if self.by is not None and not 0 <= self.by < 100:
            raise ValueError(f"by is {self.by} points; give 0 or more, below 100")
        if self.gain_from is not None and self.by == 0:
            raise ValueError("by is 0 points, and no gain can be shown to be within that; give a number above 0")
        _check_pair("before", self.before, "tasks, or lists of tasks")
        _check_pair("better", self.better, "arms")
        if self.mixture_beats_orders is not None:
            _check_different("mixture_beats_orders", self.mixture_beats_orders, at_least=2)
        if self.before is not None:
            _check_different("before", [task for group in self.before for task in group], at_least=2)
        if self.groups is not None:
            _check_different("groups", [task for group in self.groups.values() for task in group], at_least=1)

    @property
    def arms(self) -> tuple[str, ...]:
        """Of the finals, that it names."""
        return (*(self.better or ()), *((self.arm,) if self.arm else ()))

    def claim(self) -> Claim:
        """What it means."""
        return Claim(self._form(), self.by)

    def _form(self) -> Form:
        if self.before is not None:
            return Before(self.before[0], self.before[1])
        if self.first is not None:
            return First(self.first)
        if self.neighbours is not None:
            return Neighbours(self.neighbours, self.groups)
        if self.mixture_beats_orders is not None:
            return MixtureBeatsOrders(tuple(sorted(self.mixture_beats_orders)))
        if self.gain_from is not None:
            return GainFrom(self.gain_from, self.arm or _LEADING)
        assert self.better is not None
        return Better(self.better[0], self.better[1])

    def as_json(self) -> dict[str, Any]:
        """What was written, as plain JSON values."""
        written = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in written.items() if value is not None}


def from_json(value: Mapping[str, Any]) -> WrittenClaim:
    """The inverse of `as_json`."""
    return WrittenClaim(**{name: _frozen(inner) for name, inner in value.items()})


def long_form(value: Any) -> Any:
    """A claim as YAML has it, with the lists that may be left out around single tasks."""
    if not isinstance(value, dict):
        return value
    filled = dict(value)
    if isinstance(value.get("before"), list):
        filled["before"] = [_listed(one) for one in value["before"]]
    if isinstance(value.get("groups"), dict):
        filled["groups"] = {name: _listed(one) for name, one in value["groups"].items()}
    return filled


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _check_pair(name: str, value: Sequence[Any] | None, what: str) -> None:
    if value is not None and (len(value) != 2 or value[0] == value[1] or not all(value)):
        raise ValueError(
            f"{name} is {_plain(value)}; give two different {what}: the one that scores higher comes first"
        )


def _check_different(name: str, tasks: Sequence[str], *, at_least: int) -> None:
    if len(tasks) < at_least or len(set(tasks)) < len(tasks):
        raise ValueError(f"{name} names {', '.join(tasks) or 'no task'}; name at least {at_least}, each once")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _frozen(inner) for name, inner in value.items()}
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list | tuple) else value
