"""What is drawn while a search runs: scores and costs of every rung, in TensorBoard and in MLflow, by Ray's callbacks.

Both get the same few numbers, with the names that the record has: the selectors in percent, and what a trial spent on
the rung. A trial is one curve over its rungs, from 0, however many turns it takes.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.experiment import Trial
from ray.tune.logger import TBXLoggerCallback
from ray.tune.result import TRAINING_ITERATION

from experiments.running.mlflow_runs import TRIAL, Experiment
from search_spaces.plan import describe, from_json

log = logging.getLogger(__name__)

_COUNTS = ("examples", "seconds", "trained", "found")


class Spending:
    """Adds up what trials spend on each of their rungs."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, int], Counter[str]] = {}
        self._drawn: dict[str, int] = {}
        """Trial -> its highest rung so far."""

    def curves(self, trial: str, result: dict[str, Any]) -> dict[str, float] | None:
        """The numbers of a rung's first report; None of anything else, as what a turn that is begun again repeats."""
        payload = json.loads(result["payload"])
        rung = payload.get("rung", result.get("rung"))
        if rung is None or rung <= self._drawn.get(trial, -1):
            return None
        spent = self._spent.setdefault((trial, rung), Counter())
        spent.update({name: payload[name] for name in _COUNTS})
        if "selectors" not in payload:
            return None
        self._drawn[trial] = rung
        return {**payload["selectors"], **self._spent.pop((trial, rung))}


class TensorBoard(TBXLoggerCallback):  # type: ignore[misc]
    """TensorBoard's files: a folder a trial."""

    def __init__(self) -> None:
        super().__init__()
        self._spending = Spending()

    def log_trial_start(self, trial: Trial) -> None:
        """A turn of a trial writes where its other turns did."""
        if trial in self._trial_writer:  # it lost its worker
            self._trial_writer[trial].close()
        trial.init_local_path()
        folder = Path(trial.local_path).with_name(trial.config["trial"])
        self._trial_writer[trial] = self._summary_writer_cls(
            str(folder),
            flush_secs=30,
            filename_suffix=f".{trial.trial_id}",  # else named by the second alone
        )
        self._trial_result[trial] = {}

    def log_trial_result(self, iteration: int, trial: Trial, result: dict[str, Any]) -> None:
        """One point a rung."""
        if curves := self._spending.curves(trial.config["trial"], result):
            super().log_trial_result(iteration, trial, {**curves, TRAINING_ITERATION: result["rung"]})


def _without_it(log_it: Callable[..., None]) -> Callable[..., None]:
    """A study goes on without its tracking server: what MLflow cannot take is in the record all the same."""

    @wraps(log_it)
    def logged(self: MLflow, *arguments: Any, **named: Any) -> None:
        if self.is_lost:
            return
        try:
            log_it(self, *arguments, **named)
        except Exception as error:
            self.is_lost = True
            log.warning("MLflow takes nothing more (%s); the study goes on, its record is whole", error)

    return logged


class MLflow(MLflowLoggerCallback):  # type: ignore[misc]
    """MLflow's runs: one a trial, found again when the study is continued."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(tracking_uri=experiment.uri, experiment_name=experiment.name, tags=experiment.tags)
        self._experiment, self._spending = experiment, Spending()
        self._runs: dict[str, str] = {}
        """Trial of the study -> id of its run."""
        self.is_lost = False

    @_without_it
    def setup(self, *arguments: Any, **named: Any) -> None:
        """Find the experiment, or make it, and the runs of an earlier start."""
        super().setup(*arguments, **named)
        self.mlflow_util.experiment_id = self._experiment.identity()  # not that of MLFLOW_EXPERIMENT_ID
        self._runs = self._experiment.runs(TRIAL)

    @_without_it
    def log_trial_start(self, trial: Trial) -> None:
        """The first turn of a trial begins its run."""
        name = trial.config["trial"]
        if name not in self._runs:
            run = self.mlflow_util.start_run(run_name=name, tags={**self.tags, TRIAL: name})
            self._runs[name] = run.info.run_id
            self.mlflow_util.log_params(run_id=run.info.run_id, params_to_log=_parameters(trial.config))
        self._trial_runs[trial] = self._runs[name]

    @_without_it
    def log_trial_result(self, iteration: int, trial: Trial, result: dict[str, Any]) -> None:
        """One point a rung."""
        if curves := self._spending.curves(trial.config["trial"], result):
            run_id = self._trial_runs[trial]
            self.mlflow_util.log_metrics(run_id=run_id, metrics_to_log=curves, step=result["rung"])

    @_without_it
    def log_trial_end(self, trial: Trial, failed: bool = False) -> None:
        """The run rests; another turn goes on with it."""
        if trial in self._trial_runs:  # not where its worker died before it began
            super().log_trial_end(trial, failed)
            del self._trial_runs[trial]


def _parameters(config: dict[str, Any]) -> dict[str, Any]:
    """What a reader wants to filter by; the domains of the searcher's questions have their own names."""
    plan = from_json(json.loads(config["plan"]))
    return {
        "plan": describe(plan),
        "tasks": len({task for stage in plan.trunk for task in stage.tasks}),
        "control": config["control"] or "none",
        "seed": config["seed"],
        **config["decisions"],
    }
