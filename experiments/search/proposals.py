"""Which plans are tried: the controls first, then all plans of the space, or proposals of a random or a TPE search.

Every proposal is numbered, and the number seeds its draw, so that a study which is continued proposes what it would
have proposed without the break. A random proposal depends on the seed and its number alone, which is how `cairn plan`
lists it before anything runs. One of TPE depends also on what is known when it is made: with one trial at a time that
is the same in every run; with several it depends on who finished first, and the record says what was proposed.

The Optuna study is a picture of the record: full trials are COMPLETE, trials that were stopped early PRUNED with the
scores of their rungs, failures FAIL; attributes hold the trial's name and its plan. Controls are not in it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from evaluators.errors import CairnError
from experiments.spec.settings import Search
from search_spaces.chooser import D, Decisions, Random, Replay
from search_spaces.controls import controls
from search_spaces.designs import DesignName, design_draws
from search_spaces.exhaustive import Draw, every_draw
from search_spaces.plan import Plan, describe
from search_spaces.space import Setting, Space
from trainables.seeds import derive

_MOST = 100_000
"""Plans of the largest space that is tried from one end to the other."""
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


def known_proposals(space: Space, setting: Setting, search: Search) -> Iterator[Proposal]:
    """The proposals that do not depend on results, without the controls: all, or of TPE the first ones."""
    if search.is_listed:
        yield from listed_proposals(space, setting, search)
        return
    if search.searcher in ("order-model", "beam"):
        return
    assert search.trials is not None
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


def listed_proposals(space: Space, setting: Setting, search: Search) -> list[Proposal]:
    """The plans of a design, or all of the space; a control among them is tried again as a candidate.

    Raises:
        CairnError: there are more than a search should try, or the space and the trials do not allow the design.
    """
    first = len(control_proposals(space, setting)) + 1
    seeds = len(space.seeds)
    most = (_MOST // seeds + 1) * seeds if search.trials is None else search.trials
    if search.searcher == "exhaustive":
        draws = list(islice(every_draw(space, setting), most))
    else:
        draws = _designed(space, setting, search, most)
    if search.trials is None and len(draws) > _MOST:
        raise CairnError(
            f"the space has more than {_MOST:,} plans; make it smaller, give search.trials, or search it at random"
        )
    return [
        Proposal(number=number, control=None, decisions=draw.decisions, plan=draw.plan, seed=draw.seed)
        for number, draw in enumerate(draws, start=first)
    ]


def _designed(space: Space, setting: Setting, search: Search, most: int) -> list[Draw]:
    name = cast(DesignName, search.searcher)
    try:
        return design_draws(name, space, setting, trials=most, seed=search.seed)
    except ValueError as error:
        raise CairnError(f"search.searcher is {name}: {error}") from error


def replayed(space: Space, setting: Setting, decisions: Mapping[str, Any]) -> tuple[Plan, int]:
    """The plan and the seed of recorded decisions."""
    choose = Replay(decisions)
    return space.plan(choose, setting), space.seed(choose)


_OWNER = "cairn"
"""User attribute of a study of ours. It is set after the study is made, so an empty study may be ours without it."""


class Optuna:
    """The study: told what was proposed and how it ended, and asked by TPE for what to try.

    Without TPE nobody asks it, and it is told when the search is over: hundreds of entries take seconds.
    """

    def __init__(self, space: Space, setting: Setting, search: Search, *, name: str, url: str, owner: str) -> None:
        """`owner` is a mark of this run; a study of the same name without it belongs to somebody else.

        Raises:
            CairnError: the storage cannot be used, or holds somebody else's study of that name.
        """
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._space, self._setting, self._search = optuna, space, setting, search
        self._asked = search.searcher == "tpe"
        try:
            self._study = self._begun(name, url, owner)
        except CairnError:
            raise
        except Exception as error:
            raise CairnError(f"the Optuna storage {url} cannot be used: {error}") from error
        self._trials: dict[int, Any] = {}
        self._values: dict[int, dict[int, float]] = {}
        self._proposals: dict[int, Proposal] = {}
        told = [] if self._asked else self._study.get_trials(deepcopy=False)
        self._to_tell: list[tuple[int, Any, float | None]] = []
        self._told = {trial.user_attrs.get("trial") for trial in told}

    def _begun(self, name: str, url: str, owner: str) -> Any:
        optuna = self._optuna
        if name in optuna.study.get_all_study_names(url):
            old = optuna.load_study(study_name=name, storage=url)
            if old.user_attrs.get(_OWNER, owner) != owner or (_OWNER not in old.user_attrs and old.trials):
                raise CairnError(f"{url} holds a study {name!r} that is not of this run; choose another name")
            if _OWNER in old.user_attrs and not self._asked:
                return old
            optuna.delete_study(study_name=name, storage=url)  # for TPE, or as it was left when its maker was killed
        study = optuna.create_study(study_name=name, storage=url, direction="maximize")
        study.set_user_attr(_OWNER, owner)
        quietly(lambda: study.set_metric_names([self._search.selector]))
        return study

    def suggest(self, number: int) -> Proposal:
        """What TPE would try next."""
        seed = derive(self._search.seed, "tpe", number) % 2**32
        self._study.sampler = tpe_sampler(seed, self._search.startup_trials)
        return self._ask(number)

    def add(self, proposal: Proposal) -> None:
        """Note a proposal that was made elsewhere: drawn at random, listed, or recorded before a break."""
        self._proposals[proposal.number] = proposal
        if self._asked and proposal.number not in self._trials:
            self._study.enqueue_trial(dict(proposal.decisions))
            self._ask(proposal.number)

    def report(self, number: int, rung: int, value: float) -> None:
        """Note a score at a rung."""
        self._values.setdefault(number, {})[rung] = value
        if self._asked:
            quietly(lambda: self._trials[number].report(value, rung))

    def end(self, number: int, status: str, value: float | None) -> None:
        """Note how a trial ended: completed, stopped or failed."""
        states = self._optuna.trial.TrialState
        state = {"completed": states.COMPLETE, "stopped": states.PRUNED}.get(status, states.FAIL)
        if self._asked:
            told = {"values": value} if state is states.COMPLETE else {"state": state}
            self._study.tell(self._trials[number], **told)
            return
        if self._proposals[number].trial not in self._told:
            self._to_tell.append((number, state, None if state is states.FAIL else value))

    def write(self) -> None:
        """Tell the study of the trials that have ended; TPE's is told as they do."""
        for number, state, value in self._to_tell:
            self._study.add_trial(self._finished(self._proposals[number], state, value))
            self._told.add(self._proposals[number].trial)
        self._to_tell.clear()

    def _finished(self, proposal: Proposal, state: Any, value: float | None) -> Any:
        choose = _DistributionChooser(proposal.decisions)
        self._space.plan(choose, self._setting)
        self._space.seed(choose)
        return self._optuna.trial.create_trial(
            state=state,
            value=value,
            params=dict(proposal.decisions),
            distributions=choose.distributions,
            user_attrs=_attributes(proposal),
            intermediate_values=self._values.get(proposal.number, {}),
        )

    def _ask(self, number: int) -> Proposal:
        trial = quietly(self._study.ask)
        self._trials[number] = trial
        choose = OptunaChooser(trial)

        def draw() -> tuple[Plan, int]:
            return self._space.plan(choose, self._setting), self._space.seed(choose)

        plan, seed = quietly(draw)
        proposal = Proposal(number=number, control=None, decisions=choose.decisions, plan=plan, seed=seed)
        for name, text in _attributes(proposal).items():
            trial.set_user_attr(name, text)
        return proposal


