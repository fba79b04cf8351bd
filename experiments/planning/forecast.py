"""What a study will do, counted before anything runs. Trains nothing, loads no model, needs no network.

Controls, random proposals and the finals of controls are known exactly: a random proposal is a function of the seed and
its number. Early stopping decides while it runs, so there are two counts: `most`, if no trial is stopped, and `fewest`,
if every trial that can be stopped is stopped at the first rung. What a searcher proposes that learns from results (TPE
after its random start), and which plans win, is not known either; there the shortest and the longest that the space
allows stand in. What the record already knows of a study that was begun (proposals, rungs reached, winners) is taken
from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from experiments.finals.plan import Arm, arms, units
from experiments.finals.probe_plan import probes
from experiments.planning.hours import Costs, Hours, Work, hours_of
from experiments.record import Row, read_rows
from experiments.search.proposals import Proposal, control_proposals, known_proposals
from experiments.search.suggestions import suggestions_of
from experiments.stages.disk import stage_bytes
from experiments.stages.names import examples_a_step, key_function
from experiments.study import Study
from search_spaces.count import Run, StageCount, StageCounter
from search_spaces.plan import Plan, Stage, describe, from_json
from trainables.encoder_source import folder_of


@dataclass(frozen=True, kw_only=True)
class Climb:
    """A trial and the rungs it may climb."""

    proposal: Proposal
    fewest: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a study will do."""

    study: Study
    climbs: tuple[Climb, ...]
    unknown: int
    """Proposals that depend on what the search finds out."""
    most: StageCount
    fewest: StageCount
    phases: Mapping[str, tuple[StageCount, StageCount]]
    """Controls, proposals, finals and, where there are any, probes, each as if it were alone: most and fewest."""
    longest: Work
    shortest: Work
    counter: StageCounter
    stage_bytes: int
    notes: tuple[str, ...]
    winners_known: bool

    @property
    def trials(self) -> int:
        """Trials, controls included."""
        return len(self.climbs) + self.unknown

    def hours(self, costs: Costs) -> Hours:
        """How long it takes, and what it costs."""
        return hours_of(self.counter, self.longest, self.shortest, costs)

    @property
    def finals(self) -> dict[str, int]:
        """The size of the finals."""
        finals = self.study.spec.finals
        compared = finals.winners + len(finals.controls) + len(finals.arms)
        return {"arms": compared, "seeds": len(finals.seeds), "targets": len(self.study.targets)}

    def as_json(self) -> dict[str, Any]:
        """One object; the counts at the top are those of `most`."""
        return {
            "name": self.study.spec.name,
            "trials": self.trials,
            **_counts(self.most, self.stage_bytes),
            "fewest": _counts(self.fewest, self.stage_bytes),
            "exact": self.most == self.fewest and self.winners_known,
            "phases": {
                name: {"most": _counts(most, self.stage_bytes), "fewest": _counts(fewest, self.stage_bytes)}
                for name, (most, fewest) in self.phases.items()
            },
            "stage_bytes": self.stage_bytes,
            "finals": self.finals,
            "notes": list(self.notes),
            "plans": [
                {
                    "trial": climb.proposal.trial,
                    "control": climb.proposal.control,
                    "plan": describe(climb.proposal.plan),
                    "seed": climb.proposal.seed,
                }
                for climb in self.climbs
            ],
        }


def forecast_of(study: Study) -> Forecast:
    """Count what a study will do."""
    record = read_rows(study.folder.trials)
    climbs, unknown = _climbs(study, record)
    ended = _progress(record)[1]
    searched = not unknown and all(climb.proposal.trial in ended for climb in climbs)
    won = _winners(study, record) if searched else None
    counter = _counter(study)
    known_size = stage_bytes(
        study.encoder,
        study.spec.training,
        study.spec.encoder.build.recipe if study.spec.encoder.build else None,
    )
    longest, shortest = (_work(study, climbs, unknown, won, longest=longest) for longest in (True, False))
    return Forecast(
        study=study,
        climbs=tuple(climbs),
        unknown=unknown,
        most=counter.count(longest.runs()),
        fewest=counter.count(shortest.runs()),
        phases={
            name: (
                counter.count(chain.from_iterable(longest.phases[name])),
                counter.count(chain.from_iterable(shortest.phases[name])),
            )
            for name in longest.phases
        },
        longest=longest,
        shortest=shortest,
        counter=counter,
        stage_bytes=known_size,
        notes=tuple(_notes(study, unknown, won is None)),
        winners_known=won is not None or not study.spec.finals.winners,
    )


