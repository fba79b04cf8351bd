"""`cairn run`, also as `python -m experiments.run SPEC` for `ray job submit`: search, finals, report; again = continue.

The run folder is the only memory. What is in it is done; the rest is done now. So an interrupted run, a crashed one and
one whose spec asks for more trials or seeds are continued by the same command, and a finished one trains nothing.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from analysis.hypotheses.registration import fingerprint
from analysis.hypotheses.verdicts import hypotheses_text
from analysis.report import build_report, results_table
from evaluators.errors import CairnError
from evaluators.task import Split
from experiments.as_module import as_typed, start
from experiments.environment import describe_environment
from experiments.finals.plan import Arm, arms, winners
from experiments.finals.probe_plan import probes
from experiments.jobs.places import inside_job, refuse_relative_places
from experiments.planning.forecast import forecast_of
from experiments.ray_session import ray_session, terminated_like_interrupted
from experiments.record import Row, RunFolder, now, read_json, read_rows, write_json, write_text
from experiments.running.mlflow_runs import Experiment
from experiments.running.shared_folders import refuse_unshared
from experiments.running.status import Status, duration
from experiments.search.ledger import Interrupted, Ledger
from experiments.search.proposals import Optuna
from experiments.search.turns import Turns
from experiments.spec import load_spec
from experiments.spec.encoder_choice import ensure_built
from experiments.stages.names import chains, examples_a_step
from experiments.stages.needs import note_needs
from experiments.study import Study, open_study, resolved
from trainables.keys import digest

if TYPE_CHECKING:
    from trainables.trial import TrialSettings

INTERRUPTED = 130

_FIXED = (
    *("suite", "encoder", "selector", "targets", "languages", "rungs", "space", "training", "inference", "evaluation"),
    "data_digest",
)
_FIXED_ANALYSIS = ("equivalence_band", "hypotheses", "arms")
_FIXED_SEARCH = ("searcher", "eta", "seed", "startup_trials", "value_to_go", "prior")
"""What may not change between two starts of one run; all else (more trials, winners, seeds) continues it."""


def run_spec(path: Path, data: Path | None = None, *, runs: Path | None = None, status: Status | None = None) -> int:
    """Run one experiment to its end; the exit status. `data` and `runs` go before the spec's own.

    Raises:
        CairnError: a mistake of the user's making, with its mend.
    """
    spec = load_spec(path, other_data=data is not None)
    if runs is not None:
        spec = spec.model_copy(update={"runs": str(runs)})
    if inside_job():
        refuse_relative_places(spec, data)
    status = status or Status()
    study = open_study(spec, data, pin=True)
    folder, command = study.folder, as_typed("run", path, data, runs)
    with folder.only_writer(), terminated_like_interrupted(), status:
        began = time.monotonic()
        try:
            _start_record(study, path, command)
            _build_encoder(study, status)
            _plan_environment(study)
            mlflow = _mlflow(study)
            _search_and_finals(study, mlflow, status)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise CairnError(
                    f"the disk of {folder.path} is full; what was finished is kept: make room and run again"
                ) from error
            raise
        except (KeyboardInterrupt, Interrupted):
            status.say(f"interrupted; what was finished is kept in {folder.path}. Run the same command to continue:")
            status.say(f"  {command}")
            return INTERRUPTED
        status.phase("writing the report")
        report = build_report(folder.path)
        if mlflow is not None:
            _tell_outcome(mlflow, folder, status)
    summary = read_json(folder.path / "summary.json")
    status.table(*results_table(summary))
    if summary["order"]["source"]:
        status.say(summary["order"]["sentence"])
    if summary["hypotheses"]:
        status.say(hypotheses_text(summary["hypotheses"]))
    status.say(f"done in {duration(time.monotonic() - began)}")
    status.say(f"report: {report}")
    return 0


def _start_record(study: Study, path: Path, command: str) -> None:
    """Write down what is going to run, or refuse to continue something else under the same name."""
    folder = study.folder
    wanted = resolved(study)
    found = read_json(folder.resolved)
    if found and read_rows(folder.trials):
        changed = [name for name in _FIXED if found.get(name) != wanted[name]]
        for block, names in (("analysis", _FIXED_ANALYSIS), ("search", _FIXED_SEARCH)):
            before, after = found.get(block, {}), wanted[block]
            changed += [f"{block}.{name}" for name in names if before.get(name) != after.get(name)]
        if changed:
            raise CairnError(
                f"{folder.path} holds a run with another {', '.join(changed)}; give this one another name, or move the "
                "folder away (trained stages stay in the store and are found again)"
            )
    if study.spec.analysis.hypotheses:
        wanted["registered"] = _registered(wanted["analysis"], found.get("registered", {}))
    wanted["reproduce"] = command
    wanted["store"] = str(study.store.location)
    write_text(folder.path / "spec.yaml", path.read_text(encoding="utf-8"))
    write_json(folder.resolved, wanted)


def _registered(analysis: Mapping[str, Any], found: Mapping[str, Any]) -> Row:
    """The hash of the claims, and when they were first written down as they are."""
    sha256 = fingerprint(analysis)
    return {"sha256": sha256, "time": found["time"] if found.get("sha256") == sha256 else now()}


def _build_encoder(study: Study, status: Status) -> None:
    build = study.spec.encoder.build
    if build is None:
        return
    with _timed(study.folder, "encoder"):
        ensure_built(
            build,
            study.suite,
            study.data,
            Path(study.encoder.name),
            on_start=lambda: status.phase("building the encoder from text (once; it is kept in the store)"),
        )


def _search_and_finals(study: Study, mlflow: Experiment | None, status: Status) -> None:
    spec, folder = study.spec, study.folder
    ledger = _ledger(study, status)
    if ledger.is_finished:
        compared = arms(study, winners(ledger, spec.finals.winners))
        if _finals_done(study, compared) and _probes_done(study, compared):
            note_needs(study, ledger, compared, is_finished=True)
            _count_stages(study)
            return
    status.phase("starting Ray")
    from experiments.finals.probes import run_probes
    from experiments.finals.run import run_finals
    from experiments.running.under_tune import run_search
    from trainables.leases import Leases

    settings = _trial_settings(study)
    with (
        ray_session(spec.resources, spec.search.concurrency) as workers,
        terminated_like_interrupted(),
        threadpool_limits(1, "blas"),  # the other cores are the trials', and waiting threads of ours would take them
        Leases(study.store.location).kept(),
    ):
        refuse_unshared(study)
        note_needs(study, ledger)
        status.phase("searching")
        with _timed(folder, "search"):
            turns = partial(_turns, study, ledger, workers)
            try:
                run_search(
                    turns, settings, resources=spec.resources, workers=workers, folder=folder.tune, mlflow=mlflow
                )
            finally:
                ledger.write_study()
        status.phase("finals")
        compared = arms(study, winners(ledger, spec.finals.winners))
        note_needs(study, ledger, compared)
        with _timed(folder, "finals"):
            run_finals(study, compared, settings, resources=spec.resources, progress=status.finals)
        if spec.probes is not None:
            status.phase("probes")
            with _timed(folder, "probes"):
                told = partial(status.finals, what="probes")
                run_probes(study, compared, settings, resources=spec.resources, progress=told)
    note_needs(study, ledger, compared, is_finished=True)
    _count_stages(study)


def _mlflow(study: Study) -> Experiment | None:
    uri = study.spec.tracking.mlflow
    if uri is None:
        return None
    started = read_json(study.folder.environment)["started"]
    return Experiment(uri=uri, name=study.spec.name, started=str(started)).checked()


def _tell_outcome(mlflow: Experiment, folder: RunFolder, status: Status) -> None:
    ended = [row for row in read_rows(folder.trials) if row["event"] == "ended"]
    try:
        mlflow.record_outcome(ended, read_json(folder.path / "summary.json")["arms"])
    except Exception as error:
        status.say(f"MLflow at {mlflow.uri} was not told of the finals ({error}); run again to tell it")


def _turns(study: Study, ledger: Ledger, workers: int) -> Turns:
    """All trials that have not ended, to be begun anew."""
    ledger.hand_out_again()
    return Turns(
        ledger, workers=workers, chain_of=chains(study), stored=study.store.entries(), is_stored=study.store.has
    )


def _trial_settings(study: Study) -> TrialSettings:
    from trainables.trial import TrialSettings

    spec = study.spec
    return TrialSettings(
        suite=spec.suite,
        targets=tuple(study.targets),
        languages=_languages(study),
        data=study.data,
        encoder=study.encoder,
        training=spec.training,
        inference=spec.inference,
        rungs=spec.ladder.rungs,
        dev_examples=spec.evaluation.dev_examples,
        final_examples=spec.evaluation.final_examples,
        store=study.store.location,
        cache=study.cache,
        cache_bytes=spec.resources.cache_bytes,
        threads=spec.resources.cpu,
        hardware=spec.resources.hardware,
        checkpoint_seconds=spec.resources.checkpoint_seconds,
        stage_seconds=spec.resources.stage_seconds,
    )


def _ledger(study: Study, status: Status) -> Ledger:
    spec, folder = study.spec, study.folder
    url = spec.search.storage or f"sqlite:///{folder.study}"
    optuna = Optuna(
        spec.space, study.setting, spec.search, name=spec.name, url=url, owner=digest({"folder": str(folder.path)})
    )
    batch = examples_a_step(study)
    ledger = Ledger(
        folder,
        space=spec.space,
        setting=study.setting,
        search=spec.search,
        rungs=spec.ladder.rungs,
        optuna=optuna,
        cost=lambda stage: stage.steps * batch(stage),
    )
    ledger.changed = lambda: status.search(ledger)
    return ledger


def _languages(study: Study) -> Mapping[str, Mapping[Split, tuple[str, ...]]]:
    splits: tuple[Split, ...] = ("dev", "test")
    return {name: {split: study.languages(name, split) for split in splits} for name in study.targets}


def _finals_done(study: Study, compared: Any) -> bool:
    """Is all there that is asked for, and nothing that is asked for no more?"""
    from experiments.finals.plan import units

    done = {row["unit"] for row in read_rows(study.folder.finals)} - {None}
    return done == {unit.identity for unit in units(study, compared)}


def _probes_done(study: Study, compared: Sequence[Arm]) -> bool:
    done = {row["unit"] for row in read_rows(study.folder.probes)}
    return study.spec.probes is None or done == {probe.identity for probe in probes(study, compared)}


def _plan_environment(study: Study) -> None:
    """Note the machine, and what is planned, before the first trial."""
    found = read_json(study.folder.environment)
    if "stages" not in found:
        forecast = forecast_of(study).as_json()
        planned = {"most": forecast["stages"], "fewest": forecast["fewest"]["stages"]}
        found |= {
            "started": now(),
            "seconds": found.get("seconds", {}),
            "stages": {"trained": 0, "found": 0, "planned": planned},
        }
    write_json(study.folder.environment, {**describe_environment(), **found})


def _count_stages(study: Study) -> None:
    """What was executed, beside what was planned, and what was found damaged."""
    folder = study.folder
    rows = [row for row in read_rows(folder.trials) if row["event"] == "report"]
    rows += read_rows(folder.finals) + read_rows(folder.probes)
    found = read_json(folder.environment)
    trained = read_rows(folder.stages)
    found["stages"]["trained"] = len(trained)
    for name in ("found", "examples"):
        found["stages"][name] = sum(row[name] for row in rows)
    known = forecast_of(study).most
    found["stages"]["known"] = {"naive": known.naive, "shared": known.shared}
    found["quarantined"] = study.store.quarantined()
    small = [item for row in trained for item in row["micro_batches"].items()]
    found["micro_batches"] = {task: min(size for name, size in small if name == task) for task in dict(small)}
    write_json(folder.environment, found)


@contextmanager
def _timed(folder: RunFolder, phase: str) -> Iterator[None]:
    """Add the seconds spent inside to the record, also when it ends early."""
    began = time.monotonic()
    try:
        yield
    finally:
        found = read_json(folder.environment)
        seconds = found.setdefault("seconds", {})
        seconds[phase] = round(seconds.get(phase, 0.0) + time.monotonic() - began, 1)
        write_json(folder.environment, found)


def main() -> None:
    """`python -m experiments.run SPEC [--data DIR] [--runs DIR]`."""
    start("run", "experiments.run", run_spec)


if __name__ == "__main__":
    main()
