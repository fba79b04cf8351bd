"""A small run folder as a study leaves it: five controls and nineteen drawn trials, four targets, three final seeds.

Scores follow a planted truth: each plan has a gain over direct, dev promises half a point more than test to winners,
and everything carries seeded noise. `noise=0` makes every number exact.
"""

import json
import random

import pytest
from hypothesis import settings

settings.register_profile("analysis", derandomize=True, deadline=None)
settings.load_profile("analysis")

LANGUAGES = {
    "pawsx": ("de", "en", "ja"),
    "panx": ("de", "en", "sw", "yo"),
    "xquad": ("de", "en", "th"),
    "tatoeba": ("de", "ja", "sw"),
}
METRICS = {
    "pawsx": ("accuracy",),
    "panx": ("f1", "precision"),
    "xquad": ("exact_match", "f1"),
    "tatoeba": ("accuracy",),
}
GAINS = {"direct": 0.0, "target longer": 0.3, "mnli alone": 1.0, "squad1 alone": 0.6, "all mixed": 1.2}
WINNERS = {"winner 1": 2.0, "winner 2": 1.4}
RUNGS = [{"trunk_scale": scale, "target_scale": scale} for scale in (0.11, 0.33, 1.0)]


def stage(learning_rate, *tasks):
    return {"mixture": {task: 1 / len(tasks) for task in tasks}, "learning_rate": learning_rate, "steps": 300}


def plan(*stages):
    return {"trunk": list(stages), "targets": [stage(1e-3, "mnli", "panx")]}


CONTROL_PLANS = {
    "direct": plan(),
    "target longer": {"trunk": [], "targets": [{**stage(1e-3, "mnli", "panx"), "steps": 900}]},
    "mnli alone": plan(stage(1e-3, "mnli")),
    "squad1 alone": plan(stage(1e-3, "squad1")),
    "all mixed": plan(stage(1e-3, "mnli", "squad1")),
}