def _attributes(proposal: Proposal) -> dict[str, str]:
    """What the parameters, ranks among them, do not show at a glance."""
    return {"trial": proposal.trial, "plan": describe(proposal.plan)}


def tpe_sampler(seed: int, startup_trials: int) -> Any:
    """Optuna's TPE, as conditional spaces and several workers need it."""
    from optuna.samplers import TPESampler

    return quietly(
        lambda: TPESampler(
            seed=seed, n_startup_trials=startup_trials, multivariate=True, group=True, constant_liar=True
        )
    )


class OptunaChooser:
    """Puts a space's questions to an Optuna trial."""

    def __init__(self, trial: Any) -> None:
        self._trial = trial
        self.decisions: Decisions = {}

    def one_of(self, name: str, options: Sequence[D]) -> D:
        """One of the options."""
        choice: D = self._trial.suggest_categorical(name, list(options))
        self.decisions[name] = choice
        return choice

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        value = float(self._trial.suggest_float(name, low, high))
        self.decisions[name] = value
        return value


class _DistributionChooser:
    """Repeats decisions, and remembers what they were chosen from, in Optuna's words."""

    def __init__(self, decisions: Mapping[str, Any]) -> None:
        self._replay = Replay(decisions)
        self.distributions: dict[str, Any] = {}

    def one_of(self, name: str, options: Sequence[D]) -> D:
        from optuna.distributions import CategoricalDistribution

        self.distributions[name] = CategoricalDistribution(list(options))
        return self._replay.one_of(name, options)

    def uniform(self, name: str, low: float, high: float) -> float:
        from optuna.distributions import FloatDistribution

        self.distributions[name] = FloatDistribution(low, high)
        return self._replay.uniform(name, low, high)


def quietly(call: Callable[[], Any]) -> Any:
    """What Optuna calls experimental: modes of TPE that conditional spaces need, names of metrics."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()
