"""A study in MLflow: an experiment of its name, with a run for each trial of the search and each arm of the finals.

The experiment may hold other studies of that name; tags tell them apart. MLflow is optional, only told and never asked:
no number of a study depends on it. Credentials come from MLflow's own environment variables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from evaluators.errors import CairnError

if TYPE_CHECKING:
    from mlflow import MlflowClient

TRIAL, ARM = "cairn.trial", "cairn.arm"
"""Tags: of the search's runs and of the finals'."""
_STUDY, _STARTED, _STATUS = "cairn.study", "cairn.started", "cairn.status"
_STATUSES = {"completed": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""Nothing goes anywhere but to the named server; and one that is gone is not waited for."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Where the runs of one study are."""

    uri: str
    name: str
    started: str
    """When the study began: the mark by which a continued one finds its runs."""

    @property
    def tags(self) -> dict[str, str]:
        """Of every run."""
        return {_STUDY: self.name, _STARTED: self.started}

    def checked(self) -> Experiment:
        """Itself, if MLflow answers.

        Raises:
            CairnError: the package is missing, or nothing answers at the URI.
        """
        if find_spec("mlflow") is None:
            raise CairnError(
                "the spec's tracking.mlflow needs a package that is not here; pip install 'cairn-search[mlflow]', or "
                "leave tracking out"
            )
        for variable, value in _QUIET.items():
            os.environ.setdefault(variable, value)
        try:
            self._client().search_experiments(max_results=1)
        except Exception as error:
            raise CairnError(
                f"MLflow does not answer at {self.uri} ({_first_line(error)}); check tracking.mlflow in the spec, the "
                "server, and MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD or MLFLOW_TRACKING_TOKEN"
            ) from error
        return self

    def runs(self, kind: str) -> dict[str, str]:
        """Value of the tag `kind`, `TRIAL` or `ARM` -> id of the run."""
        return {run.data.tags[kind]: run.info.run_id for run in self._found() if kind in run.data.tags}

    def record_outcome(self, ended: Iterable[Mapping[str, Any]], arms: Iterable[Mapping[str, Any]]) -> None:
        """Say how trials ended, and write the finals' scores.

        `ended` are rows of `trials.jsonl`, `arms` those of `summary.json`.

        Raises:
            MlflowException: the server does not take it.
        """
        client, found = self._client(), self._found()
        trials = {run.data.tags[TRIAL]: run for run in found if TRIAL in run.data.tags}
        finals = {(run.data.tags[ARM], run.data.params["plan"]): run for run in found if ARM in run.data.tags}
        for row in ended:
            run = trials.get(row["trial"])
            if run is not None and run.data.tags.get(_STATUS) != row["status"]:
                client.set_tag(run.info.run_id, _STATUS, row["status"])
                client.update_run(run.info.run_id, status=_STATUSES[row["status"]])
        for arm in arms:  # more trials may make another plan the winner: that is another run
            run = finals.get((arm["arm"], arm["plan"])) or self._begun(client, arm)
            for name, value in _metrics(arm).items():
                client.log_metric(run.info.run_id, name, value)
            client.set_terminated(run.info.run_id)

    def identity(self) -> str:
        """The server's id of the experiment, which is made if there is none."""
        client = self._client()
        experiment = client.get_experiment_by_name(self.name)
        return str(experiment.experiment_id if experiment else client.create_experiment(self.name))

    def _begun(self, client: MlflowClient, arm: Mapping[str, Any]) -> Any:
        tags, name = {**self.tags, ARM: arm["arm"]}, f"finals: {arm['arm']}"
        run = client.create_run(self.identity(), tags=tags, run_name=name)
        client.log_param(run.info.run_id, "plan", arm["plan"])
        return run

    def _found(self) -> list[Any]:
        client = self._client()
        experiment = client.get_experiment_by_name(self.name)
        found: list[Any] = []
        page = None if experiment is None else ""
        while page is not None:
            assert experiment is not None
            asked = f"tags.`{_STARTED}` = '{self.started}'"
            runs = client.search_runs([experiment.experiment_id], asked, max_results=1000, page_token=page or None)
            found, page = [*found, *runs], runs.token or None
        return found

    def _client(self) -> MlflowClient:
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.uri)


def _metrics(arm: Mapping[str, Any]) -> dict[str, float]:
    """Means over seeds, in percent."""
    means = {"test": arm["test"], "dev": arm["dev"], "gain": arm["gain"]["headline"]}
    means |= {f"test/{task}": estimate for task, estimate in arm["tasks"].items()}
    return {name: estimate["mean"] for name, estimate in means.items() if estimate}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
