"""`cairn run`, `plan`, `report`, `study`, and questions to finished runs: `replay`, `transfer`, `compare` and so on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Data, say

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file that describes one experiment.")]
Runs = Annotated[Path | None, typer.Option(help="Folder of run folders, instead of the spec's.", metavar="DIR")]


def run(spec: Spec, data: Data = None, runs: Runs = None) -> None:
    """Search, evaluate the winners, write the report. Run again to continue."""
    from experiments.run import run_spec

    raise typer.Exit(run_spec(spec, data, runs=runs))


def plan(
    spec: Spec,
    data: Data = None,
    workers: Annotated[str, typer.Option(help="Numbers of workers, with commas between them.")] = "1,4,16",
    rate: Annotated[float | None, typer.Option(help="Examples that a worker trains on in a second.")] = None,
    price: Annotated[float | None, typer.Option(help="Of a worker for an hour.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the plans, the stages with and without sharing, disk, hours and money. Trains nothing."""
    from experiments.planning.hours import costs_of
    from experiments.planning.text import plan_text

    typer.echo(plan_text(spec, data, as_json=as_json, costs=costs_of(workers, rate, price)))


def report(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Rebuild the report from the results on disk."""
    from analysis.hypotheses.verdicts import hypotheses_text
    from analysis.report import build_report, read_summary

    page = build_report(run)
    claims = read_summary(run)["hypotheses"]
    if claims:
        typer.echo(hypotheses_text(claims))
    typer.echo(str(page))


def study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file with a question, a spec and its runs.")],
    data: Data = None,
    runs: Runs = None,
) -> None:
    """Run all that a question needs, and answer it on one page. Run again to continue."""
    from experiments.studies import run_study

    raise typer.Exit(run_study(file, data, runs=runs))


def replay(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder of a finished search, best an exhaustive one.")
    ],
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each searcher.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play every searcher on the recorded scores of a search. Trains nothing."""
    from experiments.lessons.replay import replay_text

    typer.echo(replay_text(run, seeds=seeds, as_json=as_json))


def transfer(
    source: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder; or a spec, before it runs.")],
    by: Annotated[str | None, typer.Option(help="text, logme or both; of a spec, text if left out.")] = None,
    examples: Annotated[int, typer.Option(min=2, help="Training examples of each task that are read.")] = 500,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, unrounded.")] = False,
) -> None:
    """Score how well each task may transfer, beside what a run measured."""
    from experiments.lessons.transfer import Request, transfer_report

    request = Request(source=source, by=by, examples=examples, data=data)
    typer.echo(transfer_report(request, as_json=as_json, say=say))


def compare(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    other: Annotated[Path, typer.Argument(metavar="RUN", help="One of another encoder, with the same orders.")],
    of: Annotated[str | None, typer.Option(help="finals or search; the finals, if enough orders.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether two encoders agree on which order is best."""
    from analysis.encoders import compare as compare_runs
    from analysis.encoders import compare_text
    from analysis.load import load

    typer.echo(compare_text(compare_runs(load(run), load(other), of), as_json=as_json))


def scaling(
    sources: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Runs of encoders of several sizes, or a table of errors.")
    ],
    by: Annotated[str, typer.Option(help="A curve for all, for each language, or for each arm.")] = "all",
    arm: Annotated[str, typer.Option(help="Whose error, unless it is by arm.")] = "direct",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit how the error falls with size and data; say whether that is a law."""
    from experiments.lessons.scaling import scaling_report

    typer.echo(scaling_report(sources, by=by, arm=arm, as_json=as_json))