class RunWriter:
    """Collects a run folder's lines; tests change them before they are written."""

    def __init__(self, path, *, selector="en-dev", seeds=(11, 12, 13), noise=0.3, dev_bonus=0.5):
        self.path = path
        self.random = random.Random(7)
        self.noise = noise
        self.dev_bonus = dev_bonus
        self.resolved = {
            "name": "order-study",
            "suite": "xtreme",
            "encoder": {"name": "babel-xlmr", "revision": None, "pooling": None},
            "selector": selector,
            "pivots": ["de"],
            "source_language": "en",
            "targets": list(LANGUAGES),
            "seeds": list(seeds),
            "rungs": RUNGS,
            "finals": {"controls": list(GAINS)},
            "space": {},
            "training": {},
            "revisions": {"data": {"unimelb-nlp/wikiann": "4f01" * 10}, "encoder": None},
            "reproduce": "cairn run experiments/specs/order_study.yaml",
        }
        self.environment = {
            "python": "3.11.7",
            "libraries": {"torch": "2.13.0", "ray": "2.60.1"},
            "platform": "Linux x86_64",
            "commit": "0123abc",
            "started": "2026-01-05 10:00",
            "seconds": {"search": 81.4, "finals": 143.0},
            "stages": {
                "trained": 61,
                "found": 48,
                "planned": {
                    "most": {"naive": 160, "shared": 97, "in_store": 7, "to_train": 90},
                    "fewest": {"naive": 80, "shared": 50, "in_store": 7, "to_train": 43},
                },
                "known": {"naive": 110, "shared": 68},
            },
            "quarantined": {"3f2a.9c": "the digest of model.safetensors is not the recorded one"},
        }
        self.trials, self.scores, self.failures, self.probes = [], [], [], []

    def write(self):
        self.path.mkdir(parents=True, exist_ok=True)
        for name, value in (("resolved", self.resolved), ("environment", self.environment)):
            (self.path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
        for name in ("trials", "scores", "failures", "probes"):
            rows = getattr(self, name)
            text = "".join(json.dumps(row) + "\n" for row in rows)
            (self.path / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return self.path

    def add_trial(self, number, the_plan, gain, *, control=None, rungs=3, status="completed", reason=""):
        name = f"t{number:04d}"
        self.trials.append(
            {"event": "proposed", "trial": name, "control": control, "decisions": {}, "plan": the_plan, "seed": 0}
            | {"time": 1767607200.0 + number}
        )
        for rung in range(rungs):
            level = 40 + 8 * rung + gain * (rung + 1) / 3
            drops = {"en-dev": 20, "pivot-dev": 5, "oracle": 0, "zero-shot-dev": -2}
            selectors = {name: level + drop + self._noise() for name, drop in drops.items()}
            self.trials.append(
                {"event": "report", "trial": name, "rung": rung, **RUNGS[rung], "selectors": selectors}
                | {"trained": 2, "found": 1, "examples": 4800, "seconds": 1.5, "time": 1767607300.0}
            )
        if status:
            self.trials.append(
                {"event": "ended", "trial": name, "status": status, "rung": rungs - 1, "reason": reason, "time": 0}
            )
        return name

    def add_final(self, arm, the_plan, gain, *, tasks=tuple(LANGUAGES)):
        bonus = self.dev_bonus if arm.startswith("winner") else 0.0
        for seed in self.resolved["seeds"]:
            for task in tasks:
                for place, language in enumerate(LANGUAGES[task]):
                    for split, extra in (("test", 0.0), ("dev", bonus)):
                        value = 70 - 6 * place + gain * (1 + 0.5 * place) / 1.5 + extra + self._noise()
                        self.scores += self._rows(arm, the_plan, seed, task, language, split, value)

    def add_failure(self, arm, seed, task, error, *, the_plan=None):
        """`the_plan`: of an arm without scores."""
        the_plan = the_plan or next(row["plan"] for row in self.scores if row["arm"] == arm)
        self.failures.append(
            {"phase": "final", "arm": arm, "seed": seed, "plan": the_plan, "task": task, "error": error}
        )

    def add_probe(self, trunk, seed, targets, learnt=()):
        """`targets` and `learnt`: task -> score, in every language of a target and in English."""
        self.resolved["probes"] = {"steps": 40, "of": "arms", "learning_rate": None}
        cells = [("target", task, code, value) for task, value in targets.items() for code in LANGUAGES[task]]
        cells += [("learnt", task, "en", value) for task, value in dict(learnt).items()]
        metrics = {**METRICS, "mnli": ("accuracy",), "squad1": ("f1", "exact_match")}
        for role, task, code, value in cells:
            scores = [
                {"role": role, "task": task, "language": code, "split": "dev", "metric": metric, "value": value}
                | {"examples": 20, "signature": "made-up"}
                for metric in metrics[task]
            ]
            row = {"unit": f"{len(self.probes)}", "trunk": trunk, "seed": seed, "task": task, "scores": scores}
            self.probes.append({**row, "error": None, "trained": 1, "found": 0, "examples": 8, "seconds": 0.1})

    def _rows(self, arm, the_plan, seed, task, language, split, value):
        return [
            {"phase": "final", "trial": None, "rung": None, "arm": arm, "plan": the_plan, "seed": seed, "task": task}
            | {"language": language, "split": split, "metric": metric, "value": value, "examples": 200}
            | {"signature": f"{metric}|made-up"}
            for metric in METRICS[task]
        ]

    def _noise(self):
        return self.random.gauss(0, self.noise) if self.noise else 0.0


def filled(writer):
    for number, (control, gain) in enumerate(GAINS.items()):
        writer.add_trial(number, CONTROL_PLANS[control], gain, control=control)
    rates = (3e-4, 1e-3, 3e-3)
    names = ("mnli", "squad1", "ccg", "qqp")
    chosen = {}
    for number in range(5, 24):
        draw = random.Random(number)
        trunk = [stage(draw.choice(rates), task) for task in draw.sample(names, draw.choice((1, 2, 3)))]
        winner = {5: "winner 1", 6: "winner 2"}.get(number)
        rungs = 3 if winner else draw.choice((1, 1, 2, 3))
        gain = WINNERS[winner] if winner else draw.uniform(-1, 1.2)
        status = "completed" if rungs == 3 else "stopped"
        writer.add_trial(number, plan(*trunk), gain, rungs=rungs, status=status)
        if winner:
            chosen[winner] = plan(*trunk)
    for arm, gain in WINNERS.items():
        writer.add_final(arm, chosen[arm], gain)
    for arm, gain in GAINS.items():
        writer.add_final(arm, CONTROL_PLANS[arm], gain)
    return writer


@pytest.fixture
def empty_run(tmp_path):
    """Options -> a writer without trials and scores."""
    return lambda **options: RunWriter(tmp_path / "order-study", **options)


@pytest.fixture
def full_run(empty_run):
    """Options -> a writer of a finished study."""
    return lambda **options: filled(empty_run(**options))


@pytest.fixture(scope="module")
def study():
    """Folder, options -> a writer of a finished study, in this folder."""
    return lambda path, **options: filled(RunWriter(path, **options))
