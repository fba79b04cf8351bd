"""The driver's view of a search: what was proposed, what was reported and decided, and the record of it on disk.

The record is the truth. At a start it is read back: ended trials are facts that halving and Optuna are told again,
unfinished ones are proposed again with the same decisions, and only then new ones are made. A report is written when
it is *accepted* (`asha.py`), scores first, so that a report in `trials.jsonl` has all its scores beside it. No ray
here.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from experiments.record import Journal, Row, RunFolder, now, read_rows, write_text
from experiments.search.asha import Decision, Halving, Verdict
from experiments.search.proposals import Optuna, Proposal, control_proposals, listed_proposals, random_proposal
from experiments.search.suggestions import steps_of, suggestions_of
from experiments.spec.settings import Search
from search_spaces.ladder import Rung
from search_spaces.plan import Plan, Stage, as_json, from_json
from search_spaces.space import Setting, Space


class Interrupted(Exception):
    """A signal ended a run before its time; everything finished is in the record."""


class Reported(NamedTuple):
    """What is kept in memory of an accepted report; the record has it whole."""

    value: float
    """Of the search's selector."""
    trained: int
    found: int
    """Stages, since the report before."""


class Ended(NamedTuple):
    """How a trial ended."""

    status: str
    reason: str


class Ledger:
    """One search. `changed` is called after every event, for a status to be drawn; `cost` is of a stage."""

    def __init__(
        self,
        folder: RunFolder,
        *,
        space: Space,
        setting: Setting,
        search: Search,
        rungs: Sequence[Rung],
        optuna: Optuna,
        changed: Callable[[], None] = lambda: None,
        cost: Callable[[Stage], float] = steps_of,
    ) -> None:
        self.space, self.setting, self.search, self.rungs = space, setting, search, tuple(rungs)
        self.changed = changed
        self.proposals: dict[int, Proposal] = {}
        self.reports: dict[int, list[Reported]] = {}
        """Accepted reports by trial, in the order of the rungs."""
        self.ended: dict[int, Ended] = {}
        self.begun: set[int] = set()
        """Trials that have been at work since this start."""
        self.exhausted = False
        """A random search found no further plan in its space."""
        self._optuna = optuna
        self._halving = Halving(len(self.rungs), search.eta)
        self._payloads: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._plans: set[tuple[Plan, int]] = set()
        self._controls = control_proposals(space, setting)
        self._suggestions = suggestions_of(space, setting, search, rungs=len(self.rungs), cost=cost)
        self._listed = listed_proposals(space, setting, search) if search.is_listed else []
        self._wanted = len(self._listed) if search.is_listed else search.trials or 0
        decided = self._read_back(folder)
        self._waiting = deque(sorted(self.proposals))
        """Recorded trials to be handed out once more, unless they have ended."""
        self._journal, self._scores = Journal(folder.trials), Journal(folder.scores)
        self._stages = Journal(folder.stages)
        for decision in decided:  # a crash came between a report and the line that says what it meant
            if decision.verdict is not Verdict.GO_ON and decision.trial not in self.ended:
                self._end(decision.trial, decision.verdict.value, "")

    @property
    def planned(self) -> int:
        """Trials of the whole search, controls included."""
        return len(self.proposals) if self.exhausted else len(self._controls) + self._wanted

    @property
    def is_finished(self) -> bool:
        """Has every trial ended?"""
        return len(self.ended) >= self.planned and len(self.ended) == len(self.proposals)

    def next(self) -> Proposal | None:
        """The next trial to start; None when all have been handed out."""
        while self._waiting:
            if (number := self._waiting.popleft()) not in self.ended:
                return self.proposals[number]
        if len(self.proposals) >= self.planned:
            return None
        proposal = self._new(len(self.proposals) + 1)
        if proposal is None:
            self.exhausted = len(self.ended) == len(self.proposals) or not self.search.is_adaptive
            return None
        self._add(proposal)
        if proposal.control is None:
            self._optuna.add(proposal)
        self._write(_proposed(proposal))
        self.changed()
        return proposal

    def ranked(self) -> list[Plan] | None:
        """Plans with a score by what the order model believes of them, the best first; None without one."""
        return self._suggestions.ranked() if self._suggestions is not None else None

    def write_study(self) -> None:
        """Bring the Optuna study up to date."""
        self._optuna.write()

    def begin(self, number: int) -> None:
        """A trial is at work."""
        self.begun.add(number)
        self.changed()

    def note_stage(self, number: int, rung: int, key: str, spent: Mapping[str, Any]) -> None:
        """A trial trained and stored a stage."""
        row = {"phase": "search", "trial": self.proposals[number].trial, "rung": rung, "key": key}
        kept = {name: spent[name] for name in ("examples", "seconds", "micro_batches")}
        self._stages.append([{**row, **kept, "time": now()}])

    def hand_out_again(self) -> None:
        """Forget who is running: `next` gives all unfinished trials once more."""
        self._waiting = deque(sorted(self.proposals))

    def report(self, number: int, rung: int, payload: Mapping[str, Any]) -> list[Decision]:
        """Take a report; returns what can be decided now, of this and of other trials."""
        self._payloads[number, rung] = payload
        return self._accept(self._halving.report(number, rung, payload["selectors"][self.search.selector]))

    def fail(self, number: int, reason: str) -> list[Decision]:
        """A trial will report nothing more."""
        if number in self.ended:
            return []
        decisions = self._halving.fail(number)
        self._end(number, "failed", reason)
        return self._accept(decisions)

    def verdict(self, number: int, rung: int) -> Verdict | None:
        """What becomes of a trial after its report at a rung; None while that is open."""
        if self._halving.is_over(number):
            return Verdict.STOP
        return Verdict.GO_ON if self._halving.reached(number) >= rung else None

    def value(self, number: int) -> float | None:
        """The selector's score at the trial's last accepted rung."""
        reports = self.reports.get(number)
        return reports[-1].value if reports else None

    def reached(self, number: int) -> int:
        """The trial's last accepted rung; -1 before the first."""
        return len(self.reports.get(number, ())) - 1

    def _new(self, number: int) -> Proposal | None:
        if number <= len(self._controls):
            return self._controls[number - 1]
        mine = [p for p in self.proposals.values() if p.control is None]
        if self.search.is_listed:
            return self._listed[number - len(self._controls) - 1]
        if self._suggestions is not None:
            return self._suggestions.suggest(number)
        if self.search.searcher == "tpe" and len(mine) >= self.search.startup_trials:
            return self._optuna.suggest(number)
        return random_proposal(self.space, self.setting, seed=self.search.seed, number=number, taken=self._plans)

    def _add(self, proposal: Proposal) -> None:
        self.proposals[proposal.number] = proposal
        self._plans.add((proposal.plan, proposal.seed))
        self._halving.add(proposal.number, judged=proposal.control is None)

    def _accept(self, decisions: Sequence[Decision]) -> list[Decision]:
        for decision in decisions:
            payload = self._payloads.pop((decision.trial, decision.rung))
            self._scores.append(_search_rows(self.proposals[decision.trial], decision.rung, payload["scores"]))
            line = self._reported(decision, payload)
            self._write(line)
            self._note_report(decision.trial, line)
            if decision.verdict is not Verdict.GO_ON:
                self._end(decision.trial, decision.verdict.value, "")
        self.changed()
        hopeless = [decision for decision in decisions if self._is_hopeless(decision)]
        return [decision for decision in decisions if decision not in hopeless] + self._stop(hopeless)

    def _is_hopeless(self, decision: Decision) -> bool:
        """Would the trial go on, although nothing better than the leader can come of it?"""
        proposal = self.proposals[decision.trial]
        if not self.search.value_to_go or decision.verdict is not Verdict.GO_ON or proposal.control is not None:
            return False
        assert self._suggestions is not None
        return decision.trial not in self.ended and self._suggestions.is_hopeless(proposal.trial)

    def _stop(self, hopeless: Sequence[Decision]) -> list[Decision]:
        """End trials that successive halving would let go on; returns what became of all that this decides."""
        decided: list[Decision] = []
        for decision in hopeless:
            others = self._halving.fail(decision.trial)
            self._end(decision.trial, Verdict.STOP.value, "value to go")
            decided += [decision._replace(verdict=Verdict.STOP), *self._accept(others)]
        return decided

    def _write(self, row: Row) -> None:
        """Write a row of the record; whoever suggests learns it when it is written."""
        self._journal.append([row])
        if self._suggestions is not None:
            self._suggestions.follow(row)

    def _reported(self, decision: Decision, payload: Mapping[str, Any]) -> Row:
        rung = self.rungs[decision.rung]
        return {
            "event": "report",
            "trial": self.proposals[decision.trial].trial,
            "rung": decision.rung,
            "trunk_scale": rung.trunk_scale,
            "target_scale": rung.target_scale,
            "selectors": payload["selectors"],
            "trained": payload["trained"],
            "found": payload["found"],
            "examples": payload["examples"],
            "seconds": payload["seconds"],
            "time": now(),
        }

    def _end(self, number: int, status: str, reason: str) -> None:
        trial, reached = self.proposals[number].trial, self.reached(number)
        rung = None if reached < 0 else reached
        line: Row = {"event": "ended", "trial": trial, "status": status, "rung": rung, "reason": reason, "time": now()}
        self._write(line)
        self._note_end(number, line)
        self.changed()

    def _note_report(self, number: int, line: Row) -> None:
        reported = Reported(float(line["selectors"][self.search.selector]), line["trained"], line["found"])
        self.reports.setdefault(number, []).append(reported)
        if self.proposals[number].control is None:
            self._optuna.report(number, line["rung"], reported.value)

    def _note_end(self, number: int, line: Row) -> None:
        self.ended[number] = Ended(sys.intern(line["status"]), sys.intern(line["reason"]))
        if self.proposals[number].control is None:
            self._optuna.end(number, line["status"], self.value(number))

    def _read_back(self, folder: RunFolder) -> list[Decision]:
        """Read the record; the decisions that its reports led to."""
        rows = read_rows(folder.trials)
        numbers: dict[str, int] = {}
        for row in rows:
            if self._suggestions is not None:
                self._suggestions.follow(row)
            if row["event"] == "proposed":
                proposal = _from_row(row, len(numbers) + 1)
                numbers[row["trial"]] = proposal.number
                self._add(proposal)
                if proposal.control is None:
                    self._optuna.add(proposal)
            elif row["event"] == "report":
                self._note_report(numbers[row["trial"]], row)
            else:
                self._note_end(numbers[row["trial"]], row)
        decided: list[Decision] = []
        for number in sorted(self.proposals):
            for rung, reported in enumerate(self.reports.get(number, ())):
                decided += self._halving.report(number, rung, reported.value)
            if number in self.ended and not self._halving.is_over(number):
                self._halving.fail(number)
        _drop_scores_without_report(folder, {number: self.reached(number) for number in self.reports}, numbers)
        return decided


