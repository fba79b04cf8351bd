"""Which plans are tried: the controls first, then proposals of a random or a TPE search.

Every proposal is numbered, and the number seeds its draw, so that a study which is continued proposes what it would
have proposed without the break. A random proposal depends on the seed and its number alone, which is how `cairn plan`
lists it before anything runs. One of TPE depends also on what is known when it is made: with one trial at a time that
is the same in every run; with several it depends on who finished first, and the record says what was proposed.

The Optuna study is a picture of the record, drawn anew at every start: full trials are COMPLETE, trials that were
stopped early PRUNED with the score of their last rung, failures FAIL. Controls are not in it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.errors import CairnError
from experiments.settings import Search
from search_spaces.chooser import D, Decisions, Random, Replay
from search_spaces.controls import controls
from search_spaces.plan import Plan
from search_spaces.space import Setting, Space
from trainables.seeds import derive

_REDRAWS = 500
"""Draws after which a random search takes its space to be used up."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One trial to be run: number `number` of its study, from 1, controls included."""

    number: int
    control: str | None
    decisions: Decisions
    plan: Plan
    seed: int

    @property
    def trial(self) -> str:
        """The trial's name in the record."""
        return f"t{self.number:04d}"


def control_proposals(space: Space, setting: Setting) -> list[Proposal]:
    """The controls, with the first of the space's seeds."""
    return [
        Proposal(number=number, control=name, decisions={}, plan=plan, seed=space.seeds[0])
        for number, (name, plan) in enumerate(controls(space, setting).items(), start=1)
    ]


def random_proposal(
    space: Space, setting: Setting, *, seed: int, number: int, taken: Collection[tuple[Plan, int]]
) -> Proposal | None:
    """A random proposal that repeats none of those before it; None where the space seems to hold no other."""
    for redraw in range(_REDRAWS):
        choose = Random([seed, number, redraw])
        plan, trial_seed = space.plan(choose, setting), space.seed(choose)
        if (plan, trial_seed) not in taken:
            return Proposal(number=number, control=None, decisions=choose.decisions, plan=plan, seed=trial_seed)
    return None


def random_proposals(space: Space, setting: Setting, search: Search) -> Iterator[Proposal]:
    """The proposals of a random search, and the first ones of TPE, without the controls."""
    fixed = control_proposals(space, setting)
    taken = {(proposal.plan, proposal.seed) for proposal in fixed}
    first = len(fixed) + 1
    count = search.trials if search.searcher == "random" else min(search.startup_trials, search.trials)
    for number in range(first, first + count):
        proposal = random_proposal(space, setting, seed=search.seed, number=number, taken=taken)
        if proposal is None:
            return
        taken.add((proposal.plan, proposal.seed))
        yield proposal


def replayed(space: Space, setting: Setting, decisions: Mapping[str, Any]) -> tuple[Plan, int]:
    """The plan and the seed of recorded decisions."""
    choose = Replay(decisions)
    return space.plan(choose, setting), space.seed(choose)


class Optuna:
    """The study: told what was proposed and how it ended, and asked by TPE for what to try."""

    def __init__(self, space: Space, setting: Setting, search: Search, *, name: str, url: str, owner: str) -> None:
        """`owner` is a mark of this run; a study of the same name without it belongs to somebody else.

        Raises:
            CairnError: the storage cannot be used, or holds somebody else's study of that name.
        """
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._space, self._setting, self._search = optuna, space, setting, search
        try:
            if name in optuna.study.get_all_study_names(url):
                old = optuna.load_study(study_name=name, storage=url)
                if old.user_attrs.get("cairn") != owner:
                    raise CairnError(f"{url} holds a study {name!r} that is not of this run; choose another name")
                optuna.delete_study(study_name=name, storage=url)
            self._study = optuna.create_study(study_name=name, storage=url, direction="maximize")
        except CairnError:
            raise
        except Exception as error:
            raise CairnError(f"the Optuna storage {url} cannot be used: {error}") from error
        self._study.set_user_attr("cairn", owner)
        self._trials: dict[int, Any] = {}

    def suggest(self, number: int) -> Proposal:
        """What TPE would try next."""
        sampler = self._optuna.samplers.TPESampler
        self._study.sampler = _quietly(
            lambda: sampler(
                seed=derive(self._search.seed, "tpe", number) % 2**32,
                n_startup_trials=self._search.startup_trials,
                multivariate=True,
                group=True,
                constant_liar=True,
            )
        )
        return self._ask(number)

    def add(self, proposal: Proposal) -> int:
        """Note a proposal that was made elsewhere: drawn at random, or recorded before a break. Its Optuna number."""
        if proposal.number not in self._trials:
            self._study.enqueue_trial(dict(proposal.decisions))
            self._ask(proposal.number)
        return int(self._trials[proposal.number].number)

    def report(self, number: int, rung: int, value: float) -> None:
        """Note a score at a rung."""
        _quietly(lambda: self._trials[number].report(value, rung))

    def end(self, number: int, status: str, value: float | None) -> None:
        """Note how a trial ended: completed, stopped or failed."""
        states = self._optuna.trial.TrialState
        trial = self._trials[number]
        if status == "completed":
            self._study.tell(trial, value)
        else:
            self._study.tell(trial, state=states.PRUNED if status == "stopped" else states.FAIL)

    def _ask(self, number: int) -> Proposal:
        trial = _quietly(self._study.ask)
        self._trials[number] = trial
        choose = _OptunaChooser(trial)

        def draw() -> tuple[Plan, int]:
            return self._space.plan(choose, self._setting), self._space.seed(choose)

        plan, seed = _quietly(draw)
        return Proposal(number=number, control=None, decisions=choose.decisions, plan=plan, seed=seed)


class _OptunaChooser:
    """Puts a space's questions to an Optuna trial."""

    def __init__(self, trial: Any) -> None:
        self._trial = trial
        self.decisions: Decisions = {}

    def one_of(self, name: str, options: Sequence[D]) -> D:
        choice: D = self._trial.suggest_categorical(name, list(options))
        self.decisions[name] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        value = float(self._trial.suggest_float(name, low, high))
        self.decisions[name] = value
        return value


def _quietly(call: Callable[[], Any]) -> Any:
    """TPE's grouped and multivariate modes are called experimental; they are what conditional spaces need."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()
