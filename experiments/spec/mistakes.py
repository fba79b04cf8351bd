"""What pydantic and the type hints know about a mistake in a spec, said in words that tell the mend."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from experiments.spec.strict_yaml import Mistake, Place

_UNKNOWN_KEY = {"extra_forbidden", "unexpected_keyword_argument"}
_MISSING = {"missing", "missing_argument", "missing_keyword_only_argument"}
_WANTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list, such as [a, b]",
    "list_type": "a list, such as [a, b]",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "dataclass_type": "keys with values",
    "dataclass_exact_type": "keys with values",
}
_EXPONENT = re.compile(r"^([-+]?[0-9]+)[eE]([-+]?[0-9]+)$")


def near(name: str, known: Sequence[str]) -> str:
    """`; did you mean x?`, or what there is to choose from."""
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {', '.join(close)}?"
    return f"; there is {', '.join(known)}" if len(known) <= 24 else f"; there is {', '.join(known[:24])} ..."


def from_validation(error: ValidationError, root: type[BaseModel]) -> list[Mistake]:
    """One mistake for each thing that pydantic found."""
    return [Mistake(_place(found), _text(found, root)) for found in error.errors(include_url=False)]


def said(value: Any) -> str:
    """A value as a person would name it: `the text 'x'`, `the number 3`, `true`, `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value!r}"
    if isinstance(value, int | float):
        return f"the number {value}"
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
    return f"{'a list' if isinstance(value, list) else 'keys with values'} ({shown})"


def _place(found: Mapping[str, Any]) -> Place:
    return tuple(part for part in found["loc"] if part != "[key]")


def _text(found: Mapping[str, Any], root: type[BaseModel]) -> str:
    kind, value = found["type"], found["input"]
    if kind in _UNKNOWN_KEY:
        return "unknown key" + near(str(found["loc"][-1]), _keys_at(root, found["loc"][:-1]))
    if kind in _MISSING:
        return "is missing; it has no default"
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", found["ctx"]["expected"])
        return f"found {said(value)}" + (near(value, options) if isinstance(value, str) else f"; there is {options}")
    wanted = _WANTED.get(kind)
    if wanted is None:
        return f"found {said(value)}: {found['msg'][:1].lower()}{found['msg'][1:]}"
    return f"found {said(value)}; {_mend(value, wanted)}"


def _mend(value: Any, wanted: str) -> str:
    if isinstance(value, str) and "number" in wanted:
        exponent = _EXPONENT.match(value)
        if exponent:
            return f"YAML wants a dot: write {exponent[1]}.0e{exponent[2]}"
        try:
            float(value)
            return f"{wanted} is wanted: take the quotes away"
        except ValueError:
            pass
    if wanted == "true or false" and value in ("yes", "on", "no", "off", "Yes", "No", "On", "Off", "YES", "NO"):
        return f"write {'true' if value.lower() in ('yes', 'on') else 'false'}"
    if wanted == "text" and isinstance(value, bool | int | float):
        return f'text is wanted: put it into quotes, "{json.dumps(value)}"'
    if wanted.startswith("a list") and isinstance(value, str | int | float):
        return f"a list is wanted: write [{value if isinstance(value, str) else json.dumps(value)}]"
    return f"{wanted} is wanted"


def _keys_at(root: Any, place: Sequence[str | int]) -> list[str]:
    """The keys that may stand at a place, found by walking the type hints."""
    here: Any = root
    for part in place:
        here = _step(_bare(here), part)
        if here is None:
            return []
    here = _bare(here)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return list(here.model_fields)
    return [field.name for field in dataclasses.fields(here)] if dataclasses.is_dataclass(here) else []


def _step(here: Any, part: str | int) -> Any:
    if isinstance(here, type) and (dataclasses.is_dataclass(here) or issubclass(here, BaseModel)):
        return typing.get_type_hints(here).get(str(part))
    arguments = typing.get_args(here)
    if typing.get_origin(here) is tuple or isinstance(part, int):
        return arguments[0] if arguments else None
    return arguments[1] if len(arguments) == 2 else None


def _bare(hint: Any) -> Any:
    """The hint without `None` beside it."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        others = [option for option in typing.get_args(hint) if option is not type(None)]
        return others[0] if len(others) == 1 else hint
    return hint
