"""`cairn store`: the commands that look after trained stages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trainables.store import Store

store = typer.Typer(help="Trained stages.", no_args_is_help=True, rich_markup_mode=None)

Location = Annotated[str, typer.Option("--store", help="A folder, or an address such as s3://bucket/stages.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="A stage's name, or how it begins.")]
_USUAL = "runs/store"


def _opened(location: str) -> Store:
    from trainables.store import StoreError, is_remote, open_store

    if not is_remote(location) and not Path(location.removeprefix("file://")).is_dir():
        raise StoreError(f"there is no store {location}; name one with --store")
    return open_store(location, Path("runs/cache").absolute())


@store.command("ls")
def list_stages(
    tree: Annotated[bool, typer.Option(help="Every stage below the one that it started from.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
    location: Location = _USUAL,
) -> None:
    """List what is stored, which studies need it, and what is in quarantine."""
    from experiments.stages.housekeeping import list_text

    typer.echo(list_text(_opened(location), tree=tree, as_json=as_json))


@store.command()
def explain(one: Key, other: Key, location: Location = _USUAL) -> None:
    """Say why two stages are not the same: the first field that differs, back to where their paths part."""
    from experiments.stages.housekeeping import explain_text

    typer.echo(explain_text(_opened(location), one, other))


@store.command()
def verify(location: Location = _USUAL) -> None:
    """Read every stage through and put damaged ones aside; ends with 1 if there were any."""
    from experiments.stages.housekeeping import verify_text

    text, is_well = verify_text(_opened(location))
    typer.echo(text)
    raise typer.Exit(0 if is_well else 1)


@store.command()
def prune(
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; without it they are only counted.")] = False,
    forget: Annotated[str | None, typer.Option(help="A study whose stages, winners too, are needed no more.")] = None,
    location: Location = _USUAL,
) -> None:
    """Remove stages that no study reaches. Winners, pinned stages and what a running study needs stay."""
    from evaluators.errors import CairnError
    from experiments.stages.housekeeping import prune_text
    from experiments.stages.needs import forget as forget_study

    opened = _opened(location)
    if forget is not None and not forget_study(opened, forget):
        raise CairnError(f"no study {forget!r} is noted in {location}; `cairn store ls` names them")
    typer.echo(prune_text(opened, really=yes))


@store.command()
def pin(
    key: Key,
    reason: Annotated[str, typer.Option(help="For whom or what it is kept.")] = "kept by hand",
    remove: Annotated[bool, typer.Option("--remove", help="Let go of it.")] = False,
    location: Location = _USUAL,
) -> None:
    """Keep a stage, whoever needs it."""
    from experiments.stages import housekeeping

    opened = _opened(location)
    typer.echo(housekeeping.unpin(opened, key) if remove else housekeeping.pin(opened, key, reason))
