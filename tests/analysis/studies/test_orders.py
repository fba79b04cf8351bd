"""Two runs with planted orders: on all targets, on retrieval alone, on none."""

from itertools import permutations

import numpy as np
import pytest

from analysis.load import load
from analysis.order.by_target import NO_RETRIEVAL, parts_of
from analysis.studies.member import Member
from analysis.studies.orders import Orders

LANGUAGES = {"pawsx": ("de", "en"), "panx": ("de", "en", "sw"), "tatoeba": ("de", "sw")}
METRICS = {"pawsx": "accuracy", "panx": "f1", "tatoeba": "accuracy"}
ORDERS = list(permutations(("ccg", "mnli", "squad1")))
LAST = {"ccg": -3.0, "mnli": 0.0, "squad1": 3.0}
"""Points by the last task."""


def planted(path, writer, *, on, size=1.0, noise=0.2, seed=0):
    """`on`: targets on which the last task counts. English is far off, and says nothing."""
    writer.path = path
    writer.resolved |= {"targets": list(LANGUAGES), "search": {"searcher": "permutations"}, "seeds": [11, 12]}
    writer.resolved["rungs"] = writer.resolved["rungs"][-1:]
    writer.resolved["analysis"] = {"equivalence_band": 1.0}
    random = np.random.default_rng(seed)
    for number, (order, luck) in enumerate((order, luck) for luck in range(4) for order in ORDERS):
        cells = {
            (task, code): 50.0
            + 5.0 * luck
            + (size * LAST[order[-1]] if task in on else 0.0)
            + (random.normal(0, 30) if code == "en" else random.normal(0, noise))
            for task, codes in LANGUAGES.items()
            for code in codes
        }
        zero_shot = np.mean(
            [np.mean([cells[task, code] for code in codes if code != "en"]) for task, codes in LANGUAGES.items()]
        )
        stages = [{"mixture": {task: 1.0}, "learning_rate": 1e-3, "steps": 300} for task in order]
        name = writer.add_trial(number, {"trunk": stages, "targets": []}, 0.0, rungs=1)
        proposed, report = (event for event in writer.trials if event["trial"] == name and event["event"] != "ended")
        proposed["seed"] = luck
        report["selectors"] = {"en-dev": 50.0, "zero-shot-dev": float(zero_shot)}
        writer.scores += [
            {"phase": "search", "trial": name, "rung": 0, "arm": None, "seed": luck, "task": task, "language": code}
            | {"split": "dev", "metric": METRICS[task], "value": value, "examples": 100, "signature": "made-up"}
            for (task, code), value in cells.items()
        ]
    writer.add_final("direct", {"trunk": [], "targets": []}, 0.0, tasks=tuple(LANGUAGES))
    return load(writer.write())


@pytest.fixture
def answered(empty_run, tmp_path):
    """Options of both runs -> the study's answer."""

    def build(one, other):
        members = [
            Member(name, planted(tmp_path / name, empty_run(), seed=place, **options))
            for place, (name, options) in enumerate({"mbert": one, "xlmr": other}.items())
        ]
        return Orders(kind="orders", of="search").answer(members)

    return build


def test_an_effect_that_is_all_retrieval_is_told(answered) -> None:
    found = answered({"on": ("tatoeba",)}, {"on": ("tatoeba",)})
    parts = found.numbers["by_targets"]
    assert {one["answer"] for one in found.numbers["verdicts"].values()} == {"order matters"}
    assert {one["answer"] for one in parts["retrieval"].values()} == {"order matters"}
    for name in (NO_RETRIEVAL, "classification", "tagging"):
        assert {one["answer"] for one in parts[name].values()} == {"order does not matter"}
    assert found.sentence.startswith(
        "For mbert and xlmr alike, the order of intermediate tasks matters (mbert: permutation test, p = 0.0005"
    )
    assert (
        "Without retrieval, which is read at the trunk's end (exploratory): for mbert and xlmr alike, the order of"
        in (found.sentence)
    )
    assert "mbert and xlmr rank 6 orders of one set with Spearman's rho +" in found.sentence
    assert found.settled


def test_by_all_targets_the_part_is_the_mean_that_the_search_reported(empty_run, tmp_path) -> None:
    run = planted(tmp_path / "one", empty_run(), on=("tatoeba", "panx"))
    member = Member("one", run)
    for trial in run.trials:
        reported = trial.reports[0].selectors["zero-shot-dev"]
        assert member.dev.mean(trial, list(LANGUAGES)) == pytest.approx(reported)


def test_equivalence_is_told_by_its_bound_and_band(answered) -> None:
    found = answered({"on": ()}, {"on": LANGUAGES})
    bound = found.numbers["verdicts"]["mbert"]["furthest"]["bound"]
    assert f"mbert: no two orders of a set more than {bound:.2f} points apart, band 1" in found.sentence
    assert "for xlmr, the order of intermediate tasks matters" in found.sentence


def test_a_difference_beyond_luck_within_the_band_is_not_told_by_its_p_alone(answered) -> None:
    found = answered({"on": LANGUAGES, "size": 0.1, "noise": 0.02}, {"on": LANGUAGES})
    verdict = found.numbers["verdicts"]["mbert"]
    assert (verdict["answer"], verdict["p"] < 0.05) == ("order does not matter", True)
    assert "mbert: no two orders of a set more than 0.6" in found.sentence


def test_a_run_without_differences_is_told_beside_what_was_tested(answered) -> None:
    found = answered({"on": (), "noise": 0.0}, {"on": LANGUAGES})
    (pair,) = found.numbers["pairs"]
    assert pair["spearman"]["value"] is None
    assert "cannot be ranked alike: one of them has no differences between orders; the effects of order do differ" in (
        found.sentence
    )


def test_too_few_data_come_with_the_seeds_that_would_be_enough(answered) -> None:
    found = answered({"on": (), "noise": 4.0}, {"on": LANGUAGES})
    verdict = found.numbers["verdicts"]["mbert"]
    more = verdict["seeds_needed"] - len(verdict["seeds"])
    assert verdict["answer"] == "not enough data yet" and more > 1
    assert f"mbert: permutation test, p = {verdict['p']:.2f}, and about {more} more seeds would settle it; xlmr" in (
        found.sentence
    )


def test_parts_are_some_of_the_targets_and_none_is_there_twice() -> None:
    groups = {"tagging": ("panx", "udpos"), "qa": ("xquad",), "retrieval": ("tatoeba",)}
    assert parts_of(["panx", "xquad", "tatoeba"], groups) == {
        NO_RETRIEVAL: ("panx", "xquad"),
        "tagging": ("panx",),
        "qa": ("xquad",),
        "retrieval": ("tatoeba",),
    }
    assert parts_of(["panx", "tatoeba"], groups) == {NO_RETRIEVAL: ("panx",), "retrieval": ("tatoeba",)}
    assert parts_of(["panx"], groups) == {}
