"""The command line: parses, calls one function, prints where the results are.

Everything heavy is imported inside the commands, so that `cairn --help` answers at once. A mistake of the user's making
ends with exit status 2 and one paragraph; a traceback is ours to mend. An interrupted run ends with 130.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.jobs import job, submit
from experiments.commands.models import bench, evaluate, export, score, submission
from experiments.commands.options import Data
from experiments.commands.store import store
from experiments.commands.studies import compare, plan, replay, report, run, scaling, study, transfer

app = typer.Typer(
    name="cairn",
    help="Search for the path of intermediate fine-tuning that transfers best across languages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
babel = typer.Typer(help="The offline suite.", no_args_is_help=True, rich_markup_mode=None)
encoder = typer.Typer(help="Encoders.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(babel, name="babel")
app.add_typer(encoder, name="encoder")
app.add_typer(store, name="store")
app.add_typer(job, name="job")

for command in (
    *(run, submit, plan, report, study),
    *(replay, transfer, compare, scaling),
    *(score, evaluate, bench, submission, export),
):
    app.command()(command)


@app.command()
def tasks(suite: Annotated[str | None, typer.Option(help="Only the tasks of this suite.")] = None) -> None:
    """List the tasks that can be trained on or transferred to."""
    from experiments.commands.listing import tasks_text

    typer.echo(tasks_text(suite))


@app.command()
def suites() -> None:
    """List the suites and their targets."""
    from experiments.commands.listing import suites_text

    typer.echo(suites_text())


@babel.command("build")
def babel_build(
    folder: Annotated[Path, typer.Argument(help="Where the encoder goes; must be empty.")],
    cache: Annotated[Path, typer.Option(help="Where the suite's own files go.")] = Path("runs/cache"),
    encoder: Annotated[str, typer.Option(help="babel-xlmr, babel-xlmr-32, babel-mbert, babel-xmod ...")] = "babel-xlmr",
) -> None:
    """Rebuild one of the offline suite's encoders and compare it with the shipped one. Takes minutes."""
    from experiments.commands.building import build_babel_encoder

    typer.echo(build_babel_encoder(folder, cache, encoder))


@encoder.command("build")
def encoder_build(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file with a recipe and its texts.")],
    folder: Annotated[Path, typer.Argument(help="Where the encoder goes; must be empty.")],
    data: Data = None,
) -> None:
    """Train a small encoder and its tokenizer from text."""
    from experiments.commands.building import build_from_spec

    typer.echo(str(build_from_spec(spec, folder, data)))


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"cairn {version('cairn-search')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Search for the path of intermediate fine-tuning that transfers best across languages."""


def main() -> None:
    """The console script."""
    from evaluators.errors import CairnError

    try:
        app()
    except CairnError as error:
        typer.echo(f"cairn: {error}", err=True)
        sys.exit(2)
