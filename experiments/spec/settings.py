"""The parts of a spec that belong to no other package: search, evaluation, finals, resources. Plain values, no ray."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from analysis.hypotheses.claims import WrittenClaim
from search_spaces.controls import OF_A_WINNER
from search_spaces.designs import DesignName
from search_spaces.plan import Stage, mixture
from trainables.settings import Hardware

Selector: TypeAlias = Literal["en-dev", "pivot-dev"]
SearcherName: TypeAlias = Literal["order-model", "beam", "random", "tpe", "exhaustive"] | DesignName

_WHOLE = ("exhaustive", "permutations", "pairs", "williams")
"""Searchers whose list of plans has an end."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How plans are proposed and which of them are stopped early."""

    trials: int | None
    """Proposals, besides the controls, which always run; None, written `all`: every plan of a list."""
    selector: Selector
    """The dev score that decides; the oracle is reported and never used."""
    searcher: SearcherName = "order-model"
    eta: int = 3
    """At every rung but the last, one in `eta` goes on."""
    seed: int = 0
    concurrency: int | None = None
    """Trials at once; None: as many as the machine or cluster has room for."""
    startup_trials: int = 10
    """Proposals of TPE that are drawn at random before it has seen enough."""
    value_to_go: bool = False
    """Are trials also stopped that, by the order model, can lead to nothing better than the leader?"""
    prior: Mapping[str, float] | None = None
    """Task -> what is expected of it, in any unit; those not named count as the average of those that are."""
    storage: str | None = None
    """Optuna storage URL; None: `study.db` in the run folder."""

    @property
    def is_listed(self) -> bool:
        """Are the proposals a list that is known beforehand?"""
        return self.searcher in ("exhaustive", *get_args(DesignName))

    @property
    def is_adaptive(self) -> bool:
        """Do proposals depend on results?"""
        return self.searcher in ("order-model", "beam", "tpe")

    def __post_init__(self) -> None:
        if self.trials is None and self.searcher not in _WHOLE:
            raise ValueError(f"trials is all, which only {', '.join(_WHOLE)} can try; give a number")
        if self.value_to_go and self.searcher != "order-model":
            raise ValueError("value_to_go asks the order model; set searcher: order-model, or leave it out")
        if self.prior is not None:
            _check_prior(self.prior, self.searcher)
        if self.trials is not None and self.trials < 0:
            raise ValueError(f"trials is {self.trials}; give 0 (controls only) or more")
        if self.eta < 2:
            raise ValueError(f"eta is {self.eta}; one in two is the gentlest that stops anything, so give 2 or more")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; give 0 or more")
        if self.concurrency is not None and self.concurrency < 1:
            raise ValueError(f"concurrency is {self.concurrency}; give 1 or more, or leave it out")
        if self.startup_trials < 1:
            raise ValueError(f"startup_trials is {self.startup_trials}; TPE needs at least 1 to start from")
        if self.storage is not None and "://" not in self.storage:
            raise ValueError(f"storage is {self.storage!r}, which is no URL; write e.g. sqlite:////shared/study.db")