def _climbs(study: Study, record: Sequence[Row]) -> tuple[list[Climb], int]:
    spec = study.spec
    rungs = len(spec.ladder.rungs)
    reached, ended = _progress(record)
    climbs = []
    recorded = [row for row in record if row["event"] == "proposed"]
    for number, row in enumerate(recorded, start=1):
        proposal = Proposal(
            number=number,
            control=row["control"],
            decisions=row["decisions"],
            plan=from_json(row["plan"]),
            seed=row["seed"],
        )
        sure = rungs if row["control"] else max(1, reached.get(row["trial"], 0))
        if row["trial"] in ended:
            sure = reached.get(row["trial"], 0)
        climbs.append(Climb(proposal=proposal, fewest=sure, most=sure if row["trial"] in ended else rungs))
    drawn = [*control_proposals(spec.space, study.setting), *known_proposals(spec.space, study.setting, spec.search)]
    for proposal in drawn[len(climbs) :]:
        sure = rungs if proposal.control else 1
        climbs.append(Climb(proposal=proposal, fewest=sure, most=rungs))
    if not spec.search.is_adaptive:
        return climbs, 0
    return climbs, max(0, len(study.controls) + (spec.search.trials or 0) - len(climbs))


def _progress(record: Sequence[Row]) -> tuple[dict[str, int], set[str]]:
    reached: dict[str, int] = {}
    for row in record:
        if row["event"] == "report":
            reached[row["trial"]] = max(reached.get(row["trial"], 0), row["rung"] + 1)
    return reached, {row["trial"] for row in record if row["event"] == "ended"}


def _winners(study: Study, record: Sequence[Row]) -> list[Plan]:
    """As `experiments.finals.plan.winners` chooses them from a ledger."""
    from experiments.finals.plan import best_plans

    selector, last = study.spec.search.selector, len(study.spec.ladder.rungs) - 1
    values = {
        row["trial"]: row["selectors"][selector] for row in record if row.get("rung") == last and "selectors" in row
    }
    completed = {row["trial"] for row in record if row["event"] == "ended" and row["status"] == "completed"}
    plans = [(from_json(r["plan"]), r["trial"]) for r in record if r["event"] == "proposed" and r["control"] is None]
    scored = [(plan, values[trial]) for plan, trial in plans if trial in completed]
    return best_plans(scored, study.spec.finals.winners, _ranked(study, record))


def _ranked(study: Study, record: Sequence[Row]) -> list[Plan] | None:
    """Plans as the searcher ranks them, where it does."""
    spec = study.spec
    suggestions = suggestions_of(spec.space, study.setting, spec.search, rungs=len(spec.ladder.rungs))
    if suggestions is None:
        return None
    for row in record:
        suggestions.follow(row)
    return suggestions.ranked()


def _work(study: Study, climbs: Sequence[Climb], unknown: int, won: list[Plan] | None, *, longest: bool) -> Work:
    """Everything that is trained: trials with a run a rung, then the finals with one each."""
    rungs = study.spec.ladder.rungs
    phases: dict[str, list[list[Run]]] = {"controls": [], "proposals": [], "finals": []}
    for climb in climbs:
        runs = [
            Run(rung.of(climb.proposal.plan), climb.proposal.seed)
            for rung in rungs[: climb.most if longest else climb.fewest]
        ]
        phases["controls" if climb.proposal.control else "proposals"].append(runs)
    stand_ins = _stand_ins(study, longest) if unknown else []
    for number in range(unknown):
        plan = stand_ins[number % len(stand_ins)]
        reached = rungs if longest else rungs[:1]
        phases["proposals"].append([Run(rung.of(plan), study.spec.space.seeds[0]) for rung in reached])
    if won is None:
        candidates = [*(climb.proposal.plan for climb in climbs if climb.proposal.control is None), *stand_ins]
        won = _won_perhaps(study, list(dict.fromkeys(candidates)), longest)
    compared = arms(study, won)
    phases["finals"] = [[run] for run in finals_runs(study, compared)]
    if study.spec.probes is not None:
        phases["probes"] = [[run] for run in probe_runs(study, compared)]
    return Work(phases)


