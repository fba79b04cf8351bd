"""The search under Ray Tune: proposals go in, reports come out, ASHA decides.

Thin adapters join Tune to the ledger: a searcher that hands out its proposals, and a scheduler that passes reports on
and carries out decisions. They hold no state of their own, so nothing of Tune's is ever restored: a study that is
continued, or whose Tune loop broke down, starts a fresh Tune experiment from its own record.

A report whose decision waits for an earlier proposal holds its trial (`NOOP`: the function stays inside
`tune.report`). If the trial waited for has lost its worker, held trials go on instead, so that they can never keep it
from finding a place again; what they report meanwhile is judged when its turn comes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.experiment import Trial
from ray.tune.logger import TBXLoggerCallback
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from evaluators.errors import CairnError
from experiments.asha import Verdict
from experiments.ledger import Interrupted, Ledger
from experiments.settings import Resources
from search_spaces.plan import as_json
from trainables.trial import TrialSettings, run_trial

MAX_FAILURES = 3
"""Lost workers a trial survives; a code bug is not retried, the trial reports it and ends."""
MAX_STARTS = 5
"""Of Tune, when its own loop breaks down."""


def run_search(
    ledger: Ledger, settings: TrialSettings, *, resources: Resources, concurrency: int, folder: Path
) -> None:
    """Run every trial that has not ended. Under `folder` every start has a fresh one for Ray's own files.

    Raises:
        Interrupted: a signal came.
        CairnError: the same mistake would fail every trial (a broken data file, a full disk).
    """
    os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(concurrency)  # else a cluster is asked for one place at a time
    for start in range(MAX_STARTS):
        board = _Board(ledger, concurrency)
        try:
            _tuner(board, settings, resources, _fresh(folder)).fit()
        except (RuntimeError, tune.TuneError) as error:
            if board.mistake is not None:
                raise board.mistake from None
            # Tune's own loop broke down; the record is whole
            if start == MAX_STARTS - 1:
                said = (str(error).splitlines() or ["no reason given"])[0]
                raise CairnError(f"Ray Tune broke down {MAX_STARTS} times ({said}); run again to continue") from error
            ledger.hand_out_again()
            continue
        if board.mistake is not None:
            raise board.mistake
        if board.fatal is not None:
            raise CairnError(board.fatal)
        if not ledger.is_finished:
            raise Interrupted
        return


def _tuner(board: _Board, settings: TrialSettings, resources: Resources, folder: Path) -> tune.Tuner:
    trainable = tune.with_parameters(run_trial, settings=settings)
    return tune.Tuner(
        tune.with_resources(trainable, {"cpu": resources.cpu, "gpu": resources.gpu}),
        tune_config=tune.TuneConfig(
            search_alg=_Proposals(board), scheduler=_Rungs(board), num_samples=-1, reuse_actors=True
        ),
        run_config=tune.RunConfig(
            name=folder.name,
            storage_path=str(folder.parent.absolute()),
            verbose=0,
            stop=_Fatal(board),
            failure_config=tune.FailureConfig(max_failures=MAX_FAILURES),
            callbacks=[TBXLoggerCallback()],
        ),
    )


def _fresh(folder: Path) -> Path:
    used = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    return folder / str(max(used, default=0) + 1)


class _Board:
    """What the adapters share: the ledger, and which Tune trial runs which proposal."""

    def __init__(self, ledger: Ledger, concurrency: int) -> None:
        self.ledger = ledger
        self.concurrency = concurrency
        self.numbers: dict[str, int] = {}
        """Tune's trial id -> number of the proposal."""
        self.held: dict[int, tuple[Trial, int]] = {}
        """Number -> trial that waits inside its report, and the rung of that report."""
        self.live: set[str] = set()
        self.fatal: str | None = None
        self.mistake: Exception | None = None
        """What went wrong in our own code inside Tune's loop, before Tune wraps it."""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Remembers an exception on its way out."""
        try:
            yield
        except Exception as error:
            self.mistake = error
            raise


class _Unpickled:
    """Tune copies and pickles what it is given, for a restore that we never do."""

    def __deepcopy__(self, memo: object) -> _Unpickled:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {}


class _Proposals(_Unpickled, Searcher):  # type: ignore[misc]
    """Hands out the ledger's proposals."""

    def __init__(self, board: _Board) -> None:
        super().__init__()
        self._board = board

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        if len(self._board.live) > self._board.concurrency:  # one more than can run waits, so that no worker does
            return None
        with self._board.watched():
            proposal = self._board.ledger.next()
        if proposal is None:
            return str(Searcher.FINISHED)
        self._board.numbers[trial_id] = proposal.number
        self._board.live.add(trial_id)
        return {
            "trial": proposal.trial,
            "control": proposal.control or "",
            "seed": proposal.seed,
            "plan": json.dumps(as_json(proposal.plan)),
            "decisions": dict(proposal.decisions),
        }

    def on_trial_complete(self, trial_id: str, result: Mapping[str, Any] | None = None, error: bool = False) -> None:
        self._board.live.discard(trial_id)

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the record is the state."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: see `save`."""

    def save_to_dir(self, checkpoint_dir: str, session_str: str = "default") -> None:
        """Nothing: see `save`."""


