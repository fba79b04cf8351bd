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
from experiments.commands.store import store

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

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file that describes one experiment.")]
Data = Annotated[Path | None, typer.Option(help="A mirror of the data, with the hub's layout.", metavar="DIR")]


Runs = Annotated[Path | None, typer.Option(help="Folder of run folders, instead of the spec's.", metavar="DIR")]


@app.command()
def run(spec: Spec, data: Data = None, runs: Runs = None) -> None:
    """Search, evaluate the winners, write the report. Run again to continue."""
    from experiments.run import run_spec

    raise typer.Exit(run_spec(spec, data, runs=runs))


app.command()(submit)


@app.command()
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


@app.command()
def report(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Rebuild the report from the results on disk."""
    from analysis.hypotheses.verdicts import hypotheses_text
    from analysis.report import build_report, read_summary

    page = build_report(run)
    claims = read_summary(run)["hypotheses"]
    if claims:
        typer.echo(hypotheses_text(claims))
    typer.echo(str(page))


@app.command()
def study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file with a question, a spec and its runs.")],
    data: Data = None,
    runs: Runs = None,
) -> None:
    """Run all that a question needs, and answer it on one page. Run again to continue."""
    from experiments.studies import run_study

    raise typer.Exit(run_study(file, data, runs=runs))


@app.command()
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


@app.command()
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
    typer.echo(transfer_report(request, as_json=as_json, say=_say))


@app.command()
def compare(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    other: Annotated[Path, typer.Argument(metavar="RUN", help="One of another encoder, with the same orders.")],
    of: Annotated[str | None, typer.Option(help="finals or search; the finals if they share four orders.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether two encoders agree on which order is best."""
    from analysis.encoders import compare as compare_runs
    from analysis.encoders import compare_text
    from analysis.load import load

    typer.echo(compare_text(compare_runs(load(run), load(other), of), as_json=as_json))


@app.command()
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


@app.command()
def score(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="A folder in the official layout.")],
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="Gold in the same layout.")],
    suite: Annotated[str, typer.Option(help="xtreme, xtreme-r, open or babel.")] = "xtreme",
    tagging: Annotated[
        str, typer.Option(help="How tags become spans: legacy (published numbers) or current.")
    ] = "legacy",
    partial: Annotated[bool, typer.Option(help="Leave out languages without labels; no total then.")] = False,
    by: Annotated[str | None, typer.Option(help="Add means by family, script, size or seen.")] = None,
    encoder: Annotated[str, typer.Option(help="Whose pretraining languages --by seen is about.")] = "",
    against: Annotated[Path | None, typer.Option(metavar="DIR", help="Add the gain over these predictions.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, unrounded.")] = False,
) -> None:
    """Score predictions as the benchmark does."""
    from experiments.judging.scoring import score_text

    text = score_text(
        predictions,
        labels,
        suite,
        tagging=tagging,
        by=by,
        encoder=encoder,
        against=against,
        partial=partial,
        as_json=as_json,
        say=_say,
    )
    typer.echo(text)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An encoder, or the folder of a finished run.")],
    suite: Annotated[str, typer.Option(help="xtreme, xtreme-r, open or babel.")],
    data: Data = None,
    tasks: Annotated[str | None, typer.Option(help="Only these targets, with commas between them.")] = None,
    languages: Annotated[str | None, typer.Option(help="Only these languages, with commas between them.")] = None,
    tuned: Annotated[list[str] | None, typer.Option(help="TASK=DIR: a model fine-tuned for a target.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the fine-tuning; by default 0, or a run's own.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Of every training, instead of the suite's own.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of every training, instead of the suite's own.")] = None,
    retrieval: Annotated[str, typer.Option(help="xtreme-2020, xtreme, jiant-14-mean, or swept.")] = "xtreme-2020",
    to: Annotated[Path | None, typer.Option(help="Where everything goes.", metavar="DIR")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as one JSON object.")] = False,
) -> None:
    """Fine-tune as the suite says, answer all of it, write the submission, score what has gold."""
    from experiments.judging.evaluating import Request, evaluate_model
    from experiments.judging.examinees import Changes

    request = Request.of(
        model,
        suite,
        tasks=tasks,
        languages=languages,
        tuned=tuned or [],
        retrieval=retrieval,
        data=data,
        changes=Changes(epochs=epochs, learning_rate=learning_rate),
        seed=seed,
        folder=to,
    )
    typer.echo(evaluate_model(request, as_json=as_json, say=_say))


