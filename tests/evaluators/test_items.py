import random
from dataclasses import replace

import numpy as np
import pytest

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Choice, Pair, Query, Question, Tagged
from evaluators.gold import gold_predictions
from evaluators.items import item_counts, score_of_counts
from evaluators.reading import read
from evaluators.selection import score_rows, task_score
from evaluators.source import DataSource
from evaluators.suites import XTREME, XTREME_R
from evaluators.task import Task


def damaged(example, answer, place, rng):
    """An answer that is wrong now and then, in its own way."""
    match example:
        case Pair():
            return rng.choice(["entailment", "neutral", "contradiction", "0", "1", answer])
        case Tagged():
            return tuple(rng.choice([tag, tag, "O", "B-PER", "I-PER", "NOUN"]) for tag in answer)
        case Question():
            return rng.choice([answer, f"the {answer} of it", "", "nothing of the kind"])
        case Choice():
            return rng.choice([answer, 0])
        case Bitext():
            return rng.choice([place, 0, -1])
        case Query():
            return tuple(rng.sample(["x", "y", *answer], k=2 + len(answer)))


def scored(task: Task, examples, predictions, language: str) -> float:
    return task_score(score_rows(task, language, "test", examples, predictions), task, [language])


def tasks() -> dict[str, Task]:
    return {**XTREME.targets, **{name: task for name, task in XTREME_R.targets.items() if name == "xcopa"}}


@pytest.mark.parametrize("name", tasks())
def test_summed_counts_give_the_score_of_the_task(name: str, data: DataSource) -> None:
    asked, rng = tasks()[name], random.Random(name)
    language = asked.languages("test")[-1]
    examples = read(asked, "test", language, data).examples
    for _ in range(20):
        predictions = [
            damaged(example, answer, place, rng)
            for place, (example, answer) in enumerate(zip(examples, gold_predictions(examples), strict=True))
        ]
        counted = item_counts(asked, examples, predictions, language)
        assert counted.ids == tuple(example.id for example in examples)
        total = score_of_counts(asked, counted.counts.sum(axis=0))
        assert total == pytest.approx(scored(asked, examples, predictions, language), abs=1e-9)


@pytest.mark.parametrize("name", ["mewslix", "lareqa"])
def test_rankings_are_counted_by_their_value(name: str) -> None:
    asked, rng = XTREME_R.targets[name], random.Random(name)
    examples = [Query(id=str(n), text="?", right=("Q1",) if name == "mewslix" else ("Q1", "Q2")) for n in range(30)]
    predictions = [damaged(example, example.right, 0, rng) for example in examples]
    counted = item_counts(asked, examples, predictions, "de")
    total = score_of_counts(asked, counted.counts.sum(axis=0))
    assert total == pytest.approx(scored(asked, examples, predictions, "de"), abs=1e-9)


def test_scores_of_many_resamples_are_taken_at_once(data: DataSource) -> None:
    asked = XTREME.targets["panx"]
    examples = read(asked, "test", "de", data).examples
    counted = item_counts(asked, examples, gold_predictions(examples), "de")
    weights = np.random.default_rng(0).multinomial(len(examples), np.ones(len(examples)) / len(examples), size=(4, 5))
    assert score_of_counts(asked, weights @ counted.counts) == pytest.approx(np.full((4, 5), 100.0))


def test_nothing_to_divide_by_is_zero() -> None:
    assert score_of_counts(XTREME.targets["panx"], np.zeros(3)) == 0
    assert score_of_counts(XTREME.targets["xquad"], np.zeros((2, 3))).tolist() == [0, 0]


def test_items_without_gold_and_answers_that_are_missing_are_refused(data: DataSource) -> None:
    asked = XTREME.targets["panx"]
    examples = read(asked, "test", "de", data).examples
    answers = gold_predictions(examples)
    with pytest.raises(CairnError, match="no gold"):
        item_counts(asked, [replace(examples[0], tags=None), *examples[1:]], answers, "de")
    with pytest.raises(CairnError, match="give one for each"):
        item_counts(asked, examples, answers[1:], "de")
