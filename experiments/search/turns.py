"""Whose turn it is: the ledger's decisions and the agenda's choice, joined. No ray here.

A *turn* is what one trial does at one place: it trains stages and climbs rungs until the next stage is being trained by
somebody else, or until its report waits for an earlier proposal to be judged. Then its place is free for another trial,
and it gets a further turn later. Turns keep no state of their own: a trial finds what it needs in the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from experiments.search.agenda import Agenda, Chain
from experiments.search.asha import Decision, Verdict
from experiments.search.ledger import Ledger
from experiments.search.proposals import Proposal

ChainOf: TypeAlias = Callable[[Proposal, int], Chain]
"""(proposal, rung) -> the stages of its plan at that rung."""


class Turn(NamedTuple):
    """A trial, and the first rung that it climbs to."""

    proposal: Proposal
    rung: int


class Turns:
    """The turns of one search."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        workers: int,
        chain_of: ChainOf,
        stored: Iterable[str],
        is_stored: Callable[[str], bool],
    ) -> None:
        self.ledger = ledger
        self._workers, self._chain_of = workers, chain_of
        self._agenda = Agenda(workers, stored=stored, is_stored=is_stored)
        self._rung: dict[int, int] = {}
        """Trial on the agenda -> the rung it climbs to."""
        self._spent: dict[tuple[int, int], Counter[str]] = {}
        self._at_once = not ledger.search.is_adaptive
        """Proposals do not depend on results, so the agenda may know them all."""

    def next(self) -> Turn | None:
        """Somebody who can work now; None if nobody can."""
        while (number := self._agenda.take()) is None:
            if not self._propose():
                return None
        self.ledger.begin(number)
        return Turn(self.ledger.proposals[number], self._rung[number])

    def stored(self, number: int, rung: int, key: str, spent: Mapping[str, float]) -> bool:
        """The trial trained a stage. May its turn go on?"""
        self._spend(number, rung, spent)
        self.ledger.note_stage(number, rung, key, spent)
        if number in self.ledger.ended:
            return False
        if rung < self._rung[number]:  # its worker was lost, and it climbs again to where it was
            return True
        return self._agenda.passed(number, key)

    def busy(self, number: int, key: str) -> None:
        """The trial found its next stage being trained by another study; its turn is over."""
        self._agenda.trained_elsewhere(number, key)

    def reported(self, number: int, rung: int, payload: Mapping[str, Any]) -> bool:
        """The trial has climbed to a rung. May its turn go on?"""
        if number in self.ledger.ended:
            return False
        if rung < self._rung[number]:
            return True
        self._spend(number, rung, {name: payload[name] for name in _COUNTS})
        self._settle(self.ledger.report(number, rung, {**payload, **self._spent.pop((number, rung))}), but=number)
        verdict = self.ledger.verdict(number, rung)
        if verdict is not Verdict.GO_ON or rung == len(self.ledger.rungs) - 1:
            self._agenda.drop(number)
            return False
        self._rung[number] = rung + 1
        return self._agenda.climb(number, self._chain(number))

    def failed(self, number: int, reason: str) -> None:
        """The trial will do nothing more."""
        self._agenda.drop(number)
        self._settle(self.ledger.fail(number, reason), but=number)

    def given_up(self, number: int) -> None:
        """The trial's turn ended, whatever it did; if it was still at work, it waits for another."""
        self._agenda.give_back(number)

    def _propose(self) -> bool:
        """Put the next proposal on the agenda, or all of them where they are known."""
        added = False
        while self._at_once or (not added and self._agenda.waiting < self._workers):
            proposal = self.ledger.next()
            if proposal is None:
                return added
            self._add(proposal.number)
            added = True
        return added

    def _add(self, number: int) -> None:
        self._rung[number] = self.ledger.reached(number) + 1
        self._agenda.add(number, self._chain(number))

    def _settle(self, decisions: Sequence[Decision], *, but: int) -> None:
        """Others that were judged now go on."""
        for decision in decisions:
            if decision.trial != but and decision.verdict is Verdict.GO_ON:
                self._add(decision.trial)

    def _chain(self, number: int) -> Chain:
        return self._chain_of(self.ledger.proposals[number], self._rung[number])

    def _spend(self, number: int, rung: int, spent: Mapping[str, float]) -> None:
        self._spent.setdefault((number, rung), Counter()).update({name: spent[name] for name in _COUNTS})


_COUNTS = ("trained", "found", "examples", "seconds")
