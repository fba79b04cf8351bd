"""One YAML file is one experiment: read once, strictly, into a typed, frozen `ExperimentSpec`.

`load_spec` finds every mistake in one go: what is no YAML, keys given twice, unknown keys, wrong types, values that a
dimension of the space refuses, and names of suites, tasks, languages, encoders and controls that do not exist. Names
are checked on the raw values, so that a mistake in one place does not hide those in others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analysis.hypotheses.claims import long_form
from evaluators.errors import CairnError
from experiments.spec.claim_names import PLACE as CLAIMS
from experiments.spec.contradictions import contradictions
from experiments.spec.experiment import ExperimentSpec
from experiments.spec.mistakes import from_validation, near, said
from experiments.spec.names import missing_folder, wrong_names
from experiments.spec.raw import suite_of, value_at
from experiments.spec.strict_yaml import Document, Mistake, Place, parse


class SpecError(CairnError):
    """A spec with mistakes; the message lists all of them."""


def load_spec(path: Path, *, other_data: bool = False, elsewhere: bool = False) -> ExperimentSpec:
    """The spec in a file. With `other_data`, the spec's own data folder will not be used and need not exist.

    With `elsewhere`, the spec is for other machines: absolute paths in it need not exist here.

    Raises:
        SpecError: with every mistake in the file, or because there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        beside = sorted(file.name for file in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        hint = near(path.name, beside) if beside else "; give the path of a YAML file"
        raise SpecError(f"there is no spec {path}{hint}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"the spec {path} cannot be read: {error}") from None
    return read_spec(text, path.name, other_data=other_data, elsewhere=elsewhere)


def read_spec(text: str, name: str = "spec", *, other_data: bool = False, elsewhere: bool = False) -> ExperimentSpec:
    """The spec in a text; `name` is how the message calls it.

    Raises:
        SpecError: with every mistake.
    """
    document = parse(text)
    if not document.mistakes and not isinstance(document.value, dict):
        document.mistakes.append(Mistake((), f"found {said(document.value)}; a spec is keys with values"))
    if not isinstance(document.value, dict):
        raise SpecError(message(document, document.mistakes, name))
    raw = _filled_in(document.value)
    mistakes = [*document.mistakes]
    spec = None
    try:
        spec = ExperimentSpec.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        mistakes += from_validation(error, ExperimentSpec)
    mistakes += [m for m in wrong_names(raw) if not (elsewhere and _is_absolute_path(value_at(raw, m.place)))]
    mistakes += [] if other_data or elsewhere else missing_folder(raw)
    mistakes += contradictions(raw)
    if mistakes:
        raise SpecError(message(document, mistakes, name))
    assert spec is not None
    return spec


def message(document: Document, mistakes: Sequence[Mistake], name: str) -> str:
    """All mistakes, in the order of the file, each with its place and line."""
    lines = []
    for mistake in _once_a_place(mistakes):
        place = _as_written(mistake.place, document)
        line = next((document.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in document.lines), 0)
        where = ".".join(str(part) for part in place)
        lines.append((line, f"  {where + ': ' if where else ''}{mistake.text}{f' (line {line})' if line else ''}"))
    count = f"{len(lines)} mistake{'s' if len(lines) != 1 else ''}"
    return "\n".join([f"{name} has {count}:", *(text for _, text in sorted(lines))])


def _as_written(place: Place, document: Document) -> Place:
    """The place in the file of a value that was written short."""
    short = isinstance(document.value, dict) and isinstance(document.value.get("encoder"), str)
    if short and place[:1] == ("encoder",):
        return ("encoder",)
    return place[:-1] if place[-1:] == (0,) and isinstance(value_at(document.value, place[:-1]), str) else place


def _once_a_place(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The first mistake of each place says enough."""
    first: dict[Place, Mistake] = {}
    for mistake in mistakes:
        first.setdefault(mistake.place, mistake)
    return list(first.values())


def _filled_in(value: Mapping[str, Any]) -> dict[str, Any]:
    """The long form of what may be written short: an encoder's name, `all` targets, languages, trials, claims."""
    raw = dict(value)
    if isinstance(raw.get("encoder"), str):
        raw["encoder"] = {"name": raw["encoder"]}
    suite = suite_of(raw)
    if raw.get("targets", "all") == "all":
        raw["targets"] = list(suite.targets) if suite else []
    if raw.get("languages") == "all":
        raw["languages"] = None
    if isinstance(raw.get("search"), dict) and raw["search"].get("trials") == "all":
        raw["search"] = {**raw["search"], "trials": None}
    claims = value_at(raw, CLAIMS)
    if isinstance(claims, dict):
        raw["analysis"] = {**raw["analysis"], "hypotheses": {name: long_form(one) for name, one in claims.items()}}
    return raw


def _is_absolute_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("/", "~"))
