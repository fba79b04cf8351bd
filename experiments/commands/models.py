"""`cairn score`, `evaluate`, `bench`, `submission` and `export`: the commands about finished models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.options import Data, say


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
        say=say,
    )
    typer.echo(text)


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
    typer.echo(evaluate_model(request, as_json=as_json, say=say))


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
    typer.echo(timed(request, as_json=as_json, say=say))


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

    checked = submit(run, suite=suite, arm=arm, seed=seed, data=data, folder=to, say=say)
    typer.echo(checked.text)
    raise typer.Exit(2 if checked.problems else 0)


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A finished run.")],
    to: Annotated[Path, typer.Option(help="Where the models go; must be empty.", metavar="DIR")],
    arm: Annotated[str | None, typer.Option(help="Of the finals; the first winner if left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the finals; the first if left out.")] = None,
    data: Data = None,
) -> None:
    """Write a run's winner as ordinary Hugging Face folders, with a model card."""
    from experiments.exporting.export import export_run

    typer.echo(export_run(run, arm=arm, seed=seed, data=data, folder=to, say=say).text)
