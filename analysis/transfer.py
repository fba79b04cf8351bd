"""How well scores that were given to tasks beforehand foretell what each task alone is worth.

A score is any number, higher for better; a worth is in percent. *Regret@k* is what is lost by training only the k tasks
with the highest scores and keeping the best of these, instead of the best of all (Renggli et al. 2022; Poth et al.
2021): in points, and as a share of the best. Tasks with equal scores are drawn at random, and the regret is the
expectation; so a score that is the same for all is the random baseline. Rank correlations have intervals over tasks
from eight tasks on.

Scores of texts are here too, as they are plain vectors: the cosine of a task's mean vector with those of the targets'
training tasks, after the mean over all tasks is taken off (Vu et al. 2020).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats
from analysis.finals import ALONE, DIRECT, finals_of, metrics_of
from analysis.load import Json, Run
from analysis.rank_agreement import spearman, with_interval
from analysis.search import ZERO_SHOT, value_at
from analysis.statistics import estimate
from analysis.summary import layouts_of

RANDOM, LARGEST = "random", "largest data set"
DEPTHS = (1, 3)
"""k of regret@k."""
_FEWEST = 3
"""Tasks of a rank correlation."""


class Worth(NamedTuple):
    """What one source of scores says of plans of one task, in percent."""

    direct: float | None
    alone: Mapping[str, float]


def text_scores(vectors: Mapping[str, Floats], targets: Sequence[str]) -> dict[str, float]:
    """Mean cosine of each task's vector (D) with those of the targets' training tasks, which are among the tasks.

    A task that is one of the targets' is as similar as can be to itself. All are 0 where there is only one task.
    """
    centre = np.mean(list(vectors.values()), axis=0)
    units = {task: _unit(vector - centre) for task, vector in vectors.items()}
    return {task: float(np.mean([unit @ units[target] for target in targets])) for task, unit in units.items()}


def mean_gain(gains: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Mean over targets of each task's gains, a target's in units of their root mean square over tasks.

    So all targets count alike, as in a headline: evidence of many tags varies more than that of two classes. 0 is no
    gain. `gains`: task -> target -> gain, the same targets for every task.
    """
    tasks, table = list(gains), np.array([list(of_targets.values()) for of_targets in gains.values()])
    scale = np.sqrt(np.square(table).mean(axis=0))
    return dict(zip(tasks, (table / np.where(scale > 0, scale, 1.0)).mean(axis=1).tolist(), strict=True))


def measured(run: Run) -> dict[str, Worth]:
    """What the run measured of "<task> alone": `zero-shot-dev` at the last rung, and the finals' zero-shot test."""
    last = len(run.resolved["rungs"]) - 1
    values = {trial.control: value_at(trial, ZERO_SHOT, last) for trial in run.trials if trial.control}
    searched = {control: value for control, value in values.items() if value is not None}
    finals = finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))
    layout = layouts_of(run, finals)["zero_shot"]
    means = {arm: estimate(list(finals.by_seed(arm, "test", layout).values())) for arm in finals.controls}
    return {
        "search": _worth(searched),
        "finals": _worth({arm: found.mean for arm, found in means.items() if found is not None}),
    }


def quality(scores: Mapping[str, Mapping[str, float]], worth: Mapping[str, float]) -> Json:
    """Method -> rank correlation and regrets over the tasks that have a worth; the two baselines among the methods.

    A method that does not score all of these tasks is left out.
    """
    tasks = list(worth)
    methods = {**scores, RANDOM: dict.fromkeys(tasks, 0.0)}
    values = np.array([worth[task] for task in tasks])
    return {
        method: _quality(np.array([given[task] for task in tasks]), values)
        for method, given in methods.items()
        if tasks and all(task in given for task in tasks)
    }


def expected_regret(scores: Floats, values: Floats, k: int) -> float:
    """Points lost by keeping the best of the k tasks with the highest scores; equal scores are drawn at random."""
    border = np.sort(scores)[-k]
    sure, drawn = values[scores > border], np.sort(values[scores == border])
    chosen = k - len(sure)
    least = sure.max(initial=-math.inf)
    best = sum(
        math.comb(place, chosen - 1) * max(value, least) for place, value in enumerate(drawn.tolist())
    ) / math.comb(len(drawn), chosen)
    return float(values.max() - best)


def _worth(values: Mapping[str, float]) -> Worth:
    alone = {name.removesuffix(ALONE): value for name, value in values.items() if name.endswith(ALONE)}
    return Worth(values.get(DIRECT), alone)


def _quality(scores: Floats, values: Floats) -> Json:
    known = len(values) >= _FEWEST
    regrets = {str(k): _regret(scores, values, k) if k < len(values) else None for k in DEPTHS}
    return {"spearman": with_interval(spearman, (scores, values)) if known else None, "regret": regrets}


def _regret(scores: Floats, values: Floats, k: int) -> Json:
    points, best = expected_regret(scores, values, k), float(values.max())
    return {"points": points, "share": points / best if best > 0 else None}


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else vector)
