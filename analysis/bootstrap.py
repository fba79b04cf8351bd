"""Intervals that cover both kinds of chance: which seeds were drawn, and which test items.

Hierarchical: every replicate draws seeds with replacement, and items with replacement within each task. Items are
crossed with seeds, so one draw of items serves all seeds and all arms; where an id is the same item in every language
(`Task.parallel`) it is drawn in all of them at once, since translations of one item are no independent evidence. Arms
with the same seeds are drawn with the same seeds. Differences of arms are thereby paired in both.

One seed fewer is drawn than there are (Rao and Wu, 1988), which makes the variance over few seeds right; the quantiles
of three seeds are still too close, so that the t interval over seeds stands beside. What is luck of one seed with one
item is counted up to three times (Owen, 2007), so that intervals are too wide where little else varies. The interval
does not cover the choice of tasks and languages, nor of the encoder. With one seed it covers items alone, and says so
by its count.

Shape suffixes: R replicates, N items, K counts, S seeds, L languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from analysis.arrays import Floats
from evaluators.items import ItemCounts, score_of_counts
from evaluators.task import Task

SeedItems: TypeAlias = Mapping[int, Mapping[str, Mapping[str, ItemCounts]]]
"""Seed -> task -> language -> counts."""

RESAMPLES = 2000
_CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate with its percentile interval."""

    mean: float
    low: float
    high: float
    seeds: int
    items: int
    """Different items, those of parallel languages counted once."""
    confidence: float


@dataclass(frozen=True)
class Replicates:
    """Scores of arms under the same draws."""

    observed: Mapping[str, float]
    drawn: Mapping[str, Floats]
    """Arm -> (R,)"""
    seeds: Mapping[str, int]
    items: int

    def of(self, arm: str, confidence: float = 0.95) -> Interval:
        """The interval of an arm's score."""
        return self._interval(self.observed[arm], self.drawn[arm], self.seeds[arm], confidence)

    def difference(self, arm: str, other: str, confidence: float = 0.95) -> Interval:
        """The interval of one arm's score less another's."""
        drawn = self.drawn[arm] - self.drawn[other]
        seeds = min(self.seeds[arm], self.seeds[other])
        return self._interval(self.observed[arm] - self.observed[other], drawn, seeds, confidence)

    def _interval(self, observed: float, drawn_R: Floats, seeds: int, confidence: float) -> Interval:
        low, high = np.quantile(drawn_R, [(1 - confidence) / 2, (1 + confidence) / 2])
        return Interval(
            mean=observed, low=float(low), high=float(high), seeds=seeds, items=self.items, confidence=confidence
        )


def replicates(
    arms: Mapping[str, SeedItems],
    layout: Mapping[str, Sequence[str]],
    tasks: Mapping[str, Task],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Replicates:
    """Draw scores of all arms over a layout (task -> languages).

    Seeds that lack a task or language of the layout are left out; an arm without a whole seed is left out.
    """
    rng = np.random.default_rng(seed)
    whole = {arm: _whole_seeds(found, layout) for arm, found in arms.items()}
    whole = {arm: seeds for arm, seeds in whole.items() if seeds}
    draws = {
        seeds: rng.integers(len(seeds), size=(resamples, max(1, len(seeds) - 1)))
        for seeds in sorted(set(whole.values()))
    }
    totals = {arm: np.zeros(resamples) for arm in whole}
    observed = dict.fromkeys(whole, 0.0)
    count = 0
    for name, languages in layout.items():
        sampler = _Items(tasks[name], [arms[arm][one][name] for arm in whole for one in whole[arm]], languages)
        count += sampler.items
        scores_RS, seen_S = sampler.scores(resamples, rng)
        start = 0
        for arm, seeds in whole.items():
            columns = slice(start, start + len(seeds))
            start += len(seeds)
            totals[arm] += np.take_along_axis(scores_RS[:, columns], draws[seeds], axis=1).mean(axis=1)
            observed[arm] += float(seen_S[columns].mean())
    tasks_count = max(1, len(layout))
    return Replicates(
        observed={arm: value / tasks_count for arm, value in observed.items()},
        drawn={arm: drawn / tasks_count for arm, drawn in totals.items()},
        seeds={arm: len(seeds) for arm, seeds in whole.items()},
        items=count,
    )


def _whole_seeds(found: SeedItems, layout: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
    return tuple(
        one
        for one in sorted(found)
        if all(code in found[one].get(task, {}) for task, languages in layout.items() for code in languages)
    )


class _Items:
    """The items of one task in some languages, as asked of several models."""

    def __init__(self, task: Task, models: Sequence[Mapping[str, ItemCounts]], languages: Sequence[str]) -> None:
        self._task = task
        ids = {code: models[0][code].ids for code in languages}
        if task.parallel:
            every = list(dict.fromkeys(one for code in languages for one in ids[code]))
            place = {one: number for number, one in enumerate(every)}
            self._places = {code: np.array([place[one] for one in ids[code]]) for code in languages}
            self._pools = [(len(every), list(languages))]
        else:
            self._places = {code: np.arange(len(ids[code])) for code in languages}
            self._pools = [(len(ids[code]), [code]) for code in languages]
        self._counts = {code: np.stack([model[code].counts for model in models]) for code in languages}
        """Language -> (S, N, K)"""

    @property
    def items(self) -> int:
        """Different items."""
        return sum(size for size, _ in self._pools)

    def scores(self, resamples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """The mean over languages under every draw (R, S), and as observed (S)."""
        models = next(iter(self._counts.values())).shape[0]
        drawn_RS, seen_S = np.zeros((resamples, models)), np.zeros(models)
        for size, languages in self._pools:
            for start in range(0, resamples, _CHUNK):
                rows = slice(start, min(start + _CHUNK, resamples))
                weights_RN = rng.multinomial(size, np.full(size, 1 / size), size=rows.stop - start).astype(np.float64)
                for code in languages:
                    totals_SRK = weights_RN[:, self._places[code]] @ self._counts[code]
                    drawn_RS[rows] += score_of_counts(self._task, totals_SRK).T
            for code in languages:
                seen_S += score_of_counts(self._task, self._counts[code].sum(axis=1))
        return drawn_RS / len(self._counts), seen_S / len(self._counts)
