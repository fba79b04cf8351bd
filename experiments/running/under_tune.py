"""The search under Ray Tune: turns go in, reports come out, ASHA decides.

Thin adapters join Tune to `Turns`: a searcher that hands them out as Tune's trials, and a scheduler that passes reports
on and ends turns. They hold no state of their own, so nothing of Tune's is ever restored: a study that is continued, or
whose Tune loop broke down, starts a fresh Tune experiment from its own record.

A trial of the study may take several turns, each a trial to Tune (`t0007`, then `t0007-2`): between them it holds no
place. Workers are reused from turn to turn.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.experiment import Trial
from ray.tune.progress_reporter import TrialProgressCallback
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from evaluators.errors import CairnError
from experiments.ray_session import places_on
from experiments.running.curves import MLflow, TensorBoard
from experiments.running.mlflow_runs import Experiment
from experiments.search.ledger import Interrupted
from experiments.search.turns import Turns
from experiments.spec.settings import Resources
from search_spaces.plan import as_json
from trainables.trial import TrialSettings, run_trial

MAX_FAILURES = 3
"""Lost workers a turn survives without finishing a stage between; a code bug is not retried, the trial reports it."""
MAX_STARTS = 5
"""Of Tune, when its own loop breaks down."""
_IDLE_SECONDS = 15.0
"""So long a worker without work is kept: about what it takes to start another."""


def run_search(
    turns_of: Callable[[], Turns],
    settings: TrialSettings,
    *,
    resources: Resources,
    workers: int,
    folder: Path,
    trial: Callable[..., None] = run_trial,
    mlflow: Experiment | None = None,
) -> None:
    """Run every trial that has not ended. Under `folder` every start has a fresh one for Ray's own files.

    `trial` takes one turn: a stand-in may be given for one that trains.

    Raises:
        Interrupted: a signal came.
        CairnError: the same mistake would fail every trial (a broken data file, a full disk).
    """
    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(workers)  # else a cluster is asked for one place at a time
    for start in range(MAX_STARTS):
        board = _Board(turns_of(), workers, resources)
        curves = [TensorBoard(), *([MLflow(mlflow)] if mlflow else [])]
        try:
            _tuner(board, tune.with_parameters(trial, settings=settings), resources, _fresh(folder), curves).fit()
        except (RuntimeError, tune.TuneError) as error:
            if board.mistake is not None:
                raise board.mistake from None
            # Tune's own loop broke down; the record is whole
            if start == MAX_STARTS - 1:
                said = (str(error).splitlines() or ["no reason given"])[0]
                raise CairnError(f"Ray Tune broke down {MAX_STARTS} times ({said}); run again to continue") from error
            continue
        if board.mistake is not None:
            raise board.mistake
        if board.fatal is not None:
            raise CairnError(board.fatal)
        if not board.turns.ledger.is_finished:
            raise Interrupted
        return


def _tuner(
    board: _Board, trainable: Any, resources: Resources, folder: Path, curves: Sequence[tune.Callback]
) -> tune.Tuner:
    return tune.Tuner(
        tune.with_resources(trainable, {"cpu": resources.cpu, "gpu": resources.gpu}),
        tune_config=tune.TuneConfig(
            search_alg=_Proposals(board),
            scheduler=_Rungs(board),
            num_samples=-1,
            reuse_actors=True,
            trial_name_creator=_turn_name,
            trial_dirname_creator=_turn_name,
        ),
        run_config=tune.RunConfig(
            name=folder.name,
            storage_path=str(folder.parent.absolute()),
            verbose=0,
            stop=_Fatal(board),
            failure_config=tune.FailureConfig(max_failures=MAX_FAILURES),
            callbacks=[_Silent(), *curves],
        ),
    )


def _turn_name(trial: Trial) -> str:
    return str(trial.config["turn"])


def _fresh(folder: Path) -> Path:
    used = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    return folder / str(max(used, default=0) + 1)


class _Board:
    """What the adapters share."""

    def __init__(self, turns: Turns, workers: int, resources: Resources) -> None:
        self.turns = turns
        self.workers = workers
        self._resources = resources
        self.numbers: dict[str, int] = {}
        """Tune's trial id -> number of the proposal, until Tune knows the turn no more."""
        self.places: dict[str, int] = {}
        """Tune's trial id -> its place among all turns, as long."""
        self.place = count()
        """Of the next turn."""
        self.taken: Counter[int] = Counter()
        """Turns of a trial so far."""
        self.live: set[str] = set()
        self._pool = 0
        """Workers that have come up so far and are still there, as far as is known."""
        self.fatal: str | None = None
        self.mistake: Exception | None = None
        """What went wrong in our own code inside Tune's loop, before Tune wraps it."""

    def awaits_workers(self, running: int) -> bool:
        """Has the cluster room for workers that have not come up yet?"""
        room = min(self.workers, _room(self._resources, int(time.monotonic())))
        self._pool = min(max(self._pool, running), room)
        return self._pool < room

    def workers_gone(self, count: int) -> None:
        """So many were let go."""
        self._pool = max(0, self._pool - count)

    def forget(self, trial_id: str) -> None:
        """A turn has ended, and Tune will not name it again."""
        del self.numbers[trial_id], self.places[trial_id]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Remembers an exception on its way out."""
        try:
            yield
        except Exception as error:
            self.mistake = error
            raise


@lru_cache(maxsize=1)
def _room(resources: Resources, moment: int) -> int:
    """Trials that fit on the nodes that are there; asked once a second."""
    return places_on(ray.cluster_resources(), resources)


class _Unpickled:
    """Tune copies and pickles what it is given, for a restore that we never do."""

    def __deepcopy__(self, memo: object) -> _Unpickled:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {}


class _Proposals(_Unpickled, Searcher):  # type: ignore[misc]
    """Hands out turns."""

    def __init__(self, board: _Board) -> None:
        super().__init__()
        self._board = board

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """The next turn as a Tune trial's configuration; None if nobody can work now."""
        board = self._board
        if len(board.live) >= board.workers:
            return None
        with board.watched():
            turn = board.turns.next()
            if turn is None:
                return str(Searcher.FINISHED) if board.turns.ledger.is_finished else None
        proposal = turn.proposal
        board.numbers[trial_id] = proposal.number
        board.places[trial_id] = next(board.place)
        board.live.add(trial_id)
        board.taken[proposal.number] += 1
        again = board.taken[proposal.number]
        return {
            "trial": proposal.trial,
            "turn": proposal.trial if again == 1 else f"{proposal.trial}-{again}",
            "rung": turn.rung,
            "control": proposal.control or "",
            "seed": proposal.seed,
            "plan": json.dumps(as_json(proposal.plan)),
            "decisions": dict(proposal.decisions),
        }

    def on_trial_complete(self, trial_id: str, result: Mapping[str, Any] | None = None, error: bool = False) -> None:
        self._board.live.discard(trial_id)
        self._board.turns.given_up(self._board.numbers[trial_id])

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the record is the state."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: see `save`."""

    def save_to_dir(self, checkpoint_dir: str, session_str: str = "default") -> None:
        """Nothing: see `save`."""


