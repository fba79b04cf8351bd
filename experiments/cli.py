"""The command line: parses, calls one function, prints where the results are.

Everything heavy is imported inside the commands, so that `cairn --help` answers at once. A mistake of the user's making
ends with exit status 2 and one paragraph; a traceback is ours to mend. An interrupted run ends with 130.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

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

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file that describes one experiment.")]
Data = Annotated[Path | None, typer.Option(help="A mirror of the data, with the hub's layout.", metavar="DIR")]


@app.command()
def run(spec: Spec, data: Data = None) -> None:
    """Search, evaluate the winners, write the report. Run again to continue."""
    from experiments.run import run_spec

    raise typer.Exit(run_spec(spec, data))


@app.command()
def plan(
    spec: Spec,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the plans, the stages with and without sharing, steps and disk. Trains nothing."""
    from experiments.planning import plan_text

    typer.echo(plan_text(spec, data, as_json=as_json))


@app.command()
def report(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Rebuild the report from the results on disk."""
    from analysis.report import build_report

    typer.echo(str(build_report(run)))


@app.command()
def tasks(suite: Annotated[str | None, typer.Option(help="Only the tasks of this suite.")] = None) -> None:
    """List the tasks that can be trained on or transferred to."""
    from experiments.listing import tasks_text

    typer.echo(tasks_text(suite))


@app.command()
def suites() -> None:
    """List the suites and their targets."""
    from experiments.listing import suites_text

    typer.echo(suites_text())


@babel.command("build")
def babel_build(
    folder: Annotated[Path, typer.Argument(help="Where the encoder goes; must be empty.")],
    cache: Annotated[Path, typer.Option(help="Where the suite's own files go.")] = Path("runs/cache"),
) -> None:
    """Rebuild the offline suite's encoder and compare it with the shipped one. Takes minutes."""
    from experiments.building import build_babel_encoder

    typer.echo(build_babel_encoder(folder, cache))


@encoder.command("build")
def encoder_build(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file with a recipe and its texts.")],
    folder: Annotated[Path, typer.Argument(help="Where the encoder goes; must be empty.")],
    data: Data = None,
) -> None:
    """Train a small encoder and its tokenizer from text."""
    from experiments.building import build_from_spec

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
    except KeyboardInterrupt:
        typer.echo("cairn: interrupted; what was finished is kept, run the same command again to continue", err=True)
        sys.exit(130)
