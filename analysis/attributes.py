"""Scores by what languages are: family, script, size of their Wikipedia, seen in pretraining or not, used to choose.

This is our reading of the attribute-aware part of XTREME-R; no published table or script fixes it. A class is compared
within a task first, then tasks are averaged with equal weight. A class that a task does not have is not filled in, so
every mean says how many tasks and languages stand behind it. What is not known of a language is its own class.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evaluators.babel.languages import LANGUAGES as INVENTED
from evaluators.errors import UnknownName
from evaluators.languages import LANGUAGES

UNKNOWN = "unknown"

TaskValues: TypeAlias = Mapping[str, Mapping[str, float]]
"""Task -> language -> score in percent."""

_ENCODERS = {
    r"mbert|bert-base-multilingual": "mBERT",
    r"xlm-?r(oberta)?\b": "XLM-R",
    r"\bmt5\b": "mT5",
}
"""What is in an encoder's name -> how the table of languages calls it."""


def pretraining_of(encoder: str) -> str | None:
    """How the table of languages calls an encoder of this name; None if it does not know what that has read."""
    return next((name for part, name in _ENCODERS.items() if re.search(part, encoder.lower())), None)


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """One class of an attribute."""

    attribute: str
    value: str
    mean: float
    """Over tasks, of the mean over the class's languages in a task."""
    tasks: Mapping[str, float]
    languages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What two of the attributes depend on."""

    encoder: str = ""
    """Its name; classes of "seen" are unknown for one that the table does not know."""
    chosen_on: Collection[str] = ()
    """Languages whose dev scores helped to choose the model."""


def _family(code: str, given: Circumstances) -> str:
    if code in INVENTED:
        return "invented" if code not in LANGUAGES else LANGUAGES[code].family
    return LANGUAGES[code].family if code in LANGUAGES else UNKNOWN


def _script(code: str, given: Circumstances) -> str:
    if code in LANGUAGES:
        return LANGUAGES[code].script
    return str(INVENTED[code].script) if code in INVENTED else UNKNOWN


def _size(code: str, given: Circumstances) -> str:
    size = LANGUAGES[code].size if code in LANGUAGES else None
    return size or UNKNOWN


def _seen(code: str, given: Circumstances) -> str:
    known = pretraining_of(given.encoder)
    if known is None or code not in LANGUAGES or LANGUAGES[code].wiki_millions is None:
        return UNKNOWN  # of languages beyond XTREME-R's, the table does not say who has read them
    return "unseen" if known in LANGUAGES[code].unseen_by else "seen"


def _selection(code: str, given: Circumstances) -> str:
    return "used to choose" if code in given.chosen_on else "not used"


ATTRIBUTES: Mapping[str, Callable[[str, Circumstances], str]] = {
    "family": _family,
    "script": _script,
    "size": _size,
    "seen": _seen,
    "selection": _selection,
}


def by_attribute(values: TaskValues, attribute: str, given: Circumstances | None = None) -> list[ClassScore]:
    """The classes of an attribute, the largest first; those not known last.

    Raises:
        UnknownName: there is no such attribute.
    """
    if attribute not in ATTRIBUTES:
        raise UnknownName("attribute of languages", attribute, ATTRIBUTES)
    find, given = ATTRIBUTES[attribute], given or Circumstances()
    classes: dict[str, dict[str, dict[str, float]]] = {}
    for task, languages in values.items():
        for code, value in languages.items():
            classes.setdefault(find(code, given), {}).setdefault(task, {})[code] = value
    found = [
        ClassScore(
            attribute=attribute,
            value=name,
            mean=_mean(_mean(languages.values()) for languages in tasks.values()),
            tasks={task: _mean(languages.values()) for task, languages in tasks.items()},
            languages=tuple(dict.fromkeys(code for languages in tasks.values() for code in languages)),
        )
        for name, tasks in classes.items()
    ]
    return sorted(found, key=lambda one: (one.value == UNKNOWN, -len(one.languages), one.value))


def attribute_text(classes: Sequence[ClassScore]) -> str:
    """A table: class, mean, tasks and languages behind it."""
    if not classes:
        return "no language has a score"
    rows = [(classes[0].attribute, "mean", "tasks", "languages")]
    rows += [
        (one.value, f"{one.mean:.2f}", str(len(one.tasks)), f"{len(one.languages)}: {' '.join(one.languages)}")
        for one in classes
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}".rstrip() for row in rows]
    uneven = len({tuple(one.tasks) for one in classes}) > 1
    note = ["classes do not have the same tasks, so their means are not comparable at once"] if uneven else []
    return "\n".join([*lines, *note])


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
