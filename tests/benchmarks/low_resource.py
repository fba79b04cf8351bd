"""How often the 95 % intervals of `analysis.low_resource` leave out the truth, by languages and tasks.

Nothing is gained by size or by level; true levels scatter by 6 points, gains of languages by 2, luck of every cell and
seed by 4; three seeds. Printed are shares of the rounds in which there is an interval, and the share without one.

    python tests/benchmarks/low_resource.py [--rounds 1000]
"""

from __future__ import annotations

import argparse

import numpy as np

from analysis.attributes import Circumstances
from analysis.finals import DIRECT, Finals
from analysis.low_resource import low_resource
from evaluators.languages import LANGUAGES

KNOWN = tuple(code for code, one in LANGUAGES.items() if one.wiki_millions is not None and code != "en")
TASKS = ("xnli", "panx", "udpos", "mlqa")
SHAPES = ((5, 1), (5, 4), (8, 4), (10, 3), (15, 4), (40, 1))
ASKED = ("by_size", "by_baseline", "without_luck")
ARM = "winner 1"


def planted(languages: int, tasks: int, random: np.random.Generator) -> Finals:
    """Scores without any slope."""
    layout = {task: KNOWN[:languages] for task in TASKS[:tasks]}
    true = {(task, code): 60.0 + random.normal(0, 6) for task, codes in layout.items() for code in codes}
    gain = {code: 2.0 + random.normal(0, 2) for code in KNOWN[:languages]}
    cells = {
        (arm, seed, "test"): {
            cell: value + gain[cell[1]] * (arm == ARM) + random.normal(0, 4) for cell, value in true.items()
        }
        for arm in (DIRECT, ARM)
        for seed in (1, 2, 3)
    }
    return Finals(cells=cells, arms=(ARM, DIRECT), seeds=(1, 2, 3), layout=layout, common=layout)


def main() -> None:
    """Print a row for each shape."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    rounds = parser.parse_args().rounds
    print(
        "| languages x tasks | " + " | ".join(ASKED) + " | no interval without luck |\n| --- | --- | --- | --- | --- |"
    )
    for languages, tasks in SHAPES:
        random = np.random.default_rng(0)
        missed, known = dict.fromkeys(ASKED, 0), dict.fromkeys(ASKED, 0)
        for _ in range(rounds):
            finals = planted(languages, tasks, random)
            found = low_resource(finals, ARM, finals.layout, Circumstances(encoder="FacebookAI/xlm-roberta-base"))
            assert found is not None
            for name in ASKED:
                if (one := found[name]) is not None:
                    known[name] += 1
                    missed[name] += not one["low"] <= 0 <= one["high"]
        shares = [f"{100 * missed[name] / known[name]:.1f} %" for name in ASKED]
        without = 100 * (1 - known["without_luck"] / rounds)
        print(f"| {languages} x {tasks} | {' | '.join(shares)} | {without:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
