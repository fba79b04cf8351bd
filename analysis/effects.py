"""What fixed plans do, as a Markdown table: `python -m analysis.effects RUN [--contrast ARM OTHER]...`.

One row an arm of the finals, one column a target: the mean over the languages other than the source (zero-shot), minus
the same of the baseline on the same seed, with its 95 % t interval over seeds. A contrast sets one arm against another
than the baseline. An interval that leaves out zero is bold; with many cells, one in twenty is so by chance alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from analysis.finals import DIRECT, Finals, Layout, finals_of, metrics_of, restricted
from analysis.load import Run, load
from analysis.statistics import Estimate, estimate, paired_difference


def effects_table(run: Run, contrasts: Sequence[tuple[str, str]] = ()) -> str:
    """The baseline's scores, every arm's differences from it, then the contrasts; Markdown."""
    finals = finals_of(run, metrics_of(run.resolved["suite"], run.resolved["targets"]))
    source = run.resolved["source_language"]
    zero_shot = restricted(finals.layout, lambda language: language != source)
    layouts: list[Layout] = [{task: languages} for task, languages in zero_shot.items()]
    rows = [_row(f"{DIRECT}: score", [estimate(list(finals.by_seed(DIRECT, "test", one).values())) for one in layouts])]
    others = [(arm, DIRECT) for arm in finals.arms if arm != DIRECT]
    for arm, other in [*others, *contrasts]:
        name = arm if other == DIRECT else f"{arm}, minus {other}"
        rows.append(_row(name, [_difference(finals, arm, other, one) for one in layouts], signed=True))
    seeds = len(finals.by_seed(DIRECT, "test", layouts[0]))
    head = [f"zero-shot, {seeds} seeds", *zero_shot]
    return "\n".join(_line(cells) for cells in [head, ["---"] * len(head), *rows])


def _difference(finals: Finals, arm: str, other: str, layout: Layout) -> Estimate | None:
    return paired_difference(finals.by_seed(arm, "test", layout), finals.by_seed(other, "test", layout))


def _row(name: str, cells: Sequence[Estimate | None], *, signed: bool = False) -> list[str]:
    return [name, *(_cell(cell, signed) for cell in cells)]


def _cell(found: Estimate | None, signed: bool) -> str:
    if found is None:
        return "not measured"
    mean = f"{found.mean:+.1f}" if signed else f"{found.mean:.1f}"
    if found.low is None or found.high is None:
        return f"{mean} (one seed)"
    text = f"{mean} ({found.low:.1f} to {found.high:.1f})"
    return f"**{text}**" if signed and found.low * found.high > 0 else text


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table of one run."""
    parser = argparse.ArgumentParser(prog="python -m analysis.effects", description=main.__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--contrast", nargs=2, metavar=("ARM", "OTHER"), action="append")
    asked = parser.parse_args()
    print(effects_table(load(asked.run), [(arm, other) for arm, other in asked.contrast or ()]))


if __name__ == "__main__":
    main()