class _Rungs(_Unpickled, FIFOScheduler):  # type: ignore[misc]
    """Passes on what trials tell, and ends turns."""

    def __init__(self, board: _Board) -> None:
        super().__init__()
        self._board = board
        self._idle_since: float | None = None
        """Since when there is a worker, and nobody who waits for one."""

    def set_search_properties(self, metric: str | None, mode: str | None, **spec: Any) -> bool:
        return True

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """Who gets a worker that is free.

        Until there are as many workers as the cluster has room for, the turn that was handed out last: those before it
        wait for workers of their own, which Tune would drop if they took this one, so that the pool would stay small.
        """
        self._forget_ended(tune_controller)
        live = list(tune_controller.get_live_trials())
        waiting = [trial for trial in live if trial.status == Trial.PENDING]
        self._let_idle_workers_go(tune_controller, is_wanted=bool(waiting))
        board, running = self._board, sum(trial.status == Trial.RUNNING for trial in live)
        chosen = max if board.awaits_workers(running) else min
        return chosen(waiting, key=lambda trial: board.places[trial.trial_id], default=None)

    def _forget_ended(self, tune_controller: Any) -> None:
        """Tune keeps all it knows of a turn until the search is over, to write it down and restore it. We never do.

        The last turn stays: Tune takes a search without any for one that has not begun.
        """
        turns: list[Trial] = tune_controller._trials
        ended = {turn for turn in turns[:-1] if turn.is_finished() and turn not in tune_controller._trial_to_actor}
        if not ended:
            return
        turns[:] = [turn for turn in turns if turn not in ended]
        for name in ("_live_trials", "_stopped_trials", "_failed_trials", "_trials_to_cache"):
            getattr(tune_controller, name).difference_update(ended)
        for turn in ended:
            tune_controller._trial_metadata.pop(turn.trial_id, None)
            self._board.forget(turn.trial_id)

    def _let_idle_workers_go(self, tune_controller: Any, *, is_wanted: bool) -> None:
        """Tune keeps one worker that has no work until the search is over, and with it its node. We do not."""
        cache = tune_controller._actor_cache
        if is_wanted or not cache.num_cached_objects:
            self._idle_since = None
            return
        now = time.monotonic()
        self._idle_since = now if self._idle_since is None else self._idle_since
        if now - self._idle_since < _IDLE_SECONDS:
            return
        workers = list(cache.flush_cached_objects(force_all=True))
        for worker in workers:
            worker.set_on_stop(None)  # no trial is told: none is on it
            worker.set_on_error(None)
            tune_controller._remove_actor(tracked_actor=worker)
        self._board.workers_gone(len(workers))

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: Mapping[str, Any]) -> str:
        with self._board.watched():
            goes_on = self._goes_on(trial, result)
        return str(TrialScheduler.CONTINUE if goes_on else TrialScheduler.STOP)

    def _goes_on(self, trial: Trial, result: Mapping[str, Any]) -> bool:
        number, turns = self._board.numbers[trial.trial_id], self._board.turns
        payload = json.loads(result["payload"])
        if "stored" in payload:
            trial.run_metadata.num_failures = 0  # where nodes come and go, a long turn loses many workers
            return turns.stored(number, payload["rung"], payload["stored"], payload)
        if "selectors" in payload:
            return turns.reported(number, int(result["rung"]), payload)
        if "busy" in payload:
            turns.busy(number, payload["busy"])
        elif payload["fatal"]:
            self._board.fatal = payload["failed"]
        else:
            turns.failed(number, payload["failed"])
        return False

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """The turn lost its worker: Tune begins it again, unless it did so too often."""
        if not trial.should_recover():
            with self._board.watched():
                number = self._board.numbers[trial.trial_id]
                self._board.turns.failed(number, f"its worker died {trial.num_failures} times")


class _Silent(TrialProgressCallback):  # type: ignore[misc]
    """In the place of Tune's own, which says nothing either and remembers every turn."""

    def on_trial_result(self, *arguments: Any, **named: Any) -> None:
        """Nothing."""

    def on_trial_error(self, *arguments: Any, **named: Any) -> None:
        """Nothing."""

    def on_trial_complete(self, *arguments: Any, **named: Any) -> None:
        """Nothing."""


class _Fatal(_Unpickled, tune.Stopper):  # type: ignore[misc]
    """Ends the search when going on would only repeat one mistake."""

    def __init__(self, board: _Board) -> None:
        self._board = board

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return False

    def stop_all(self) -> bool:
        return self._board.fatal is not None or self._board.mistake is not None
