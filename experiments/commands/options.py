"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="A mirror of the data, with the hub's layout.", metavar="DIR")]


def say(text: str) -> None:
    """A line that is not the result."""
    typer.echo(text, err=True)