def _proposed(proposal: Proposal) -> Row:
    return {
        "event": "proposed",
        "trial": proposal.trial,
        "control": proposal.control,
        "decisions": proposal.decisions,
        "plan": as_json(proposal.plan),
        "seed": proposal.seed,
        "time": now(),
    }


def _from_row(row: Row, number: int) -> Proposal:
    return Proposal(
        number=number,
        control=row["control"],
        decisions={sys.intern(name): decision for name, decision in row["decisions"].items()},
        plan=from_json(row["plan"]),
        seed=row["seed"],
    )


def _search_rows(proposal: Proposal, rung: int, scores: Sequence[Row]) -> list[Row]:
    fixed = {"phase": "search", "trial": proposal.trial, "rung": rung, "arm": None, "seed": proposal.seed}
    return [{**fixed, **score} for score in scores]


def _drop_scores_without_report(folder: RunFolder, reached: Mapping[int, int], numbers: Mapping[str, int]) -> None:
    """Rows of a report that a crash kept from being accepted: they will be written again."""
    rows = read_rows(folder.scores)
    kept = [r for r in rows if r["phase"] != "search" or r["rung"] <= reached.get(numbers.get(r["trial"], 0), -1)]
    if len(kept) < len(rows):
        write_text(folder.scores, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept))
