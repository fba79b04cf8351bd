"""Whose a study in a storage is: this run's, somebody else's, or one that was left when its maker was killed."""

from pathlib import Path

import optuna
import pytest

from evaluators.errors import CairnError
from experiments.search.proposals import Optuna
from experiments.spec.settings import Search
from search_spaces.space import Setting, Space
from search_spaces.target import Target

SPACE = Space(
    tasks=("mnli", "ccg"),
    lengths=(1,),
    learning_rates=(1e-3,),
    steps=(10,),
    target=Target(learning_rates=(1e-3,), steps=10),
)
SETTING = Setting(targets=("xnli",))


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'study.db'}"


def opened(folder: Path, *, owner: str = "me", searcher: str = "random") -> Optuna:
    search = Search(trials=4, searcher=searcher, selector="en-dev")  # type: ignore[arg-type]
    return Optuna(SPACE, SETTING, search, name="study", url=url_in(folder), owner=owner)


def owner_of(folder: Path) -> str:
    return str(optuna.load_study(study_name="study", storage=url_in(folder)).user_attrs["cairn"])


@pytest.mark.parametrize("searcher", ["random", "tpe"])
def test_a_study_whose_maker_was_killed_before_it_was_marked_is_taken_over(tmp_path: Path, searcher: str) -> None:
    optuna.create_study(study_name="study", storage=url_in(tmp_path), direction="maximize")
    opened(tmp_path, searcher=searcher)
    assert owner_of(tmp_path) == "me"
    opened(tmp_path, searcher=searcher)


def test_a_study_without_a_mark_that_holds_trials_is_somebody_elses(tmp_path: Path) -> None:
    study = optuna.create_study(study_name="study", storage=url_in(tmp_path), direction="maximize")
    study.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(CairnError, match="not of this run"):
        opened(tmp_path)
    assert len(optuna.load_study(study_name="study", storage=url_in(tmp_path)).trials) == 1


def test_a_study_of_another_run_is_refused_even_while_it_is_empty(tmp_path: Path) -> None:
    opened(tmp_path, owner="you")
    with pytest.raises(CairnError, match="not of this run"):
        opened(tmp_path, owner="me")
    assert owner_of(tmp_path) == "you"
