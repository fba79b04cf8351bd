import pytest

from evaluators.protocol import Course
from evaluators.suites import BABEL, OPEN, SUITES, XTREME, XTREME_R


def course(**changes: object) -> Course:
    given = {"task": "mnli", "learning_rate": 2e-5, "epochs": 3.0, "batch_size": 32, **changes}
    return Course(**given)  # type: ignore[arg-type]


def test_a_course_is_as_long_as_its_epochs_over_whole_batches() -> None:
    assert course().length(rows=1000) == 3 * 32
    assert course(epochs=0.5).length(rows=1000) == 16
    assert course(epochs=None, steps=7).length(rows=1000) == 7


def test_a_course_has_at_least_one_step() -> None:
    assert course(epochs=0.001).length(rows=10) == 1


@pytest.mark.parametrize("changes", [{"steps": 10}, {"epochs": None}])
def test_a_course_has_one_measure_of_its_length(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="epochs or steps"):
        course(**changes)


def test_large_encoders_may_have_a_rate_of_their_own() -> None:
    assert course(learning_rate_large=3e-5).rate(layers=12) == 2e-5
    assert course(learning_rate_large=3e-5).rate(layers=24) == 3e-5
    assert course().rate(layers=24) == 2e-5


def test_every_suite_says_how_to_train_for_every_target() -> None:
    for suite in SUITES.values():
        assert set(suite.protocol) == set(suite.targets), suite.name


def test_the_last_course_gives_the_head_that_answers() -> None:
    for suite in (XTREME, OPEN, BABEL):
        for name, courses in suite.protocol.items():
            answered_by = suite.target(name).trained_as
            if answered_by is not None:
                assert courses[-1].task == answered_by, name


def test_xtreme_is_fine_tuned_as_its_scripts_do() -> None:
    assert [(c.task, c.epochs, c.max_length_tokens) for c in XTREME.protocol["xnli"]] == [("mnli", 5, 128)]
    assert [(c.task, c.epochs, c.max_length_tokens) for c in XTREME.protocol["mlqa"]] == [("squad1", 3, 384)]
    assert [(c.task, c.epochs) for c in XTREME.protocol["udpos"]] == [("udpos", 10)]
    assert not XTREME.protocol["tatoeba"]


def test_xtreme_r_comes_to_copa_through_social_iqa_and_asks_tatoeba_of_the_model_tuned_on_questions() -> None:
    assert [c.task for c in XTREME_R.protocol["xcopa"]] == ["siqa", "copa"]
    assert XTREME_R.protocol["tatoeba"] == XTREME_R.protocol["xquad"]
