"""Every number of the report, as one JSON object: `summary.json`. The page, and the terminal's table, only set it out.

The **headline** is the mean over target tasks of the mean over a task's languages, in percent. If pivot languages took
part in choosing the winners (selector "pivot-dev"), they are left out of it. Choices made here are made on dev: the
leading winner is the search's first, and the best single task is the one with the best dev headline.

The source language is in the headline, as the suites define theirs. What is said of transfer (order, registered
hypotheses, paths, low-resource languages) is said of the **zero-shot** mean, which leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.answer import answer
from analysis.attributes import Circumstances
from analysis.bootstrap import Replicates
from analysis.finals import (
    ALONE,
    DIRECT,
    BySeed,
    Finals,
    Layout,
    finals_of,
    is_winner,
    languages_left_out,
    metrics_of,
    pivots_left_out,
    restricted,
)
from analysis.groups import gain_sources, language_groups
from analysis.hypotheses.verdicts import hypotheses_of
from analysis.load import FAILED, RUNNING, Json, Run
from analysis.low_resource import low_resource
from analysis.mixed import mixed_fit, observations_of
from analysis.order.sources import evidence_of
from analysis.order.verdict import verdict_of
from analysis.prefixes import prefix_rows
from analysis.resampling import difference, item_replicates
from analysis.search import agreements, plan_text, spent, trial_of, trial_rows, value_at
from analysis.statistics import (
    Estimate,
    RankCorrelation,
    error_reduction,
    estimate,
    paired_difference,
    sign_flips,
)
from analysis.trajectories import trajectories


def summarise(run: Run) -> Json:
    """The summary of a run, finished or not.

    Raises:
        CairnError: the run names a suite or task that does not exist, or its files contradict each other.
    """
    resolved = run.resolved
    finals = finals_of(run, metrics_of(resolved["suite"], resolved["targets"]))
    layouts = layouts_of(run, finals)
    drawn = item_replicates(run.path, resolved["suite"], layouts["test"], finals.arms)
    given = Circumstances(
        encoder=resolved["encoder"]["name"], chosen_on=pivots_left_out(run) or [resolved["source_language"]]
    )
    arms = [_arm(run, finals, arm, layouts) for arm in finals.arms]
    headline_on_test = {row["arm"]: row["test"]["mean"] for row in arms if row["test"]}
    band = resolved.get("analysis", {}).get("equivalence_band")
    summary = {
        "name": resolved["name"],
        "suite": resolved["suite"],
        "encoder": resolved["encoder"]["name"],
        "selector": resolved["selector"],
        "source_language": resolved["source_language"],
        "pivots": resolved["pivots"],
        "excluded_languages": pivots_left_out(run),
        "headline": {task: list(languages) for task, languages in layouts["test"].items()},
        "finals_seeds": resolved["seeds"],
        "hypotheses": hypotheses_of(run, finals, layouts["zero_shot"]),
        "order": verdict_of(evidence_of(run, finals, layouts["zero_shot"]), band).as_json(),
        "arms": arms,
        "languages": _languages(run, finals),
        "contrasts": _contrasts(run, finals, layouts, drawn),
        "items": drawn.items if drawn else None,
        "mixed": _mixed(finals, layouts["test"]),
        "language_groups": language_groups(finals, finals.layout, given),
        "low_resource": [
            found
            for arm in (finals.winners or _written(run, finals))[:1]
            if (found := low_resource(finals, arm, layouts["zero_shot"], given)) is not None
        ],
        "gain_sources": gain_sources(finals, layouts["test"], resolved["suite"]),
        "trajectories": trajectories(run, languages_left_out(run)),
        "best_single": _best_single(finals, layouts),
        "optimism": _optimism(run, finals, layouts),
        "search": spent(run),
        "selectors": [
            {
                "selector": one.selector,
                "rung": one.rung,
                "with_oracle": _correlation(one.with_oracle),
                "with_last_rung": _correlation(one.with_last_rung),
                "with_test": _correlation(one.with_test),
            }
            for one in agreements(run, finals, headline_on_test)
        ],
        "rungs": resolved["rungs"],
        "trials": trial_rows(run),
        "trie": prefix_rows(run),
        "failures": _failures(run),
        "incomplete": _incomplete(run, finals),
        "metrics": _metrics(run),
        "reproduce": {
            "command": resolved.get("reproduce", f"cairn run {run.path / 'spec.yaml'}"),
            "revisions": _revisions(resolved),
        },
        "environment": {key: value for key, value in run.environment.items() if key not in ("seconds", "stages")},
    }
    return {**summary, "answer": answer(summary)}


def _written(run: Run, finals: Finals) -> tuple[str, ...]:
    """The plans that the spec writes out."""
    controls = run.resolved.get("finals", {}).get("controls", ())
    return tuple(arm for arm in finals.controls if arm not in controls)


def layouts_of(run: Run, finals: Finals) -> dict[str, Layout]:
    """What the headlines of a run are means of: on test, on what dev has too, in the source language, in the others."""
    excluded, source = set(pivots_left_out(run)), run.resolved["source_language"]
    test = restricted(finals.layout, lambda language: language not in excluded)
    return {
        "test": test,
        "common": restricted(finals.common, lambda language: language not in excluded),
        "source": restricted(test, lambda language: language == source),
        "zero_shot": restricted(test, lambda language: language != source),
    }


def _arm(run: Run, finals: Finals, arm: str, layouts: Mapping[str, Layout]) -> Json:
    def scores(layout: Layout, split: str = "test") -> Json | None:
        return _estimate(finals.by_seed(arm, split, layout))

    def gain(layout: Layout) -> Json | None:
        return None if arm == DIRECT else _difference(finals, arm, DIRECT, layout)

    trial = trial_of(run, arm)
    dev, beside = (finals.by_seed(arm, split, layouts["common"]) for split in ("dev", "test"))
    single = {task: {task: languages} for task, languages in layouts["test"].items()}
    return {
        "arm": arm,
        "winner": is_winner(arm),
        "plan": plan_text(run.arm_plans[arm]) if arm in run.arm_plans else "",
        "trial": trial.name if trial else None,
        "search": dict(trial.last.selectors) if trial and trial.last else {},
        "test": scores(layouts["test"]),
        "zero_shot": scores(layouts["zero_shot"]),
        "source": scores(layouts["source"]),
        "dev": _estimate(dev),
        "test_beside_dev": _estimate(beside),
        "dev_less_test": _plain(paired_difference(dev, beside)),
        "tasks": {task: scores(layout) for task, layout in single.items()},
        "gain": {
            "headline": gain(layouts["test"]),
            "error_reduction": None if arm == DIRECT else _error_reduction(finals, arm, DIRECT, layouts["test"]),
            "zero_shot": gain(layouts["zero_shot"]),
            "source": gain(layouts["source"]),
            "tasks": {task: gain(layout) for task, layout in single.items()},
        },
    }


def _languages(run: Run, finals: Finals) -> list[Json]:
    """Gains over the direct baseline, language by language, the leading winner's largest first."""
    rows = []
    for language in sorted({code for languages in finals.layout.values() for code in languages}):
        layout = {task: (language,) for task, languages in finals.layout.items() if language in languages}
        role = "source" if language == run.resolved["source_language"] else ""
        rows.append(
            {
                "language": language,
                "role": "pivot, not in the headline" if language in pivots_left_out(run) else role,
                "tasks": list(layout),
                "gains": {arm: _difference(finals, arm, DIRECT, layout) for arm in finals.winners},
            }
        )

    def size(row: Mapping[str, Any]) -> float:
        leading = row["gains"].get(finals.winners[0]) if finals.winners else None
        return -leading["mean"] if leading else float("inf")

    return sorted(rows, key=size)


