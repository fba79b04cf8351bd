"""`cairn submit` and `cairn job`: the commands that run a study on a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

job = typer.Typer(help="Jobs on a cluster.", no_args_is_help=True, rich_markup_mode=None)

Address = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Of the cluster's dashboard; else RAY_API_SERVER_ADDRESS, else this machine."),
]
Job = Annotated[str, typer.Argument(metavar="ID", help="As `cairn submit` printed it.")]
To = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the run folder goes; by default runs/<name>.")]


def submit(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A YAML file that describes one experiment.")],
    address: Address = None,
    follow: Annotated[bool, typer.Option("--follow", help="Show the log, and fetch the run when it is done.")] = False,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="A mirror of the data, on the cluster.")] = None,
    runs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of run folders on the cluster, instead of the spec's.")
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Pass this variable of the environment on.")
    ] = None,
    to: To = None,
) -> None:
    """Run a spec as a job of a Ray cluster. Submit again to continue."""
    from experiments.jobs.submit import submission_of

    read = submission_of(spec, data=data, runs=runs)
    from experiments.jobs.server import connect
    from experiments.jobs.submit import submit_job

    client = connect(address)
    sent = submit_job(client, spec, read, data=data, runs=runs, passed_on=env or ())
    typer.echo(f"submitted {sent}")
    if not follow:
        flag = f" --address {address}" if address else ""
        typer.echo(f"  cairn job logs {sent} --follow{flag}")
        typer.echo(f"  cairn job fetch {sent}{flag}")
        return
    from experiments.jobs.fetch import fetch

    status = _followed(client, sent)
    if status == 0:
        typer.echo(f"fetched: {fetch(client, sent, run=None, to=to) / 'report.html'}")
    raise typer.Exit(status)


@job.command("ls")
def list_jobs(address: Address = None) -> None:
    """List the jobs of the cluster."""
    from experiments.jobs.server import connect
    from experiments.jobs.watch import list_text

    typer.echo(list_text(connect(address)))


@job.command()
def status(name: Job, address: Address = None) -> None:
    """Say how a job stands, and why it failed."""
    from experiments.jobs.server import connect
    from experiments.jobs.watch import details_of, status_text

    typer.echo(status_text(details_of(connect(address), name)))


@job.command()
def logs(
    name: Job,
    address: Address = None,
    follow: Annotated[bool, typer.Option("--follow", help="Until the job ends; then with its exit status.")] = False,
) -> None:
    """Print what a job said."""
    from experiments.jobs.server import connect
    from experiments.jobs.watch import log_of

    client = connect(address)
    if follow:
        raise typer.Exit(_followed(client, name))
    typer.echo(log_of(client, name), nl=False)


@job.command()
def stop(name: Job, address: Address = None) -> None:
    """End a job; what was finished is kept. Submit the same spec again to continue."""
    from experiments.jobs import watch
    from experiments.jobs.server import connect

    typer.echo(watch.stop(connect(address), name))


@job.command()
def fetch(
    name: Job,
    address: Address = None,
    run: Annotated[
        str | None, typer.Option(metavar="DIR", help="The run folder there, of a job that `ray job submit` sent.")
    ] = None,
    to: To = None,
) -> None:
    """Copy the run folder here: report, scores, record. Also while the job runs."""
    from experiments.jobs import fetch as fetching
    from experiments.jobs.server import connect

    typer.echo(str(fetching.fetch(connect(address), name, run=run, to=to)))


def _followed(client: object, name: str) -> int:
    """Show a job's log to its end; why it failed, if it did."""
    from experiments.jobs.watch import details_of, follow, reason_of

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    try:
        ended = follow(client, name, write)
    except KeyboardInterrupt:
        typer.echo(f"\nno longer following; the job goes on (`cairn job stop {name}` ends it)", err=True)
        return 130
    if ended:
        details = details_of(client, name)
        reason = reason_of(details)
        typer.echo(f"cairn: {name} {details.status.value.lower()}{f': {reason}' if reason else ''}", err=True)
    return ended
