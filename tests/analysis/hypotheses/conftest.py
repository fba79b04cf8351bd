"""Plans by their spelling, and run folders whose finals or search hold them."""

import pytest

from search_spaces.plan import Plan, Stage, as_json, mixture

TASKS = {"m": "mnli", "s": "squad1", "c": "ccg", "q": "qqp"}


def spelled(order, *, steps=300, rate=1e-3):
    """`ms`: MNLI, then SQuAD; `m+s`: their mixture, with as many steps in all."""
    stages = [order] if "+" in order else list(order)
    trunk = []
    for names in stages:
        tasks = [TASKS[letter] for letter in names.split("+")]
        trunk.append(Stage(mixture=mixture(dict.fromkeys(tasks, 1.0)), learning_rate=rate, steps=steps * len(tasks)))
    target = Stage(mixture=(("mnli", 1.0),), learning_rate=1e-3, steps=300)
    return Plan(trunk=tuple(trunk), targets=(target,))


@pytest.fixture
def plan_of():
    return spelled


@pytest.fixture
def claiming(empty_run):
    """Claims by name, gains of arms by spelling -> a written run whose finals hold these arms."""
    from analysis.hypotheses.registration import fingerprint

    def build(claims, gains, *, seeds=(11, 12, 13, 14, 15), noise=0.1, band=1.0, **changes):
        writer = empty_run(seeds=seeds, noise=noise)
        writer.resolved["analysis"] = {"equivalence_band": band, "hypotheses": claims}
        writer.resolved["sizes"] = {"mnli": 300, "squad1": 200, "ccg": 100}
        writer.resolved["registered"] = {"sha256": fingerprint(writer.resolved["analysis"]), "time": 1.0, **changes}
        for arm, gain in gains.items():
            order = "" if arm == "direct" else arm
            plan = as_json(spelled(order)) if set(order) <= {*TASKS, "+"} else as_json(spelled("m"))
            writer.add_final(arm, plan, gain)
        return writer

    return build