class _Rungs(_Unpickled, FIFOScheduler):  # type: ignore[misc]
    """Passes reports to the ledger and does what it decides."""

    def __init__(self, board: _Board) -> None:
        super().__init__()
        self._board = board

    def set_search_properties(self, metric: str | None, mode: str | None, **spec: Any) -> bool:
        return True

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """If the trial lost its worker and waits for a place, nobody may hold one against it."""
        if trial.num_failures:
            for number, (held, _) in list(self._board.held.items()):
                self._board.held.pop(number)
                _go_on(tune_controller, held)

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: Mapping[str, Any]) -> str:
        with self._board.watched():
            return str(self._decide(tune_controller, trial, result))

    def _decide(self, tune_controller: Any, trial: Trial, result: Mapping[str, Any]) -> Any:
        ledger, number = self._board.ledger, self._board.numbers[trial.trial_id]
        payload = json.loads(result["payload"])
        if "failed" in payload:
            if payload["fatal"]:
                self._board.fatal = payload["failed"]
                return TrialScheduler.STOP
            ledger.fail(number, payload["failed"])
            self._release(tune_controller)
            return TrialScheduler.STOP
        rung = int(result["rung"])
        ledger.report(number, rung, payload)
        self._release(tune_controller)
        verdict = ledger.verdict(number, rung)
        if verdict is Verdict.STOP:
            return TrialScheduler.STOP
        if verdict is Verdict.GO_ON or rung == len(ledger.rungs) - 1 or not self._others_work(tune_controller, trial):
            return TrialScheduler.CONTINUE
        self._board.held[number] = (trial, rung)
        return TrialScheduler.NOOP

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """The trial lost its worker: it comes back by `on_trial_add`, or has used up its retries."""
        number = self._board.numbers[trial.trial_id]
        self._board.held.pop(number, None)
        if not trial.should_recover():
            with self._board.watched():
                self._board.ledger.fail(number, f"its worker died {trial.num_failures} times")
                self._release(tune_controller)

    def _others_work(self, tune_controller: Any, trial: Trial) -> bool:
        idle = {id(held) for held, _ in self._board.held.values()} | {id(trial)}
        live = tune_controller.get_live_trials()
        return any(other.status == Trial.RUNNING and id(other) not in idle for other in live)

    def _release(self, tune_controller: Any) -> None:
        """Let go of held trials that are decided now."""
        for number, (trial, rung) in list(self._board.held.items()):
            verdict = self._board.ledger.verdict(number, rung)
            if verdict is None:
                continue
            self._board.held.pop(number)
            if verdict is Verdict.STOP:
                tune_controller.stop_trial(trial)
            else:
                _go_on(tune_controller, trial)


class _Fatal(_Unpickled, tune.Stopper):  # type: ignore[misc]
    """Ends the search when going on would only repeat one mistake."""

    def __init__(self, board: _Board) -> None:
        self._board = board

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return False

    def stop_all(self) -> bool:
        return self._board.fatal is not None or self._board.mistake is not None


def _go_on(tune_controller: Any, trial: Trial) -> None:
    """What Tune does on CONTINUE, later. There is no public name for it."""
    train: Callable[[Trial], None] = getattr(tune_controller, "_tune_controller", tune_controller)._schedule_trial_train
    train(trial)