def _check_prior(prior: Mapping[str, float], searcher: SearcherName) -> None:
    if searcher != "order-model":
        raise ValueError("prior is for the order model; set searcher: order-model, or leave it out")
    if not all(map(math.isfinite, prior.values())):
        raise ValueError(f"prior holds {dict(prior)}; give finite numbers")
    if len(set(prior.values())) < 2:
        raise ValueError("prior makes no difference between tasks; give at least two tasks different numbers, or none")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """On how many examples a model is judged. The examples are chosen by a hash, the same ones in every language."""

    dev_examples: int | None = None
    """At each rung, for each task and language; None: all."""
    final_examples: int | None = None
    """In the finals, for each task, language and split; None: all."""

    def __post_init__(self) -> None:
        for name in ("dev_examples", "final_examples"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; give 1 or more, or leave it out for all")


@dataclass(frozen=True, kw_only=True)
class WrittenStage:
    """One stage of a plan that a spec writes out."""

    mixture: Mapping[str, float]
    """Training task -> weight."""
    learning_rate: float
    steps: int

    def __post_init__(self) -> None:
        self.stage()  # states what must hold

    def stage(self) -> Stage:
        """The stage in its normal form."""
        return Stage(mixture=mixture(self.mixture), learning_rate=self.learning_rate, steps=self.steps)


@dataclass(frozen=True, kw_only=True)
class WrittenPlan:
    """A plan of the user's own, compared in the finals whatever the search finds."""

    trunk: tuple[WrittenStage, ...] = ()
    target_learning_rate: float | None = None
    """None: the first of the space's."""

    def __post_init__(self) -> None:
        if self.target_learning_rate is not None and not 0 < self.target_learning_rate < 1:
            raise ValueError(f"target_learning_rate is {self.target_learning_rate}; give a number between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Finals:
    """What is trained again after the search, each target task on its own, and judged on data the search never saw."""

    winners: int
    """So many of the best distinct plans that reached the last rung."""
    seeds: tuple[int, ...]
    """Fresh ones: not those of the search."""
    target_steps: int
    """Optimiser steps of each target task's own stage."""
    controls: tuple[str, ...] = ("direct",)
    arms: Mapping[str, WrittenPlan] = field(default_factory=dict)
    """Name -> plan: the paths that a hypothesis is about."""
    task_steps: Mapping[str, int] = field(default_factory=dict)
    """Training tasks whose target stage has a length of its own."""

    def __post_init__(self) -> None:
        if self.winners < 0:
            raise ValueError(f"winners is {self.winners}; give 0 or more")
        if not self.seeds:
            raise ValueError("seeds is empty; give at least one, three or more for intervals")
        if len(set(self.seeds)) < len(self.seeds) or min(self.seeds) < 0:
            raise ValueError(f"seeds is {list(self.seeds)}; give different numbers, 0 or more")
        if len(set(self.controls)) < len(self.controls):
            raise ValueError(f"controls is {list(self.controls)}; name each once")
        for name in self.controls:
            if (winner_of(name) or 0) > self.winners:
                raise ValueError(f"controls names {name!r}, and winners is {self.winners}; ask for more winners")
        for name in self.arms:
            if name.startswith("winner ") or name in self.controls:
                raise ValueError(f"arms names {name!r}, as a winner or a control is named; call it otherwise")
        for what, steps in {"target_steps": self.target_steps, **self.task_steps}.items():
            if steps < 1:
                raise ValueError(f"{what} is {steps} steps; give 1 or more")


def winner_of(control: str) -> int | None:
    """Which winner a control is made of: 2 for `reverse of winner 2`; None for one of the space."""
    found = re.fullmatch(rf"(?:{'|'.join(OF_A_WINNER)}) of winner ([1-9]\d*)", control)
    return int(found[1]) if found else None


@dataclass(frozen=True, kw_only=True)
class Probes:
    """A short stage, always the same, from every prefix of the plans that the finals compare, judged on dev."""

    steps: int
    of: Literal["winners", "arms"] = "arms"
    """Whose prefixes: those of the winners, or of every arm."""
    learning_rate: float | None = None
    """None: the first of the space's target."""

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"steps is {self.steps}; give 1 or more")
        if self.learning_rate is not None and not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}; give a number between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What the report will hold against the results; on record before the first trial, and fixed from then on."""

    equivalence_band: float = 1.0
    """Points: two orders that differ by less are called equal."""
    hypotheses: Mapping[str, WrittenClaim] = field(default_factory=dict)
    """Name -> claim, to be confirmed, rejected or left open."""

    def __post_init__(self) -> None:
        if not 0 < self.equivalence_band < 100:
            raise ValueError(f"equivalence_band is {self.equivalence_band} points; give a number above 0, below 100")

    def as_json(self) -> dict[str, Any]:
        """What is written into the record; without claims as it was before there were any."""
        claims = {name: claim.as_json() for name, claim in self.hypotheses.items()}
        return {"equivalence_band": self.equivalence_band, **({"hypotheses": claims} if claims else {})}


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one trial, and one training of the finals, takes; and what a node and a stage may take at most."""

    cpu: int = 1
    gpu: float = 0.0
    """A fraction shares a card (its memory is yours to divide); above 1, whole cards that train each stage together."""
    activation_checkpointing: bool = False
    """Less memory, about a third slower; for large encoders and long inputs."""
    stage_minutes: float | None = None
    """A stage that takes longer counts as hanging: its worker is ended, and the work is tried again."""
    checkpoint_minutes: float | None = 5.0
    """Between two parts of a stage that are kept while it is trained, so that a killed worker loses no more; None: none
    are kept."""
    cache_gigabytes: float | None = None
    """The most that stages from an object store may take on a node; None: no limit."""

    def __post_init__(self) -> None:
        if self.cpu < 1:
            raise ValueError(f"cpu is {self.cpu}; give 1 or more")
        for name in ("stage_minutes", "checkpoint_minutes", "cache_gigabytes"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} is {value}; give a number above 0, or leave it out for no limit")
        if self.gpu < 0 or (self.gpu > 1 and self.gpu != int(self.gpu)):
            raise ValueError(f"gpu is {self.gpu}; give a fraction up to 1, or a whole number above it")

    @property
    def hardware(self) -> Hardware:
        """How a stage uses these."""
        return Hardware(processes=max(1, int(self.gpu)), activation_checkpointing=self.activation_checkpointing)

    @property
    def checkpoint_seconds(self) -> float | None:
        """`checkpoint_minutes` in seconds."""
        return None if self.checkpoint_minutes is None else 60 * self.checkpoint_minutes

    @property
    def stage_seconds(self) -> float | None:
        """`stage_minutes` in seconds."""
        return None if self.stage_minutes is None else 60 * self.stage_minutes

    @property
    def cache_bytes(self) -> int | None:
        """`cache_gigabytes` in bytes."""
        return None if self.cache_gigabytes is None else int(1e9 * self.cache_gigabytes)


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Who is told of trials and results, beside the record and TensorBoard's files."""

    mlflow: str | None = None
    """MLflow's tracking URI, without credentials: a spec is copied into the run folder."""

    def __post_init__(self) -> None:
        if self.mlflow is None:
            return
        is_file = self.mlflow.startswith(("file:", "sqlite:"))
        named = re.search(r"[?&;#][^=]*(pass|pwd|token|secret|key)[^=]*=", self.mlflow, re.I)
        if named or ("@" in self.mlflow and not is_file):
            raise ValueError(
                "mlflow holds credentials, and a spec is copied into the run folder; leave them out and set "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN (a database with a "
                "password: start an MLflow server before it)"
            )
        if "://" not in self.mlflow and self.mlflow != "databricks":
            raise ValueError(
                f"mlflow is {self.mlflow!r}, which is no URI; write e.g. http://server:5000 or sqlite:////shared/mlflow.db"
            )
