"""YAML that means what it looks like: every mistake is found, with its place; nothing is guessed.

Differences from plain YAML 1.1: a key given twice is a mistake; only `true` and `false` are truth values (so that the
language code `no` stays Norwegian); there are no dates, octal or sexagesimal numbers. `2e-5` stays text, as YAML 1.1
has it, and the spec tells how to write the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """One thing to mend: where it is and what to do."""

    place: Place
    text: str


@dataclass
class Document:
    """Plain values, the line of every place, and what was wrong already at this level."""

    value: Any
    lines: Mapping[Place, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    """SafeLoader with its own small table of what a bare word can mean."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own attribute)


_DIGITS = list("-+0123456789")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False)$"), list("tfTF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), _DIGITS)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*\.[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)$"),
    [*_DIGITS, "."],
)


def parse(text: str) -> Document:
    """The document's plain values: dict, list, str, int, float, bool, None."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        document = Document(value=None)
        if node is not None:
            lines: dict[Place, int] = {}
            document.value = _value(loader, node, (), document.mistakes, lines)
            document.lines = lines
        return document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = "a tab; indent with spaces" if "\\t" in str(error.problem) else str(error.problem)
        return Document(value=None, mistakes=[Mistake((), f"{where}not YAML: {what}")])
    except yaml.YAMLError as error:
        return Document(value=None, mistakes=[Mistake((), f"not YAML: {error}")])
    finally:
        loader.dispose()


def _value(
    loader: _Loader, node: yaml.Node, place: Place, mistakes: list[Mistake], lines: dict[Place, int]
) -> dict[str, Any] | list[Any] | str | int | float | bool | None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, child, (*place, i), mistakes, lines) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, child in node.value:
            key = str(key_node.value)
            here = (*place, key)
            if key in result:
                line = key_node.start_mark.line + 1
                mistakes.append(Mistake(here, f"given twice (lines {lines[here]} and {line}); keep one"))
                continue
            result[key] = _value(loader, child, here, mistakes, lines)
            lines[here] = key_node.start_mark.line + 1
        return result
    if not str(node.tag).startswith("tag:yaml.org,2002:") or node.tag.endswith((":binary", ":timestamp", ":python")):
        mistakes.append(Mistake(place, f"the tag {node.tag!r} means nothing here; write a plain value"))
        return None
    try:
        plain: str | int | float | bool | None = loader.construct_object(node)
    except (ValueError, yaml.YAMLError) as error:
        mistakes.append(Mistake(place, f"unreadable value {node.value!r}: {error}"))
        return None
    return plain
