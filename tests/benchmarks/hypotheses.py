"""How often registered claims are confirmed or rejected by mistake, and how often rightly, where the truth is known.

    python tests/benchmarks/hypotheses.py [--studies 1000]

Prints the tables of `docs/hypotheses.md`. Luck has a standard deviation of 0.5 points; the smallest effect worth the
name is 1 point. The same command gives the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np

from analysis.hypotheses.calibration import BETTER, GAIN, MIXED, NAMES, NOTHING, ORDER_CLAIMS, Truth, judged
from analysis.hypotheses.verdicts import Decision
from analysis.mixed import Observation, mixed_fit
from analysis.order.calibration import Luck

LUCKS = {
    "each plan's own": Luck(inherited=0.0),
    "half inherited": Luck(),
    "nine tenths inherited": Luck(inherited=0.9),
    "one task twice as lucky": Luck(first_task=2.0),
    "rare large accidents": Luck(accidents=True),
}
SEEDS = (3, 5, 10)
WORST: Mapping[str, Truth] = {
    **{name: Truth(order={name: 1.0}) for name in ORDER_CLAIMS},
    MIXED: Truth(order={}, mixture=1.0),
    BETTER: Truth(order={}, better=1.0),
    GAIN: Truth(order={}, gain_elsewhere=0.0, gain_in_group=12.0),
}
"""Each claim just true."""


def false_confirmations(studies: int) -> str:
    """Of any of the six claims, none of which holds."""
    rows = [("any of six claims confirmed, none true", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * 4]
    for name, luck in LUCKS.items():
        cells = [
            _share(
                [
                    any(_is(one, "confirmed") for one in found.values())
                    for found in _studies(NOTHING, luck, seeds, studies)
                ]
            )
            for seeds in SEEDS
        ]
        rows.append((name, *cells))
    return _markdown(rows)


def false_rejections(studies: int) -> str:
    """Of each claim where it is just true, luck half inherited; and of the mixture where it equals the best order."""
    rows = [("claim that is just true: rejected", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * 4]
    for name, truth in WORST.items():
        cells = [
            _share([_is(found[name], "rejected") for found in _studies(truth, Luck(), seeds, studies)])
            for seeds in SEEDS
        ]
        rows.append((name, *cells))
    least = Truth(order={"a before b": 6.0})
    cells = [
        _share([_is(found[MIXED], "confirmed") for found in _studies(least, Luck(), seeds, studies)]) for seeds in SEEDS
    ]
    rows.append(("mixture as good as the best orders, the others 6 points below: confirmed", *cells))
    near = Truth(order={}, gain_elsewhere=1.0, gain_in_group=12.0)
    cells = [
        _share([_is(found[GAIN], "confirmed") for found in _studies(near, Luck(), seeds, studies)]) for seeds in SEEDS
    ]
    rows.append(("gain elsewhere as large as the band: confirmed", *cells))
    return _markdown(rows)


def power(studies: int) -> str:
    """Of one claim that holds by 1 or 2 points, the five others being untrue; and of calling nothing nothing."""
    rows = [("", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * 4]
    nothing = {seeds: _studies(NOTHING, Luck(), seeds, studies) for seeds in SEEDS}
    for name in NAMES:
        for size in (1.0, 2.0):
            if name == GAIN and size == 1.0:
                continue
            truth = {
                MIXED: Truth(order={}, mixture=size),
                BETTER: Truth(order={}, better=size),
                GAIN: Truth(order={}, gain_in_group=12.0),
            }.get(name) or Truth(order={name: size})
            told = (
                "12 points in the group, none elsewhere" if name == GAIN else f"{size:g} point{'s' if size > 1 else ''}"
            )
            cells = [
                _share([_is(one[name], "confirmed") for one in _studies(truth, Luck(), seeds, studies)])
                for seeds in SEEDS
            ]
            rows.append((f"{name}, {told}: confirmed", *cells))
        if name != GAIN:
            cells = [_share([_is(one[name], "rejected") for one in nothing[seeds]]) for seeds in SEEDS]
            rows.append((f"{name}, nothing: rejected", *cells))
    return _markdown(rows)


def mixed_coverage(studies: int) -> str:
    """95 % intervals of a mixed model that hold the true gain: four arms, as many seeds and languages as named."""
    rows = [("intervals of the mixed model that hold the truth", *(f"{seeds} seeds" for seeds in SEEDS)), ("---",) * 4]
    for languages in (4, 12):
        cells = [_share(_held(seeds, languages, studies)) for seeds in SEEDS]
        rows.append((f"{languages} languages", *cells))
    return _markdown(rows)


def _held(seeds: int, languages: int, studies: int) -> list[bool]:
    random, held = np.random.default_rng(0), []
    for _ in range(studies):
        fit = mixed_fit(finals(random, arms=4, seeds=seeds, languages=languages))
        assert fit is not None
        held += [gain.low <= 0.0 <= gain.high for gain in fit.gains] or [False]
    return held


def finals(random: np.random.Generator, *, arms: int, seeds: int, languages: int) -> list[Observation]:
    """Scores without a gain: SD 0.5 between seeds, 0.5 between trainings, 5 between languages, 0.5 between an arm's
    effects on languages, 0.4 for the rest."""
    by_seed, by_run = random.normal(0, 0.5, seeds), random.normal(0, 0.5, (arms, seeds))
    by_language, by_cell = random.normal(0, 5, languages), random.normal(0, 0.5, (arms, languages))
    return [
        Observation(
            "direct" if arm == 0 else f"arm {arm}",
            seed,
            f"l{code}",
            60 + by_seed[seed] + by_run[arm, seed] + by_language[code] + by_cell[arm, code] + random.normal(0, 0.4),
        )
        for arm in range(arms)
        for seed in range(seeds)
        for code in range(languages)
    ]


def _studies(truth: Truth, luck: Luck, seeds: int, studies: int) -> list[dict[str, Decision]]:
    return list(judged(truth, luck, seeds=seeds, count=studies))


def _is(decision: Decision, outcome: str) -> bool:
    return decision.outcome == outcome


def _share(values: Sequence[bool]) -> str:
    return f"{100 * float(np.mean(values)):.1f} %"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    asked = parser.parse_args()
    print(false_confirmations(asked.studies), end="\n\n", flush=True)
    print(false_rejections(asked.studies), end="\n\n", flush=True)
    print(power(asked.studies // 4), end="\n\n", flush=True)
    print(mixed_coverage(asked.studies // 10))


if __name__ == "__main__":
    main()
