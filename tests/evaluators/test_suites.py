import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from evaluators import suites
from evaluators.babel.suite import BABEL
from evaluators.errors import CairnError, UnknownName
from evaluators.suite import Suite
from evaluators.suites import OPEN, SUITES, XTREME, XTREME_R, find_suite
from evaluators.task import Kind


def every_suite() -> list[Suite]:
    return list(SUITES.values())


def test_xtreme_has_its_nine_tasks_in_the_official_order_and_its_four_groups() -> None:
    assert list(XTREME.targets) == ["pawsx", "xnli", "panx", "udpos", "bucc2018", "tatoeba", "xquad", "mlqa", "tydiqa"]
    assert XTREME.groups["qa"] == ("xquad", "mlqa", "tydiqa")
    assert sum(len(tasks) for tasks in XTREME.groups.values()) == 9


def test_xtreme_has_its_languages() -> None:
    counts = {name: len(task.languages("test")) for name, task in XTREME.targets.items()}
    assert counts == {
        "pawsx": 7,
        "xnli": 15,
        "panx": 40,
        "udpos": 33,
        "bucc2018": 4,
        "tatoeba": 36,
        "xquad": 11,
        "mlqa": 7,
        "tydiqa": 9,
    }
    assert len({code for task in XTREME.targets.values() for code in task.languages("test")}) == 40


def test_xtreme_r_has_its_languages() -> None:
    counts = {name: len(task.languages("test")) for name, task in XTREME_R.targets.items()}
    assert counts == {
        "xnli": 15,
        "xcopa": 11,
        "panx": 48,
        "udpos": 38,
        "tatoeba": 41,
        "mewslix": 11,
        "lareqa": 11,
        "xquad": 12,
        "mlqa": 7,
        "tydiqa": 9,
    }
    assert len({code for task in XTREME_R.targets.values() for code in task.languages("test")}) == 50


@pytest.mark.parametrize("suite", every_suite(), ids=lambda suite: suite.name)
def test_a_suite_is_whole(suite: Suite) -> None:
    for name, task in suite.targets.items():
        assert task.name == name
        assert task.metrics and task.scored_by
        assert task.languages("dev") and task.languages("test"), name
        if task.trained_as is None:
            assert task.kind is Kind.BITEXT
        else:
            trained = suite.training_task(task.trained_as)
            assert trained.kind is task.kind
            assert tuple(trained.labels) == tuple(task.labels)
            taught = set(trained.languages("train"))
            if suite.name.endswith("-translated"):
                assert taught and taught <= set(task.languages("test")) - {suite.source_language}
            else:
                assert taught == {suite.source_language}
    for name, task in suite.training.items():
        assert task.name == name
        assert task.languages("train"), name
    ungrouped = set(suite.targets) - {name for group in suite.groups.values() for name in group}
    assert ungrouped == ({"lareqa"} if suite is XTREME_R else set())


@pytest.mark.parametrize("suite", every_suite(), ids=lambda suite: suite.name)
def test_pivots_are_languages_of_the_suite_and_every_trained_target_has_one(suite: Suite) -> None:
    assert suite.source_language not in suite.pivots
    for task in suite.targets.values():
        left_out = suite is OPEN and task.name == "xcopa"  # of that selector: it has none of OPEN's pivots
        assert bool(set(suite.pivots) & set(task.languages("dev"))) != left_out, task.name


def test_a_task_is_found_by_name_or_the_near_ones_are_offered() -> None:
    assert find_suite("open") is OPEN
    assert OPEN.target("udpos") is OPEN.training_task("udpos")
    with pytest.raises(UnknownName, match="no suite 'xtrem'; did you mean xtreme"):
        find_suite("xtrem")
    with pytest.raises(UnknownName, match="no target task of xtreme 'xquadd'; did you mean xquad"):
        XTREME.target("xquadd")
    with pytest.raises(UnknownName, match="did you mean squad"):
        XTREME.training_task("squad")


def test_a_target_whose_training_task_is_missing_is_refused() -> None:
    with pytest.raises(AssertionError, match="xnli has no training task"):
        replace(XTREME, training={name: task for name, task in XTREME.training.items() if name != "mnli"})


def test_a_suites_tasks_can_be_read_in_other_processes() -> None:
    for task in XTREME.training.values():
        packed = pickle.dumps(task.read)
        assert pickle.dumps(pickle.loads(packed)) == packed


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """`installed(value, ...)`: as if a package had entry points to these places of this file."""

    def pretend(*values: str) -> None:
        points = [EntryPoint(name=value, value=f"a_package:{value}", group="cairn.suites") for value in values]
        monkeypatch.setattr(suites, "entry_points", lambda group: points)
        package = SimpleNamespace(OURS=replace(BABEL, name="ours"), BABEL=BABEL, TASK=BABEL.target("xnli"))
        monkeypatch.setitem(sys.modules, "a_package", package)
        suites.known_suites.cache_clear()

    yield pretend
    suites.known_suites.cache_clear()


def test_a_package_brings_a_suite_of_its_own(installed: Callable[..., None]) -> None:
    installed("OURS")
    assert find_suite("ours").targets == BABEL.targets
    assert list(suites.known_suites()) == [*SUITES, "ours"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("BABEL", "brings a suite 'babel', and there is one"),
        ("TASK", "a_package:TASK as a suite, which is none"),
        ("NOTHING", "cannot be loaded, a_package:NOTHING .* mend or uninstall"),
    ],
)
def test_a_package_with_a_broken_suite_is_named(value: str, said: str, installed: Callable[..., None]) -> None:
    installed(value)
    with pytest.raises(CairnError, match=said):
        find_suite("xtreme")
