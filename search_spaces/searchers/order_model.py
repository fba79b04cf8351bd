"""The default searcher: a model of tasks, their order, mixtures and rates, asked where improvement is cheapest.

It learns from every score, of whole plans and of prefixes. A proposal is the plan whose expected improvement over the
leader is largest for each example that is *not trained yet*: a plan that continues what exists is cheap. Works that are
under way count with scores drawn from what is believed of them, so that parallel proposals differ. It begins with the
single tasks and with orders by size. A small part of the proposals asks the model nothing and continues the best plan
by its own score, in case the model is wrong; and the last part of a large budget trains the leaders again with other
seeds, as the best of many scores is lucky. The pick is the best posterior mean.

Expected improvement: Jones et al. (1998); for each unit of cost: Snoek et al. (2012). Features of order: Van Nostrand
(1995), pairwise order; Voelkel (2019).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import ndtr

from search_spaces.count import Run
from search_spaces.exhaustive import Draw
from search_spaces.plan import Plan, Stage
from search_spaces.searchers.beliefs import Beliefs
from search_spaces.searchers.features import Features, standardised
from search_spaces.searchers.landscapes import Floats
from search_spaces.searchers.pool import Pool
from search_spaces.searchers.posterior import Candidates, Posterior, Prediction
from search_spaces.searchers.protocol import History
from search_spaces.searchers.start import first_draws
from search_spaces.searchers.tree_covariance import Ints

_GREEDY = 0.15
"""Share of proposals that the model does not choose."""
_AGAIN = 0.22
"""Share of the budget, its last part, that trains leaders again..."""
_LARGE = 60
"""...where the budget is above this."""
_LEADERS = 5


class OrderModel:
    """The order model on one study."""

    def __init__(
        self,
        pool: Pool,
        *,
        budget: float,
        seed: int,
        seeds: Sequence[int] = (0,),
        cost: Callable[[Stage], float] = lambda stage: 1.0,
        rungs: int = 1,
        prior: Mapping[str, float] | None = None,
    ) -> None:
        """`budget` is in the unit of `History.spent`, `cost` in any; all but the first of `seeds` are for leaders.

        `prior`: task -> what is expected of it, in any unit. How far to believe it is learnt from the scores.
        """
        self._pool, self._budget, self._seed, self._seeds, self._cost = pool, budget, seed, tuple(seeds), cost
        plans = [draw.plan for draw in pool.draws]
        levels = max((len(plan.trunk) for plan in plans), default=0)
        self.beliefs = Beliefs(Features(plans, rungs=rungs, prior=prior), levels=levels)
        self._targets = {plan.targets for plan in plans}
        self._start = first_draws(pool.draws, pool.sizes, standardised(prior or {}))
        self._known = self.beliefs.asked(plans)
        self._known_costs_ml = self._costs(pool.draws)
        positive = self._known_costs_ml[self._known_costs_ml > 0]
        self._least = float(positive.min()) if len(positive) else 1.0
        """The least that judging a plan takes, all of whose stages are trained."""

    def propose(self, history: History) -> Draw | None:
        """The plan with the largest expected improvement for its missing cost, or one of the other kinds above."""
        for draw in self._start:
            if _is_new(draw, history):
                return draw
        if not history.observations:
            return next((draw for draw in self._pool.draws if _is_new(draw, history)), None)
        number = len(history.proposed)
        self.beliefs.update(history.observations)
        pending = [run for run in history.pending if run not in history.observed]
        posterior = self.beliefs.posterior(pending, seed=[self._seed, number, 0])
        if self._budget > _LARGE and history.spent >= (1 - _AGAIN) * self._budget:
            again = self._again(history, posterior)
            if again is not None:
                return again
        if np.random.default_rng([self._seed, number, 1]).random() < _GREEDY:
            greedy = self._greedy(history)
            if greedy is not None:
                return greedy
        return self._improving(history, posterior)

    def knows(self, plan: Plan) -> bool:
        """Is the plan described in full by what the plans of the space differ in?"""
        return plan.targets in self._targets and self.beliefs.features.knows(plan)

    def best(self, history: History) -> Plan | None:
        """The observed plan with the highest posterior mean."""
        ranked = self.ranked(history)
        return ranked[0] if ranked else None

    def ranked(self, history: History) -> list[Plan]:
        """The observed plans by posterior mean, the best first."""
        if not history.observations:
            return []
        self.beliefs.update(history.observations)
        plans, asked = self.beliefs.seen()
        mean = self.beliefs.posterior().predict(asked).mean_m
        return [plans[place] for place in np.argsort(-mean, kind="stable")]

    def leader_and(self, history: History, plans: Sequence[Plan]) -> tuple[Prediction, Prediction]:
        """What the observed plan with the highest posterior mean is worth, and what these are, in one unit.

        Needs at least one observation.
        """
        self.beliefs.update(history.observations)
        posterior = self.beliefs.posterior()
        found = posterior.predict(self.beliefs.seen()[1])
        best = [int(np.argmax(found.mean_m))]
        return Prediction(found.mean_m[best], found.sd_m[best]), posterior.predict(self.beliefs.asked(plans))

    def _improving(self, history: History, posterior: Posterior) -> Draw | None:
        plans, seen = self.beliefs.seen()
        found = posterior.predict(seen)
        leaders = [plans[place] for place in np.argsort(-found.mean_m)[:_LEADERS]]
        near = self._pool.near(leaders, seed=[self._seed, len(history.proposed)])
        draws, asked, costs_ml = self._pool.draws, self._known, self._known_costs_ml
        if near:
            asked = _joined(asked, self.beliefs.asked([draw.plan for draw in near]))
            costs_ml = np.concatenate([costs_ml, self._costs(near)])
            draws = [*draws, *near]
        missing = (costs_ml[:, :-1] * ~self._is_trained(asked, history)).sum(1) + costs_ml[:, -1]
        gain = expected_improvement(posterior.predict(asked), float(found.mean_m.max()))
        worth = gain / np.maximum(missing, self._least)
        for place in np.argsort(-worth, kind="stable"):
            draw = draws[int(place)]
            if _is_new(draw, history):
                return draw
        return None

    def _again(self, history: History, posterior: Posterior) -> Draw | None:
        """The leader that may be best yet, with the next of the other seeds."""
        plans, seen = self.beliefs.seen()
        found = posterior.predict(seen)
        leaders = np.argsort(-found.mean_m, kind="stable")[:_LEADERS]
        for place in sorted(map(int, leaders), key=lambda place: -(found.mean_m[place] + found.sd_m[place])):
            draw = self._pool.find(plans[place])
            again = [] if draw is None else [Draw(draw.plan, seed, draw.decisions) for seed in self._seeds[1:]]
            for other in again:
                if _is_new(other, history):
                    return other
        return None

    def _greedy(self, history: History) -> Draw | None:
        """A child of the best plan by its own score that has a child left."""
        scores: dict[tuple[Stage, ...], float] = {}
        last = max(seen.rung for seen in history.observations)
        for run, value, rung in history.observations:
            if rung == last:
                scores[run.plan.trunk] = max(value, scores.get(run.plan.trunk, -np.inf))
        for trunk in sorted(scores, key=lambda trunk: -scores[trunk]):
            for draw in self._pool.children(trunk):
                if _is_new(draw, history):
                    return draw
        return None

    def _costs(self, draws: Sequence[Draw]) -> Floats:
        """Cost of each stage of the trunk, and of the targets together: (draws, levels + 1)."""
        costs = np.zeros((len(draws), self._known.places.prefix_nl.shape[1] + 1))
        for row, draw in zip(costs, draws, strict=True):
            row[: len(draw.plan.trunk)] = [self._cost(stage) for stage in draw.plan.trunk]
            row[-1] = sum(self._cost(stage) for stage in draw.plan.targets)
        return costs

    def _is_trained(self, asked: Candidates, history: History) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        trained: Ints = self.beliefs.numbering.nodes(t for t, seed in history.trained if seed == self._seeds[0])
        return np.isin(asked.places.prefix_nl, trained)


def expected_improvement(found: Prediction, leader: float) -> Floats:
    """How much each plan is expected to be better than the leader; never negative."""
    lead = (found.mean_m - leader) / found.sd_m
    density = np.exp(-(lead**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(found.sd_m * (lead * ndtr(lead) + density))


def _is_new(draw: Draw, history: History) -> bool:
    run = Run(draw.plan, draw.seed)
    return run not in history.proposed and run not in history.observed


def _joined(one: Candidates, other: Candidates) -> Candidates:
    places = type(one.places)(*(np.concatenate(parts) for parts in zip(one.places, other.places, strict=True)))
    return Candidates(np.concatenate([one.features_md, other.features_md]), places)
