"""The gold answer of an example, in the form in which a prediction is made.

A predictor that answers with it scores 100 everywhere. `None` means that the split has no gold for the example: there
is nothing to score it against, and nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.examples import Bitext, Choice, Example, Pair, Prediction, Query, Question, Tagged, Text


def gold_of(example: Example, place: int | None = None) -> Prediction | None:
    """Label, tags, index or answer text; "" for a question that has no answer.

    A sentence pair's gold is its own `place` among the sentences of its split, which only the caller knows.
    """
    match example:
        case Pair() | Choice():
            return example.label
        case Tagged():
            return example.tags
        case Question():
            return _answer(example)
        case Query():
            return example.right
        case Bitext():
            if place is None:
                raise ValueError(
                    "the gold of a sentence pair is its place in the list; pass place=, or gold_predictions"
                )
            return place
        case Text():
            return None


def gold_predictions(examples: Sequence[Example]) -> list[Prediction]:
    """What a perfect predictor answers.

    Raises:
        ValueError: an example has no gold.
    """
    predictions = [gold_of(example, place) for place, example in enumerate(examples)]
    if None in predictions:
        place = predictions.index(None)
        raise ValueError(f"example {examples[place].id!r} has no gold; only splits with gold can be scored")
    return [prediction for prediction in predictions if prediction is not None]


def _answer(question: Question) -> str | None:
    if question.answers is None:
        return None
    return question.answers[0].text if question.answers else ""