@app.command()
def bench(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Encoders, tuned models, runs, RUN::ARM.")],
    lengths: Annotated[str, typer.Option(help="Tokens of an input, with commas; own: texts as they are.")] = "32,128",
    batches: Annotated[str, typer.Option(help="Inputs of a call, with commas between them.")] = "1,8",
    languages: Annotated[str | None, typer.Option(help="Of the texts, with commas; the suite's source.")] = None,
    heads: Annotated[str | None, typer.Option(help="encoder, scoring, generate; all that a model has.")] = None,
    arm: Annotated[str | None, typer.Option(help="Of runs' finals; the first winner if left out.")] = None,
    blocks: Annotated[int, typer.Option(help="Of calls; each asks all models in an order of its own.")] = 20,
    calls: Annotated[int, typer.Option(help="Timed calls of a block.")] = 5,
    warmup: Annotated[int, typer.Option(help="Calls before the first block.")] = 3,
    band: Annotated[float, typer.Option(help="Times this close are equivalent: a share.")] = 0.03,
    new_tokens: Annotated[int, typer.Option(help="Most tokens that are generated.")] = 8,
    precision: Annotated[str, typer.Option(help="float32, tf32, bfloat16 or float16.")] = "float32",
    threads: Annotated[int | None, typer.Option(min=1, help="Of the CPU; all, if left out.")] = None,
    suite: Annotated[str, typer.Option(help="Whose dev texts are the inputs.")] = "babel",
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, unrounded.")] = False,
) -> None:
    """Time models against each other, with an A/A control and a test of equivalence."""
    from experiments.judging.bench import Request
    from experiments.judging.bench import bench as timed

    request = Request.of(
        models,
        languages=languages,
        lengths=lengths,
        batches=batches,
        heads=heads,
        arm=arm,
        blocks=blocks,
        calls=calls,
        warmup=warmup,
        band=band,
        new_tokens=new_tokens,
        precision=precision,
        threads=threads,
        suite=suite,
        data=data,
    )
    typer.echo(timed(request, as_json=as_json, say=_say))


@app.command()
def submission(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A finished run, or a folder of predictions to check.")],
    suite: Annotated[str | None, typer.Option(help="For a folder of predictions: what it is for.")] = None,
    arm: Annotated[str | None, typer.Option(help="Of the finals; the first winner if left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the finals; the first if left out.")] = None,
    data: Data = None,
    to: Annotated[Path | None, typer.Option(help="Where the folder goes.", metavar="DIR")] = None,
) -> None:
    """Write what a run's winner would hand in, and check it."""
    from experiments.judging.submitting import submit

    checked = submit(run, suite=suite, arm=arm, seed=seed, data=data, folder=to, say=_say)
    typer.echo(checked.text)
    raise typer.Exit(2 if checked.problems else 0)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A finished run.")],
    to: Annotated[Path, typer.Option(help="Where the models go; must be empty.", metavar="DIR")],
    arm: Annotated[str | None, typer.Option(help="Of the finals; the first winner if left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the finals; the first if left out.")] = None,
    data: Data = None,
) -> None:
    """Write a run's winner as ordinary Hugging Face folders, with a model card."""
    from experiments.exporting.export import export_run

    typer.echo(export_run(run, arm=arm, seed=seed, data=data, folder=to, say=_say).text)


def _say(text: str) -> None:
    typer.echo(text, err=True)


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
    encoder: Annotated[str, typer.Option(help="babel-xlmr, babel-xlmr-32, babel-mbert, babel-mt5 ...")] = "babel-xlmr",
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
