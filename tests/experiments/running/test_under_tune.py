import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import ray
from ray import tune
from ray.tune.experiment import Trial

from experiments.running import under_tune
from experiments.search.ledger import Ledger
from experiments.search.turns import Turns
from experiments.spec.settings import Resources
from trainables.trial import TrialSettings


def test_a_worker_without_work_gives_its_place_back_while_another_trial_goes_on(
    open_ledger: Callable[..., Ledger], ray_room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_tune, "_IDLE_SECONDS", 0.5)
    ledger, diary, last = open_ledger(), tmp_path / "diary", tmp_path / "last"
    while ledger.next() is not None:
        pass
    first, others = ledger.proposals[min(ledger.proposals)].trial, len(ledger.proposals) - 1
    rungs = len(ledger.rungs)

    def stand_in(config: dict[str, Any], *, settings: None) -> None:
        """The first trial goes on until the others wait for its verdict, and then for the other place to be free."""
        if config["trial"] == first and not last.exists():
            by = time.monotonic() + 60
            seen = free = 0.0
            while time.monotonic() < by and not (seen == others and free >= 1):
                seen = len(set(diary.read_text().split())) if diary.exists() else 0
                free = ray.available_resources().get("CPU", 0.0)
                time.sleep(0.1)
            last.write_text(f"{seen:.0f} others waited, {free:.0f} place was free")
        else:
            with diary.open("a") as lines:
                lines.write(config["trial"] + "\n")
        counts = {"trained": 0, "found": 0, "examples": 0, "seconds": 0.0}
        for rung in range(config["rung"], rungs):
            payload = json.dumps({"selectors": {"en-dev": 0.5}, "scores": [], **counts})
            tune.report({"rung": rung, "payload": payload})

    def turns() -> Turns:
        ledger.hand_out_again()
        return Turns(ledger, workers=2, chain_of=lambda proposal, rung: (), stored=(), is_stored=lambda key: False)

    settings = cast(TrialSettings, None)
    under_tune.run_search(turns, settings, resources=Resources(), workers=2, folder=tmp_path / "tune", trial=stand_in)
    assert all(end.status != "failed" for end in ledger.ended.values())
    assert last.read_text() == f"{others} others waited, 1 place was free"
    assert ledger.is_finished


def test_tune_keeps_nothing_of_turns_that_have_ended_and_neither_do_its_snapshots(
    open_ledger: Callable[..., Ledger], ray_room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, kept, alive = open_ledger(trials=50), [], []
    undisturbed = under_tune._Rungs.choose_trial_to_run

    def counting(self: Any, wrapped: Any) -> Any:
        chosen = undisturbed(self, wrapped)
        controller = wrapped._tune_controller
        known = (*controller._live_trials, *controller._stopped_trials, *controller._failed_trials)
        assert set(known) <= set(controller._trials)
        kept.append(max(len(controller._trials), len(controller._trial_metadata), len(self._board.numbers)))
        if len(ledger.ended) > 40 and not alive:
            gc.collect()
            alive.append(sum(type(thing) is Trial for thing in gc.get_objects()))
        return chosen

    def stand_in(config: dict[str, Any], *, settings: None) -> None:
        for rung in range(config["rung"], 3):
            selectors = {"en-dev": int(config["trial"][1:]) * 37 % 11 + rung}
            payload = {"selectors": selectors, "scores": [], "trained": 0, "found": 0, "examples": 0, "seconds": 0.0}
            tune.report({"rung": rung, "payload": json.dumps(payload)})

    def turns() -> Turns:
        return Turns(ledger, workers=2, chain_of=lambda proposal, rung: (), stored=(), is_stored=lambda key: False)

    monkeypatch.setattr(under_tune._Rungs, "choose_trial_to_run", counting)
    settings = cast(TrialSettings, None)
    under_tune.run_search(turns, settings, resources=Resources(), workers=2, folder=tmp_path / "tune", trial=stand_in)
    assert len(ledger.ended) == 56
    assert max(kept + alive) <= 3, "two at work, and the last"
    (snapshot,) = (tmp_path / "tune" / "1").glob("experiment_state-*.json")
    assert len(json.loads(snapshot.read_text())["trial_data"]) <= 3
