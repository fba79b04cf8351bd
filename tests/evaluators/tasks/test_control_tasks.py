from collections import Counter

import pytest

from evaluators.examples import Pair
from evaluators.tasks import INTERMEDIATE
from evaluators.tasks.control_tasks import REAL_FAKE_LABELS, real_or_fake, with_shuffled_labels
from evaluators.tasks.mnli import MNLI
from evaluators.tasks.squad1 import SQUAD1


def row(number: int, label: str = "neutral") -> dict[str, object]:
    return {"#": str(number), "premise": f"a b c d e f {number}", "hypothesis": "g h", "label": label}


def test_shuffled_labels_depend_on_the_id_alone_and_are_even() -> None:
    task = with_shuffled_labels(MNLI)
    labels = [task.read(row(number)).label for number in range(3000)]
    assert labels == [task.read(row(number, "entailment")).label for number in range(3000)]
    assert set(labels) == set(MNLI.labels)
    assert all(count == pytest.approx(1000, abs=100) for count in Counter(labels).values())


def test_shuffled_labels_leave_the_texts_and_the_files() -> None:
    task = with_shuffled_labels(MNLI)
    assert task.read(row(1)).first == "a b c d e f 1"
    assert task.tables_of("train") == MNLI.tables_of("train")
    assert (task.name, task.trained_as) == ("mnli-shuffled", "mnli-shuffled")
    assert task.tables_of("dev") == ()


def test_a_task_without_pairs_has_no_labels_to_shuffle() -> None:
    with pytest.raises(ValueError, match="no task of pairs"):
        with_shuffled_labels(SQUAD1)


def test_a_fake_has_the_words_of_the_real_text_in_another_order() -> None:
    task = real_or_fake(MNLI)
    found = [task.read(row(number)) for number in range(1000)]
    assert all(isinstance(one, Pair) and one.second == "" for one in found)
    for number, one in enumerate(found):
        text = f"a b c d e f {number} g h"
        assert (one.first == text) == (one.label == "real")
        assert sorted(one.first.split()) == sorted(text.split())
    assert Counter(one.label for one in found)["fake"] == pytest.approx(500, abs=60)


def test_texts_of_equal_words_stay_and_do_not_hang() -> None:
    task = real_or_fake(MNLI)
    for number in range(20):
        assert task.read({**row(number), "premise": "a a a", "hypothesis": "a"}).first == "a a a a"


def test_both_can_be_trained_on_in_every_suite_of_public_data() -> None:
    assert {"mnli-shuffled", "real-fake"} <= set(INTERMEDIATE)
    assert tuple(INTERMEDIATE["real-fake"].labels) == REAL_FAKE_LABELS
