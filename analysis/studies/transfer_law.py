"""What is English intermediate training worth in target-language examples, and does the error follow a law?

Runs differ in the encoder's size and in the number of target-language examples. Two arms: fine-tuned on the target
language at once, and after intermediate training in English. English training is told in examples: with how many direct
fine-tuning does as well (`analysis.studies.worth`). The error's law is fitted for both arms together
(`analysis.scaling`); the gain's slopes say where intermediate training pays.

A run whose targets are trained on English instead has no target-language examples: its direct arm is English alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from analysis.finals import DIRECT, BySeed, Layout
from analysis.scaling.law import scaling
from analysis.scaling.points import Point
from analysis.statistics import Estimate, estimate
from analysis.studies.answer import Answer, said
from analysis.studies.member import Member, common_seeds, of_all, zero_shot
from analysis.studies.places import Place, places_of
from analysis.studies.transfer_tables import grid_table, law_table, trends_table, worth_table
from analysis.studies.worth import Worth, worth, worth_text
from evaluators.errors import CairnError


@dataclass(frozen=True, kw_only=True)
class TransferLaw:
    """Runs over a grid of sizes and numbers of target-language examples."""

    kind: Literal["transfer-law"]
    arm: str
    """With English intermediate training; against direct."""
    examples_of: str
    """The training task whose `training.per_task.max_examples` is varied: the target language's own."""
    controls: tuple[str, ...] = ()
    """Other arms that the arm's gain over them is told of, beside that over direct."""

    def answer(self, members: Sequence[Member]) -> Answer:
        """From the finished runs.

        Raises:
            CairnError: a run's place is not known, or scores are missing.
        """
        layout = zero_shot(members)
        places = places_of(members, self.examples_of)
        given = [one for one in members if places[one.name].examples]
        scores = {(one.name, arm): one.scores(arm, layout) for one in given for arm in (DIRECT, self.arm)}
        gains = {
            over: {one.name: _gain(one, self.arm, over, layout) for one in given} for over in (DIRECT, *self.controls)
        }
        worths = dict(self._worths(members, places, layout))
        by_size, by_examples = slopes({one.name: places[one.name] for one in given}, gains[DIRECT])
        law, refused = _law(places, scores)
        return Answer(
            sentence=_sentence(self.arm, places, gains, worths, by_size, by_examples, law, refused),
            settled=law is not None and bool(law["law"]),
            tables=[
                worth_table(members, self.arm, places, worths),
                grid_table(given, self.arm, places, scores, gains),
                trends_table(by_size, by_examples),
                *([law_table(law)] if law else []),
            ],
            numbers={
                "places": {name: place._asdict() for name, place in places.items()},
                "gains": {over: {name: dict(one) for name, one in found.items()} for over, found in gains.items()},
                "worth_in_examples": {name: one and one.as_json() for name, one in worths.items()},
                "slope_by_size": by_size and by_size._asdict(),
                "slope_by_examples": by_examples and by_examples._asdict(),
                "law": law,
                "no_law": refused,
            },
        )

    def _worths(
        self, members: Sequence[Member], places: Mapping[str, Place], layout: Layout
    ) -> Iterator[tuple[str, Worth | None]]:
        """Of every run, by the curve of direct fine-tuning of the same encoder."""
        for one in members:
            curve = {
                places[other.name].examples: other.scores(DIRECT, layout)
                for other in members
                if other.encoder == one.encoder and places[other.name].examples
            }
            arm = self.arm if places[one.name].examples else DIRECT
            yield one.name, worth(one.scores(arm, layout), curve)


def _gain(member: Member, arm: str, over: str, layout: Layout) -> BySeed:
    ours, theirs = member.scores(arm, layout), member.scores(over, layout)
    return {seed: ours[seed] - theirs[seed] for seed in common_seeds([ours, theirs])}


def _law(
    places: Mapping[str, Place], scores: Mapping[tuple[str, str], BySeed]
) -> tuple[dict[str, Any] | None, str | None]:
    """The fit, or why there is none: what else the study tells needs no law."""
    try:
        _refuse_twins(places, scores)
        return scaling(
            [point for (name, arm), found in scores.items() for point in _points(name, arm, places, found)]
        ), None
    except CairnError as reason:
        return None, str(reason)


