"""Turns played out without Ray: whatever the order of events, the same decisions; every stage trained once."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.record import read_rows
from experiments.search.agenda import Step
from experiments.search.ledger import Ledger
from experiments.search.proposals import Proposal
from experiments.search.turns import Turn, Turns
from search_spaces.count import content_key
from search_spaces.ladder import Ladder
from trainables.keys import digest

Opener = Callable[..., Ledger]
RUNGS = Ladder().rungs
SPENT = {"trained": 1, "found": 0, "examples": 8, "seconds": 0.5, "micro_batches": {}}


def chain_of(proposal: Proposal, rung: int) -> list[Step]:
    plan, start, steps = RUNGS[rung].of(proposal.plan), None, []
    for stage in (*plan.trunk, *plan.targets):
        start = content_key(start, stage, proposal.seed)
        steps.append(Step(start, stage.steps))
    return steps


def payload(proposal: Proposal, rung: int) -> dict[str, Any]:
    value = int(digest({"plan": str(proposal.plan), "rung": rung})[:6], 16) / 16**6
    selectors = dict.fromkeys(("en-dev", "pivot-dev", "oracle"), value)
    return {"selectors": selectors, "scores": [], **SPENT, "trained": 0}


def play(ledger: Ledger, workers: int, rng: random.Random, *, deaths: float = 0.0) -> list[str]:
    """Workers take turns and finish their next piece of work in any order; the stages in the order of training."""
    stored: set[str] = set()
    turns = Turns(ledger, workers=workers, chain_of=chain_of, stored=(), is_stored=stored.__contains__)
    trained: list[str] = []
    at_work: dict[int, Turn] = {}
    while True:
        while len(at_work) < workers and (turn := turns.next()) is not None:
            assert turn.proposal.number not in at_work
            at_work[turn.proposal.number] = turn
        if not at_work:
            return trained
        number = rng.choice(sorted(at_work))
        proposal, rung = at_work[number]
        if rng.random() < deaths:  # Tune begins the turn again, from its first rung
            at_work[number] = Turn(proposal, rng.randint(0, rung))
            continue
        missing = next((step.key for step in chain_of(proposal, rung) if step.key not in stored), None)
        if missing is not None:
            assert missing not in trained
            trained.append(missing)
            stored.add(missing)
            on = turns.stored(number, rung, missing, SPENT)
        else:
            on = turns.reported(number, rung, payload(proposal, rung))
            at_work[number] = Turn(proposal, rung + 1)
        if not on:
            del at_work[number]
            turns.given_up(number)


def fate(ledger: Ledger) -> dict[int, Any]:
    return {number: (end.status, ledger.reached(number)) for number, end in ledger.ended.items()}


@pytest.mark.parametrize("deaths", [0.0, 0.2])
def test_decisions_do_not_depend_on_workers_their_order_or_their_deaths(
    open_ledger: Opener, tmp_path: Any, deaths: float
) -> None:
    fates, stages = [], []
    for seed, workers in enumerate((1, 1, 2, 4, 16)):
        ledger = open_ledger(trials=12)
        trained = play(ledger, workers, random.Random(seed), deaths=deaths)
        assert ledger.is_finished
        fates.append(fate(ledger))
        stages.append(set(trained))
        for file in (tmp_path / "run").iterdir():
            file.unlink()
    assert all(one == fates[0] for one in fates)
    assert all(one == stages[0] for one in stages)
    assert {"stopped", "completed"} == {status for status, _ in fates[0].values()}


def test_what_several_turns_spent_is_added_up(open_ledger: Opener, tmp_path: Path) -> None:
    trained = play(open_ledger(trials=6), 3, random.Random(0))
    reports = [row for row in read_rows(tmp_path / "run" / "trials.jsonl") if row["event"] == "report"]
    assert sum(row["trained"] for row in reports) == len(trained)
    assert all(row["examples"] == 8 * (row["trained"] + 1) for row in reports)


def test_tpe_proposes_only_as_places_are_free(open_ledger: Opener) -> None:
    ledger = open_ledger(searcher="tpe", startup_trials=4, trials=9)
    turns = Turns(ledger, workers=2, chain_of=chain_of, stored=(), is_stored=lambda key: False)
    for _ in range(2):
        assert turns.next() is not None
    assert len(ledger.proposals) <= 5
    random_ledger = open_ledger(trials=9)
    Turns(random_ledger, workers=2, chain_of=chain_of, stored=(), is_stored=lambda key: False).next()
    assert len(random_ledger.proposals) == random_ledger.planned, "they do not depend on results"


def test_a_failed_trial_frees_those_that_waited_for_it(open_ledger: Opener) -> None:
    ledger = open_ledger(trials=6)
    turns = Turns(ledger, workers=1, chain_of=chain_of, stored=(), is_stored=lambda key: False)
    first = len([p for p in ledger._controls]) + 1
    stored: set[str] = set()
    while len(ledger.ended) < ledger.planned:
        turn = turns.next()
        assert turn is not None
        proposal, rung = turn
        on = proposal.number != first
        if not on:
            turns.failed(proposal.number, "it broke")
        while on:
            missing = next((s.key for s in chain_of(proposal, rung) if s.key not in stored), None)
            if missing is None:
                on = turns.reported(proposal.number, rung, payload(proposal, rung))
                rung += 1
            else:
                stored.add(missing)
                on = turns.stored(proposal.number, rung, missing, SPENT)
    assert ledger.ended[first].status == "failed"
    assert sum(end.status == "failed" for end in ledger.ended.values()) == 1
