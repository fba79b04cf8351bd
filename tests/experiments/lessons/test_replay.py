import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.errors import CairnError
from experiments.lessons.replay import RecordedTable, replay_text
from experiments.search.ledger import Ledger
from search_spaces.count import Run

SPEC = """\
name: tiny
suite: babel
encoder: babel-xlmr
space:
  tasks: [mnli, qqp, ccg]
  lengths: [1, 2]
  learning_rates: [1.0e-3, 5.0e-4, 1.0e-4]
  steps: [9]
  target: {learning_rates: [2.0e-3], steps: 9}
search: {trials: all, searcher: exhaustive, selector: en-dev}
finals: {winners: 1, seeds: [101], target_steps: 4}
"""


def worth(ledger: Ledger, number: int) -> float:
    trunk = ledger.proposals[number].plan.trunk
    rates = {1e-3: 0.0, 5e-4: 2.0, 1e-4: 1.0}
    return sum(rates[stage.learning_rate] for stage in trunk if stage.learning_rate in rates) + 3.0 * (
        [stage.tasks for stage in trunk] == [("ccg",), ("mnli",)]
    )


def payload(value: float) -> dict[str, Any]:
    counts = {"trained": 1, "found": 0, "examples": 10, "seconds": 0.5}
    return {"selectors": {"en-dev": value}, "scores": [], **counts}


@pytest.fixture
def finished_run(open_ledger: Callable[..., Ledger], tmp_path: Path) -> Path:
    ledger = open_ledger(searcher="exhaustive", trials=None, eta=100)
    while (proposal := ledger.next()) is not None:
        for rung in range(3):
            ledger.report(proposal.number, rung, payload(worth(ledger, proposal.number) + rung))
    folder = tmp_path / "run"
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "resolved.json").write_text(json.dumps({"selector": "en-dev", "rungs": [{}, {}, {}]}))
    return folder


def test_every_searcher_is_played_on_the_record_and_learners_find_its_best_plan(finished_run: Path) -> None:
    found = json.loads(replay_text(finished_run, seeds=3, as_json=True))
    assert found["plans"] == 3 * 3 + 6 * 9
    assert set(found["searchers"]) == {"order-model", "beam", "halving", "random", "tpe"}
    last = {name: each["worth"][-1][0] for name, each in found["searchers"].items()}
    assert last["order-model"] == pytest.approx(1.0)
    assert last["random"] < 1.0


def test_the_table_is_printed_with_what_a_trial_takes(finished_run: Path) -> None:
    text = replay_text(finished_run, seeds=2, as_json=False)
    assert "63 plans over 63 stages; the best recorded one is ccg 5e-04 > mnli 5e-04" in text
    assert "ms a trial" in text


def test_scores_are_those_of_the_last_rung_and_worth_is_relative(finished_run: Path) -> None:
    rows = [json.loads(line) for line in (finished_run / "trials.jsonl").read_text().splitlines()]
    table = RecordedTable(rows, selector="en-dev", last_rung=2)
    best = max(table.draws, key=lambda draw: table.worth(draw.plan))
    assert table.worth(best.plan) == 1.0
    assert table.score(Run(best.plan, 0)) == 9.0
    assert table.score(Run(best.plan, 1)) is None


def test_a_folder_without_a_search_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CairnError, match="is not the folder of a run"):
        replay_text(tmp_path, seeds=1, as_json=False)
    with pytest.raises(CairnError, match="a replay wants 8"):
        RecordedTable([], selector="en-dev", last_rung=0)