def _won_perhaps(study: Study, candidates: list[Plan], longest: bool) -> list[Plan]:
    """Winners that would cost the finals most, or least: one after another, by the stages that no other has trained."""
    trained = {prefix for arm in arms(study, ()) for prefix in _prefixes(arm.trunk)}
    won: list[Plan] = []
    for _ in range(min(study.spec.finals.winners, len(candidates))):
        new = {plan: len(_prefixes(plan.trunk) - trained) for plan in candidates}
        plan = (max if longest else min)(candidates, key=lambda plan: (new[plan], _steps(plan)))
        candidates.remove(plan)
        won.append(plan)
        trained |= _prefixes(plan.trunk)
    return won


def _prefixes(trunk: tuple[Stage, ...]) -> set[tuple[Stage, ...]]:
    return {trunk[:length] for length in range(1, len(trunk) + 1)}


def finals_runs(study: Study, compared: Sequence[Arm]) -> Iterator[Run]:
    """The finals as runs: each unit is a trunk and one target stage; a unit without training is its trunk alone."""
    for unit in units(study, compared):
        targets = () if unit.stage is None else (unit.stage,)
        yield Run(Plan(trunk=unit.arm.trunk, targets=targets), unit.seed)


def probe_runs(study: Study, compared: Sequence[Arm]) -> Iterator[Run]:
    """The probes as runs: a prefix, and one short stage."""
    for probe in probes(study, compared):
        yield Run(Plan(trunk=probe.trunk, targets=() if probe.stage is None else (probe.stage,)), probe.seed)


def _stand_ins(study: Study, longest: bool) -> list[Plan]:
    """Plans of the length that proposals still unknown may have at most, or at least, as a random search draws them."""
    from search_spaces.chooser import Random

    space, setting = study.spec.space, study.setting
    drawn = [space.plan(Random([study.spec.search.seed, 1_000_000 + number]), setting) for number in range(200)]
    wanted = (max if longest else min)(len(plan.trunk) for plan in drawn)
    return [plan for plan in drawn if len(plan.trunk) == wanted]


def _steps(plan: Plan) -> int:
    return sum(stage.steps for stage in (*plan.trunk, *plan.targets))


def _counter(study: Study) -> StageCounter:
    return StageCounter(
        continues=study.spec.training.schedule == "constant",
        key_of=cache(key_function(study)),
        known=study.store.has,
        examples_a_step=examples_a_step(study),
    )


def _counts(count: StageCount, bytes_each: int) -> dict[str, Any]:
    return {
        "stages": {
            "naive": count.naive,
            "shared": count.shared,
            "in_store": count.in_store,
            "to_train": count.to_train,
        },
        "steps": {"naive": count.naive_steps, "to_train": count.steps_to_train},
        "examples": count.examples_to_train,
        "disk_bytes": count.to_train * bytes_each,
    }


def _notes(study: Study, unknown: int, winners_unknown: bool) -> Iterator[str]:
    spec = study.spec
    if len(spec.ladder.rungs) > 1:
        yield "which trials are stopped early is decided while they run: `fewest` and `most` are the bounds"
    if unknown:
        yield f"{unknown} proposals depend on what the search finds out; plans of the space's lengths stand in"
    if winners_unknown and spec.finals.winners:
        yield "which plans win is not known yet; the shortest and the longest proposals stand in"
    if study.data.root is None:
        yield "sizes of training sets are the published ones; data are named by dataset and revision"
    if spec.encoder.build is not None and not (Path(study.encoder.name) / "config.json").is_file():
        yield "the encoder will be built first"
    elif spec.encoder.build is None and folder_of(study.encoder) is None and study.encoder.revision is None:
        yield "the encoder's revision is not pinned yet; the first run asks the hub and writes it down"
