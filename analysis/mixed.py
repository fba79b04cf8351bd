"""A mixed model of the finals: gains that borrow strength across arms, and where the variance comes from.

One observation is an arm's test score in one language with one seed, the mean over the tasks that have the language.
Arms are fixed effects, with direct fine-tuning as the baseline. At random are, crossed (REML):

- **seed**: what a seed does to all arms alike;
- **arm and seed**: the luck of one training, which all its languages share;
- **language**: how hard a language is;
- **arm and language**: that an arm helps some languages more than others;
- the rest.

Without the second, dozens of languages judged by one model would pass for so many trainings. Languages count alike,
whatever the number of their tasks, so that a gain differs a little from that of the headline; and as languages are at
random, its interval speaks of languages like these, and not of these alone. Intervals have t quantiles with the degrees
of freedom of what arms are crossed with, the fewer of seeds and languages (the containment method).

A component that comes out at nil is named and left out of the fit. A fit that does not converge gives no numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t

from analysis.arrays import Floats
from analysis.finals import DIRECT, Finals, Layout
from analysis.load import Json

CONFIDENCE = 0.95
COMPONENTS = ("seed", "arm and seed", "language", "arm and language")
REST = "rest"
_NIL = 1e-3
"""Components below this share of the rest are at the border of what can be, and are left out."""

_ROUNDING = 1e-9


class Observation(NamedTuple):
    """One arm's score in one language with one seed, in percent."""

    arm: str
    seed: int
    language: str
    score: float


@dataclass(frozen=True, kw_only=True)
class ArmGain:
    """An arm's gain over direct fine-tuning by the model, in points."""

    arm: str
    mean: float
    low: float
    high: float
    confidence: float = CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class MixedFit:
    """What the model says, or why it says nothing."""

    gains: tuple[ArmGain, ...] = ()
    variances: Mapping[str, float]
    """Component -> variance in squared points; 0 for those left out. Empty without a fit."""
    observations: int
    seeds: int
    languages: int
    freedom: int
    words: tuple[str, ...] = ()
    """What a reader must know of how the fit went."""

    def as_json(self) -> Json:
        """Plain values, with each component's share of all variance."""
        whole = sum(self.variances.values())
        variances = [
            {"component": name, "variance": value, "share": value / whole if whole else None}
            for name, value in self.variances.items()
        ]
        return {**asdict(self), "gains": [asdict(gain) for gain in self.gains], "variances": variances}


def observations_of(finals: Finals, layout: Layout) -> list[Observation]:
    """Scores by arm, seed and language, of trainings that have the whole layout."""
    tasks: dict[str, list[str]] = {}
    for task, languages in layout.items():
        for language in languages:
            tasks.setdefault(language, []).append(task)
    found = []
    for arm in finals.arms:
        for seed in finals.by_seed(arm, "test", layout):
            cells = finals.cells[arm, seed, "test"]
            for language, names in tasks.items():
                score = sum(cells[task, language] for task in names) / len(names)
                found.append(Observation(arm, seed, language, score))
    return found


def mixed_fit(observations: Sequence[Observation]) -> MixedFit | None:
    """The model of these scores; None where there is nothing to fit: no baseline, one arm, seed or language."""
    arms = list(dict.fromkeys(one.arm for one in observations))
    seeds, languages = {one.seed for one in observations}, {one.language for one in observations}
    if DIRECT not in arms or min(len(arms), len(seeds), len(languages)) < 2:
        return None
    others = [arm for arm in arms if arm != DIRECT]
    freedom = len(others) * (min(len(seeds), len(languages)) - 1)
    sizes: dict[str, Any] = {
        "observations": len(observations),
        "seeds": len(seeds),
        "languages": len(languages),
        "freedom": freedom,
    }
    kept, words = list(COMPONENTS), list[str]()
    while True:
        found = _fitted(observations, others, kept)
        if isinstance(found, str):
            return MixedFit(variances={}, words=(*words, found), **sizes)
        nil = [name for name in kept if found.variances[name] < _NIL * found.variances[REST]]
        if not nil:
            break
        words.append(f"left out, as estimated at nil, the border of what a variance can be: {', '.join(nil)}")
        kept = [name for name in kept if name not in nil]
    half = t.ppf((1 + CONFIDENCE) / 2, freedom) * found.errors
    gains = tuple(
        ArmGain(arm=arm, mean=float(mean), low=float(mean - wide), high=float(mean + wide))
        for arm, mean, wide in zip(others, found.means, half, strict=True)
    )
    return MixedFit(gains=gains, variances=found.variances, words=tuple(words), **sizes)


class _Found(NamedTuple):
    means: Floats
    errors: Floats
    variances: dict[str, float]


def _fitted(observations: Sequence[Observation], others: Sequence[str], kept: Sequence[str]) -> _Found | str:
    """Gains of the arms and the variance of every component, in the order of COMPONENTS; or what went wrong."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    groups = {name: _columns([_level(one, name) for one in observations]) for name in kept}
    scores = np.array([one.score for one in observations])
    arms = np.array([[1.0, *(float(one.arm == arm) for arm in others)] for one in observations])
    if not kept:
        return "no component is above nil: the scores do not vary beyond arms"
    shape = VCSpec(
        list(kept),
        [[[f"{name} {number}" for number in range(groups[name].shape[1])]] for name in kept],
        [[groups[name]] for name in kept],
    )
    every = np.concatenate([arms, *groups.values()], axis=1)
    left = scores - every @ np.linalg.lstsq(every, scores, rcond=None)[0]
    if float(left @ left) <= _ROUNDING * len(scores) * float(scores.var()):
        return "the scores follow from arms, seeds and languages exactly, so that there is no luck to fit"
    model = MixedLM(scores - scores.mean(), arms, np.ones(len(scores)), exog_vc=shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = model.fit(reml=True, method=["lbfgs", "bfgs", "powell"])
        except np.linalg.LinAlgError as error:
            return f"the fit broke down ({error})"
    errors = np.asarray(fit.bse_fe, dtype=float)[1:]
    if not fit.converged or not np.isfinite(errors).all():
        return "the fit did not converge, so that it gives no numbers"
    estimated = dict(zip(model.exog_vc.names, np.asarray(fit.vcomp, dtype=float), strict=True))
    variances = {name: float(estimated.get(name, 0.0)) for name in COMPONENTS} | {REST: float(fit.scale)}
    return _Found(np.asarray(fit.fe_params, dtype=float)[1:], errors, variances)


def _level(one: Observation, component: str) -> tuple[object, ...]:
    parts: dict[str, object] = {"arm": one.arm, "seed": one.seed, "language": one.language}
    return tuple(parts[name] for name in component.split(" and "))


def _columns(levels: Sequence[tuple[object, ...]]) -> Floats:
    """One column a level: (observations, levels)."""
    places = {level: place for place, level in enumerate(dict.fromkeys(levels))}
    columns = np.zeros((len(levels), len(places)))
    columns[np.arange(len(levels)), [places[level] for level in levels]] = 1.0
    return columns
