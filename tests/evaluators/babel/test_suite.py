from collections import Counter

import pytest

from evaluators.babel.languages import LANGUAGES
from evaluators.babel.suite import BABEL
from evaluators.examples import Bitext, Choice, Example, Pair, Question, Tagged, Text
from evaluators.gold import gold_of
from evaluators.reading import read
from evaluators.source import DataSource
from evaluators.task import Kind, Split, Task, score

TASKS = {**BABEL.training, **BABEL.targets}
SPLITS: tuple[Split, ...] = ("train", "dev", "test")


def texts(example: Example) -> tuple[str, ...]:
    match example:
        case Pair():
            return example.first, example.second
        case Tagged():
            return (" ".join(example.words),)
        case Question():
            return example.context, example.question
        case Choice():
            return (example.prompt, *example.choices)
        case Bitext():
            return (example.english,)
        case Text():
            return (example.text,)


def examples(task: Task, split: Split, data: DataSource) -> list[Example]:
    language = "en" if "en" in task.languages(split) else "qda"
    return list(read(task, split, language, data).examples)


def test_the_suite_has_six_targets_and_nine_intermediates() -> None:
    assert set(BABEL.targets) == {"xnli", "pawsx", "udpos", "panx", "xquad", "tatoeba"}
    assert {"mnli", "anli", "qqp", "squad1", "squad2", "race", "hellaswag", "csqa", "ccg"} <= set(BABEL.training)
    assert "mlm" in BABEL.training
    assert set(BABEL.pivots) <= set(LANGUAGES)


@pytest.mark.parametrize("name", TASKS)
def test_nothing_is_dropped_and_gold_scores_100(name: str, data: DataSource) -> None:
    task = TASKS[name]
    for split in SPLITS:
        for language in task.languages(split):
            reading = read(task, split, language, data)
            assert reading.examples
            assert not reading.dropped
            assert not reading.repaired
            if task.kind is Kind.TEXT:
                continue
            gold = [gold_of(example, place) for place, example in enumerate(reading.examples)]
            assert None not in gold
            if split == "test":
                answers = [one for one in gold if one is not None]
                assert set(score(task, reading.examples, answers, language).values()) == {100.0}


@pytest.mark.parametrize("name", BABEL.targets)
def test_items_are_parallel_over_languages(name: str, data: DataSource) -> None:
    task = BABEL.targets[name]
    for split in ("dev", "test"):
        ids = {
            tuple(example.id for example in read(task, split, code, data).examples) for code in task.languages(split)
        }
        assert len(ids) == 1
        assert set(task.languages(split)) == set(LANGUAGES) - ({"en"} if name == "tatoeba" else set())


def test_no_text_of_an_evaluation_split_is_in_any_training_split(data: DataSource) -> None:
    trained: set[str] = set()
    for task in TASKS.values():
        if "train" in task.tables and task.name not in ("csqa", "mlm"):
            trained.update(example_texts[0] for example_texts in map(texts, examples(task, "train", data)))
    trained |= {part + " ." for text in trained for part in text.split(" .")}
    for name in ("xnli", "mnli", "anli", "pawsx", "udpos", "panx", "tatoeba", "xquad", "squad1"):
        for split in ("dev", "test"):
            seen = [example for example in examples(TASKS[name], split, data) if texts(example)[0] in trained]
            assert not seen, f"{name} {split}: {seen[:3]}"


@pytest.mark.parametrize("name", TASKS)
def test_no_example_comes_twice(name: str, data: DataSource) -> None:
    task = TASKS[name]
    if task.kind is Kind.TEXT:
        return
    said = Counter(text for split in SPLITS if split in task.tables for text in map(texts, examples(task, split, data)))
    assert [text for text, times in said.items() if times > 1] == []


@pytest.mark.parametrize("name", ["xnli", "mnli", "anli", "pawsx", "qqp"])
def test_labels_are_balanced(name: str, data: DataSource) -> None:
    task = TASKS[name]
    counts = Counter(example.label for example in read(task, "test", "en", data).examples if isinstance(example, Pair))
    assert set(counts) == set(task.labels)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_third_of_squad2_has_no_answer(data: DataSource) -> None:
    questions = [one for one in read(TASKS["squad2"], "dev", "en", data).examples if isinstance(one, Question)]
    assert round(sum(not question.answers for question in questions) / len(questions), 1) == 0.3


def test_choices_have_their_public_numbers(data: DataSource) -> None:
    for name, number in (("race", 4), ("hellaswag", 4), ("csqa", 5)):
        for choice in read(TASKS[name], "train", "en", data).examples:
            assert isinstance(choice, Choice)
            assert len(set(choice.choices)) == number