def _contrasts(run: Run, finals: Finals, layouts: Mapping[str, Layout], drawn: Replicates | None) -> list[Json]:
    return [
        {
            "winner": winner,
            "control": control,
            "same_plan": run.arm_plans.get(winner) == run.arm_plans.get(control),
            "difference": _difference(finals, winner, control, layouts["test"]),
            "sign_flips": _sign_flips(finals, winner, control, layouts["test"]),
            "error_reduction": _error_reduction(finals, winner, control, layouts["test"]),
            "with_items": difference(drawn, winner, control),
        }
        for control in finals.controls
        for winner in finals.winners
    ]


def _best_single(finals: Finals, layouts: Mapping[str, Layout]) -> str | None:
    """The single-task control with the best dev headline over fresh seeds."""
    means = {
        arm: found.mean
        for arm in finals.controls
        if arm.endswith(ALONE) and (found := estimate(list(finals.by_seed(arm, "dev", layouts["common"]).values())))
    }
    return max(means, key=means.__getitem__) if means else None


def _optimism(run: Run, finals: Finals, layouts: Mapping[str, Layout]) -> Json | None:
    """The leading winner's gain over direct as the search saw it, and on dev and test with fresh seeds."""
    if not finals.winners or DIRECT not in finals.arms:
        return None
    winner, common = finals.winners[0], layouts["common"]
    gains = {split: _gain_by_seed(finals, winner, split, common) for split in ("dev", "test")}
    return {
        "winner": winner,
        "promised": {name: _promised(run, winner, name) for name in (run.resolved["selector"], "oracle")},
        "dev_gain": _estimate(gains["dev"]),
        "test_gain": _estimate(gains["test"]),
        "shortfall": _plain(paired_difference(gains["dev"], gains["test"])),
    }


