"""What the search did: what it spent, how its trials ended, and how far its numbers can be believed.

Four dev scores are read at every rung. *Agreement* is the rank correlation of a selector with the oracle over
the trials that reached a rung; *foresight* is how far a rung ranks trials as their last rung does. Trials that were
stopped early are missing from later rungs, so that both speak of survivors there; every number carries its n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.finals import Finals
from analysis.load import COMPLETED, FAILED, RUNNING, STOPPED, Json, Run, Trial
from analysis.statistics import RankCorrelation, rank_correlation
from search_spaces.plan import describe, from_json

SELECTORS = ("en-dev", "pivot-dev", "oracle", "zero-shot-dev")
ORACLE = "oracle"
ZERO_SHOT = "zero-shot-dev"
"""All languages but the source: of transfer alone, what orders are compared by. No search may choose by it."""


class Agreement(NamedTuple):
    """Rank correlations of one selector at one rung: with the oracle there, with its own last rung, with test."""

    selector: str
    rung: int
    with_oracle: RankCorrelation | None
    with_last_rung: RankCorrelation | None
    with_test: RankCorrelation


def spent(run: Run) -> dict[str, Any]:
    """Trials by how they ended, and the work behind them: from the journal, beside what was planned."""
    reports = [report for trial in run.trials for report in trial.reports.values()]
    ended = [trial for trial in run.trials if trial.status in (COMPLETED, STOPPED)]
    stages = run.environment.get("stages", {})
    return {
        "trials": len(run.trials),
        "controls": sum(trial.control is not None for trial in run.trials),
        **{
            status: sum(trial.status == status for trial in run.trials)
            for status in (COMPLETED, STOPPED, FAILED, RUNNING)
        },
        "stopped_share": sum(trial.status == STOPPED for trial in ended) / len(ended) if ended else None,
        "search_stages_trained": sum(report.trained for report in reports),
        "search_stages_found": sum(report.found for report in reports),
        "search_examples": sum(report.examples for report in reports),
        "stages": _stage_rows(stages),
        "quarantined": run.environment.get("quarantined", {}),
        "micro_batches": run.environment.get("micro_batches", {}),
        "seconds": run.environment.get("seconds", {}),
    }


_STAGES = {
    "naive": "each by itself, nothing shared",
    "shared": "equal stages shared",
    "in_store": "of these, in the store before",
    "to_train": "to be trained; trained",
}


def _stage_rows(stages: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was planned, at most and at least, beside what went."""
    planned, went = stages.get("planned", {}), {**stages.get("known", {}), "to_train": stages.get("trained")}
    if "known" in stages:
        went["in_store"] = max(0, went["shared"] - went["to_train"])
    rows = [
        {
            "what": words,
            "most": planned.get("most", {}).get(name),
            "fewest": planned.get("fewest", {}).get(name),
            "went": went.get(name),
        }
        for name, words in _STAGES.items()
    ]
    return rows if planned else []


def trial_rows(run: Run) -> list[dict[str, Any]]:
    """Every trial, for the table of all trials: best last score by the run's selector first within each rung."""
    rows = [_trial_row(trial) for trial in run.trials]
    selector = run.resolved["selector"]

    def rank(row: Mapping[str, Any]) -> tuple[bool, int, float]:
        score = row["selectors"].get(selector)
        return row["status"] == FAILED, -(row["rung"] if row["rung"] is not None else -1), -(score or 0.0)

    return sorted(rows, key=rank)


def agreements(run: Run, finals: Finals, test: Mapping[str, float]) -> list[Agreement]:
    """One row for each rung and selector that any trial reported. `test` gives the arms' mean headline on test."""
    rungs = sorted({rung for trial in run.trials for rung in trial.reports})
    finalists = [(trial, test[arm]) for arm in finals.arms if arm in test and (trial := trial_of(run, arm))]
    return [
        Agreement(
            selector=selector,
            rung=rung,
            with_oracle=None if selector == ORACLE else _between(run.trials, (selector, rung), (ORACLE, rung)),
            with_last_rung=None if rung == rungs[-1] else _between(run.trials, (selector, rung), (selector, rungs[-1])),
            with_test=_with_test(finalists, selector, rung),
        )
        for rung in rungs
        for selector in SELECTORS
        if any(value_at(trial, selector, rung) is not None for trial in run.trials)
    ]


def trial_of(run: Run, arm: str) -> Trial | None:
    """The search trial behind an arm of the finals: the control of that name, or the drawn trial of the arm's plan.

    Of several trials of one plan it is the one that scored best, because that is the one that made it a winner.
    """
    for trial in run.trials:
        if trial.control is not None and trial.control == arm:
            return trial
    drawn = [trial for trial in run.trials if trial.control is None and trial.plan == run.arm_plans.get(arm)]
    return max(drawn, key=lambda trial: _last_value(trial, run.resolved["selector"]), default=None)


def value_at(trial: Trial, selector: str, rung: int) -> float | None:
    """What the trial reported for a selector at a rung, if anything."""
    report = trial.reports.get(rung)
    return report.selectors.get(selector) if report else None


def plan_text(plan: Json) -> str:
    """A plan's trunk in one line."""
    return describe(from_json(plan))


def _trial_row(trial: Trial) -> dict[str, Any]:
    reports = trial.reports.values()
    last = trial.last
    return {
        "trial": trial.name,
        "control": trial.control,
        "plan": plan_text(trial.plan),
        "seed": trial.seed,
        "status": trial.status,
        "reason": trial.reason,
        "rung": last.rung if last else None,
        "selectors": dict(last.selectors) if last else {},
        "trained": sum(report.trained for report in reports),
        "found": sum(report.found for report in reports),
        "seconds": sum(report.seconds for report in reports),
    }


def _last_value(trial: Trial, selector: str) -> tuple[int, float]:
    last = trial.last
    return (last.rung, last.selectors.get(selector, float("-inf"))) if last else (-1, 0.0)


def _between(trials: Sequence[Trial], one: tuple[str, int], other: tuple[str, int]) -> RankCorrelation:
    pairs = [(value_at(trial, *one), value_at(trial, *other)) for trial in trials]
    both = [(first, second) for first, second in pairs if first is not None and second is not None]
    return rank_correlation([first for first, _ in both], [second for _, second in both])


def _with_test(finalists: Sequence[tuple[Trial, float]], selector: str, rung: int) -> RankCorrelation:
    pairs = [(value_at(trial, selector, rung), test) for trial, test in finalists]
    both = [(value, test) for value, test in pairs if value is not None]
    return rank_correlation([value for value, _ in both], [test for _, test in both])
