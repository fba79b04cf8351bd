"""What every page of ours shares: the templates, how numbers are written in them, and how a file is put in place."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis import numbers


def templates() -> Environment:
    """The templates; an undefined name in one is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        score=numbers.score,
        signed=numbers.signed,
        interval=numbers.interval,
        half_width=numbers.half_width,
        exact=numbers.exact,
        told=numbers.told,
        count=numbers.count,
        duration=numbers.duration,
        moment=numbers.moment,
    )
    return environment


def put_json(path: Path, value: Mapping[str, Any]) -> None:
    """Plain values, in one atomic step."""
    put(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def put(path: Path, text: str) -> None:
    """A text file, in one atomic step: a reader never sees half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