def _promised(run: Run, winner: str, selector: str) -> float | None:
    """What the last rung of the search said the winner gains over direct."""
    last = len(run.resolved["rungs"]) - 1
    trials = (trial_of(run, winner), trial_of(run, DIRECT))
    ours, theirs = (value_at(trial, selector, last) if trial else None for trial in trials)
    return None if ours is None or theirs is None else ours - theirs


def _gain_by_seed(finals: Finals, arm: str, split: str, layout: Layout) -> BySeed:
    ours, theirs = finals.by_seed(arm, split, layout), finals.by_seed(DIRECT, split, layout)
    return {seed: ours[seed] - theirs[seed] for seed in ours if seed in theirs}


def _failures(run: Run) -> list[Json]:
    trials = [
        {"where": f"search, {trial.name}", "what": plan_text(trial.plan), "reason": trial.reason}
        for trial in run.trials
        if trial.status == FAILED
    ]
    finals = [
        {"where": f"finals, {one.arm}, seed {one.seed}", "what": one.task, "reason": one.error} for one in run.failures
    ]
    return trials + finals


def _incomplete(run: Run, finals: Finals) -> list[str]:
    """What is not there that should be, in plain words."""
    missing = []
    running = [trial.name for trial in run.trials if trial.status == RUNNING]
    if running:
        missing.append(f"{_count(running, 'trial')} of the search did not end: {', '.join(running)}")
    if not run.finals:
        missing.append("the finals have no score yet: nothing on this page says what a plan gives on test")
    else:
        missing += _missing_in_finals(run, finals)
    missing += [f"{name} ends in a torn line, which was left out" for name in run.torn]
    return missing


def _missing_in_finals(run: Run, finals: Finals) -> Iterable[str]:
    unscored = [task for task in run.resolved["targets"] if task not in finals.layout]
    if unscored:
        yield f"no arm has test scores of {', '.join(unscored)}; the headline is over the other tasks"
    if DIRECT not in finals.arms:
        yield "the finals have no direct baseline, so no gain can be given"
    for control in run.resolved.get("finals", {}).get("controls", ()):
        if control not in finals.arms:
            yield f"the control {control} has no final score yet"
    for arm in finals.arms:
        for seed in sorted({*run.resolved["seeds"], *finals.seeds}):
            lacking = finals.missing(arm, seed)
            if len(lacking) == len(finals.layout):
                yield f"{arm}, seed {seed}: no complete task on test"
            elif lacking:
                named = ", ".join(f"{task} ({_count(range(count), 'language')})" for task, count in lacking.items())
                yield f"{arm}, seed {seed}: no test score of {named}; left out of every mean that needs it"


def _metrics(run: Run) -> list[Json]:
    """Task, metric, signature and the range of the numbers of examples, as found in the final test scores."""
    sizes: dict[tuple[str, str, str], list[int]] = {}
    for score in run.finals:
        if score.split == "test":
            sizes.setdefault((score.task, score.metric, score.signature), []).append(score.examples)
    return [
        {"task": task, "metric": metric, "signature": signature, "fewest": min(found), "most": max(found)}
        for (task, metric, signature), found in sizes.items()
    ]


def _revisions(resolved: Json) -> dict[str, str]:
    """Data set -> commit, and the encoder's, as far as they are pinned."""
    encoder = {resolved["encoder"]["name"]: resolved["revisions"].get("encoder")}
    return {name: commit for name, commit in {**resolved["revisions"]["data"], **encoder}.items() if commit}


def _difference(finals: Finals, ours: str, theirs: str, layout: Layout) -> Json | None:
    return _plain(paired_difference(finals.by_seed(ours, "test", layout), finals.by_seed(theirs, "test", layout)))


def _sign_flips(finals: Finals, ours: str, theirs: str, layout: Layout) -> Json | None:
    found = sign_flips(finals.by_seed(ours, "test", layout), finals.by_seed(theirs, "test", layout))
    return None if found is None else found._asdict()


def _error_reduction(finals: Finals, ours: str, theirs: str, layout: Layout) -> Json | None:
    return _plain(error_reduction(finals.by_seed(ours, "test", layout), finals.by_seed(theirs, "test", layout)))


def _mixed(finals: Finals, layout: Layout) -> Json | None:
    found = mixed_fit(observations_of(finals, layout))
    return None if found is None else found.as_json()


def _estimate(values: BySeed) -> Json | None:
    found = _plain(estimate(list(values.values())))
    return None if found is None else {**found, "by_seed": {str(seed): value for seed, value in values.items()}}


def _plain(found: Estimate | None) -> Json | None:
    return None if found is None else {**found._asdict(), "half_width": found.half_width, "verdict": found.verdict}


def _correlation(found: RankCorrelation | None) -> Json | None:
    return None if found is None else found._asdict()


def _count(things: Iterable[object], noun: str) -> str:
    count = len(list(things))
    return f"{count} {noun}{'' if count == 1 else 's'}"