def _refuse_twins(places: Mapping[str, Place], scores: Mapping[tuple[str, str], BySeed]) -> None:
    """Raises CairnError where two runs give one error, naming them."""
    seen: dict[tuple[str, float, float, int], str] = {}
    for (name, arm), found in scores.items():
        for seed in found:
            first = seen.setdefault((arm, places[name].size, places[name].examples, seed), name)
            if first != name:
                raise CairnError(f"{first} and {name} have one size, number of examples and seed; keep one of them")


def _points(name: str, arm: str, places: Mapping[str, Place], scores: BySeed) -> list[Point]:
    """Errors of one arm of one run.

    Raises:
        CairnError: one is 0; names the run.
    """
    place = places[name]
    try:
        return [
            Point(size=place.size, data=place.examples, seed=seed, error=100.0 - score, group=arm)
            for seed, score in scores.items()
        ]
    except CairnError as reason:
        raise CairnError(f"{arm} of {name}: {reason}") from reason


def slopes(places: Mapping[str, Place], gains: Mapping[str, BySeed]) -> tuple[Estimate | None, Estimate | None]:
    """Change of the gain for ten times the size and for ten times the examples, the other held fixed; over seeds."""
    names = list(places)
    logs = np.log10([(places[name].size, places[name].examples) for name in names])
    varied = [column for column in (0, 1) if len(set(logs[:, column])) > 1]
    x = np.column_stack([np.ones(len(names)), logs[:, varied]])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return None, None
    seeds = common_seeds([gains[name] for name in names])
    fitted = [np.linalg.lstsq(x, np.array([gains[name][seed] for name in names]), rcond=None)[0] for seed in seeds]
    found = {column: estimate([float(one[place]) for one in fitted]) for place, column in enumerate(varied, start=1)}
    return found.get(0), found.get(1)


def _sentence(
    arm: str,
    places: Mapping[str, Place],
    gains: Mapping[str, Mapping[str, BySeed]],
    worths: Mapping[str, Worth | None],
    by_size: Estimate | None,
    by_examples: Estimate | None,
    law: Mapping[str, Any] | None,
    refused: str | None,
) -> str:
    given = [places[name].examples for name in gains[DIRECT]]
    languages = max(place.languages for place in places.values())
    each = f"examples in each of {languages} target languages"
    ends = dict.fromkeys((min(given), max(given)))
    changes = [
        f"over {'direct fine-tuning' if over == DIRECT else over} "
        + " and ".join(f"by {said(_mean_gain(count, found, places))} with {count:,.0f}" for count in ends)
        for over, found in gains.items()
    ]
    told = [
        *_equal(arm, places, worths, each),
        f"{arm} changes the score, by number of {each} (one subset for all seeds), {', '.join(changes)}",
        *(
            f"for ten times the {what} the gain changes by {said(found)}"
            for what, found in (("examples", by_examples), ("parameters", by_size))
            if found is not None
        ),
    ]
    if law is None:
        return f"No law can be fitted ({refused}); {'; '.join(told)}."
    if law["law"]:
        return f"The error falls with size and examples by a law; {'; '.join(told)}."
    return f"The data do not support a scaling law ({'; '.join(law['doubts'])}); {'; '.join(told)}."


def _equal(arm: str, places: Mapping[str, Place], worths: Mapping[str, Worth | None], each: str) -> Iterator[str]:
    """What English is worth with the fewest target-language examples: with none, where that was run."""
    fewest = min(place.examples for place in places.values())
    found = [
        f"{worth_text(one)} with {places[name].size:,.0f} parameters"
        for name, one in sorted(worths.items(), key=lambda pair: places[pair[0]])
        if one is not None and places[name].examples == fewest
    ]
    if found:
        who = f"{arm} with {fewest:,.0f}" if fewest else "English training alone"
        yield f"{who} does as well as direct fine-tuning on so many {each}: {', '.join(found)}"


def _mean_gain(count: float, gains: Mapping[str, BySeed], places: Mapping[str, Place]) -> Estimate:
    """Over all sizes with so many examples, seed by seed."""
    names = [name for name in gains if places[name].examples == count]
    seeds = common_seeds([gains[name] for name in names])
    return of_all({seed: sum(gains[name][seed] for name in names) / len(names) for seed in seeds})
