import pytest

from analysis.attributes import ATTRIBUTES, UNKNOWN, Circumstances, attribute_text, by_attribute
from evaluators.errors import UnknownName

VALUES = {
    "xnli": {"en": 80.0, "de": 70.0, "sw": 40.0, "ur": 50.0},
    "tatoeba": {"de": 90.0, "sw": 10.0},
    "udpos": {"yo": 20.0},
}


def classes(attribute: str, **given: object) -> dict[str, tuple[float, int, int]]:
    found = by_attribute(VALUES, attribute, Circumstances(**given))  # type: ignore[arg-type]
    return {one.value: (round(one.mean, 6), len(one.tasks), len(one.languages)) for one in found}


def test_languages_are_averaged_within_a_task_and_tasks_after() -> None:
    assert classes("size")["high"] == (82.5, 2, 2)  # (80 + 70) / 2, then with 90
    assert classes("size")["low"] == (pytest.approx(23.333333), 3, 2)  # 40, 10, 20


def test_families_and_scripts_come_from_the_table() -> None:
    assert classes("family")["Niger-Congo"] == (pytest.approx(23.333333), 3, 2)
    assert classes("script")["Arabic (Nastaliq)"] == (50.0, 1, 1)


def test_what_an_encoder_has_seen_is_known_of_known_encoders_only() -> None:
    assert classes("seen", encoder="FacebookAI/xlm-roberta-base")["unseen"] == (20.0, 1, 1)
    assert "unseen" not in classes("seen", encoder="google-bert/bert-base-multilingual-cased")
    assert list(classes("seen", encoder="my/own")) == [UNKNOWN]
    beyond = by_attribute({"tatoeba": {"tt": 10.0}}, "seen", Circumstances(encoder="xlm-roberta-base"))
    assert [one.value for one in beyond] == [UNKNOWN]


def test_languages_that_helped_to_choose_stand_apart() -> None:
    assert classes("selection", chosen_on=("de",)) == {
        "not used": (pytest.approx((170 / 3 + 10 + 20) / 3), 3, 4),
        "used to choose": (80.0, 2, 1),
    }


def test_invented_languages_have_a_script_and_a_family_of_their_own() -> None:
    found = by_attribute({"xnli": {"qda": 50.0, "en": 80.0}}, "script")
    assert {one.value for one in found} == {"Latin"}
    assert {one.value for one in by_attribute({"xnli": {"qda": 50.0}}, "family")} == {"invented"}
    assert {one.value for one in by_attribute({"xnli": {"qda": 50.0}}, "size")} == {UNKNOWN}


def test_the_table_says_what_stands_behind_a_mean() -> None:
    text = attribute_text(by_attribute(VALUES, "size"))
    assert text.splitlines()[0].split() == ["size", "mean", "tasks", "languages"]
    assert "low   23.33      3  2: sw yo" in text
    assert "not comparable at once" in text
    assert "not comparable" not in attribute_text(by_attribute({"xnli": VALUES["xnli"]}, "size"))


def test_an_attribute_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownName, match="family"):
        by_attribute(VALUES, "famly")
    assert list(ATTRIBUTES) == ["family", "script", "size", "seen", "selection"]
