"""Metrics as ready values: each takes gold examples, predictions and the language, and gives percent, 0 to 100.

The functions behind them, one file a family, take plain labels, tags, texts and vectors. Every sum is added plainly
from left to right, and every expression keeps the order of operations of the published scripts, because the last digit
depends on it: accuracy is `correct / n * 100`, while question answering is `100.0 * total / n`.

Nothing is scored that cannot be: unequal lengths, an empty input, missing gold, and sentences whose tags do not match
in number raise `CairnError`. (The published tagging scorer accepts the last and returns shifted garbage.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from evaluators.errors import CairnError
from evaluators.examples import Bitext, Choice, Pair, Query, Question, Tagged
from evaluators.metrics.accuracy import accuracy, check_lengths
from evaluators.metrics.mlqa import normalised as mlqa_normalised
from evaluators.metrics.ranking import mean_average_precision, mean_reciprocal_rank
from evaluators.metrics.retrieval import pair_scores
from evaluators.metrics.squad import answer_f1, best_over_answers, exact_match, no_answer_f1, squad_normalised
from evaluators.metrics.tagging import Behaviour, SpanScores, span_scores, token_accuracy
from evaluators.task import Metric

__all__ = [
    "ACCURACY",
    "BUCC_F1",
    "EXACT_MATCH",
    "MAP_20",
    "MLQA_EXACT_MATCH",
    "MLQA_F1",
    "MRR_20",
    "QA_F1",
    "SPAN_F1",
    "SPAN_F1_CURRENT",
    "SPAN_PRECISION",
    "SPAN_RECALL",
    "SQUAD2_EXACT_MATCH",
    "SQUAD2_F1",
    "TOKEN_ACCURACY",
]


def _accuracy(gold: Sequence[Pair | Choice | Bitext], predicted: Sequence[str | int], language: str) -> float:
    return accuracy([_label(place, example) for place, example in enumerate(gold)], predicted)


def _label(place: int, example: Pair | Choice | Bitext) -> str | int:
    if isinstance(example, Bitext):
        return place
    if example.label is None:
        raise _without_gold(example.id)
    return example.label


def _spans(
    pick: Callable[[SpanScores], float], behaviour: Behaviour
) -> Callable[[Sequence[Tagged], Sequence[tuple[str, ...]], str], float]:
    def compute(gold: Sequence[Tagged], predicted: Sequence[tuple[str, ...]], language: str) -> float:
        return pick(span_scores(_tags(gold), predicted, behaviour))

    return compute


def _token_accuracy(gold: Sequence[Tagged], predicted: Sequence[tuple[str, ...]], language: str) -> float:
    return token_accuracy(_tags(gold), predicted)


def _tags(gold: Sequence[Tagged]) -> list[tuple[str, ...]]:
    tags = []
    for example in gold:
        if example.tags is None:
            raise _without_gold(example.id)
        tags.append(example.tags)
    return tags


def _answers(
    score: Callable[[str, str], float], normalised: Callable[[str, str], str], *, may_have_none: bool = False
) -> Callable[[Sequence[Question], Sequence[str], str], float]:
    def compute(gold: Sequence[Question], predicted: Sequence[str], language: str) -> float:
        texts = [_answer_texts(question, may_have_none=may_have_none) for question in gold]
        return best_over_answers(texts, predicted, score=score, normalised=lambda text: normalised(text, language))

    return compute


def _answer_texts(question: Question, *, may_have_none: bool) -> list[str]:
    if question.answers is None or not (question.answers or may_have_none):
        raise _without_gold(question.id)
    return [answer.text for answer in question.answers] or [""]


def _squad(text: str, language: str) -> str:
    return squad_normalised(text)


def _bucc_f1(gold: Sequence[Bitext], predicted: Sequence[int], language: str) -> float:
    check_lengths(gold, predicted)
    outside = next((index for index in predicted if not -1 <= index < len(gold)), None)
    if outside is not None:
        raise CairnError(
            f"a mined pair names foreign sentence {outside}; give an index from 0 to {len(gold) - 1}, or -1 for no pair"
        )
    extracted = {(index, place) for place, index in enumerate(predicted) if index >= 0}
    return pair_scores({(place, place) for place in range(len(gold))}, extracted).f1


def _first_right(gold: Sequence[Query], predicted: Sequence[tuple[str, ...]], language: str) -> float:
    return mean_reciprocal_rank([_right(query)[0] for query in gold], predicted)


def _all_right(gold: Sequence[Query], predicted: Sequence[tuple[str, ...]], language: str) -> float:
    return mean_average_precision([_right(query) for query in gold], predicted)


def _right(query: Query) -> tuple[str, ...]:
    if not query.right:
        raise _without_gold(query.id)
    return query.right


def _without_gold(example_id: str) -> CairnError:
    return CairnError(f"example {example_id!r} has no gold, so there is nothing to score; choose a split that has gold")


_MLQA_RULE = f"mlqa|unicode:{unicodedata.unidata_version}"

ACCURACY = Metric(name="accuracy", compute=_accuracy, signature="accuracy")

SPAN_PRECISION = Metric(
    name="precision", compute=_spans(lambda s: s.precision, "legacy"), signature="span-precision|seqeval:legacy"
)
SPAN_RECALL = Metric(
    name="recall", compute=_spans(lambda s: s.recall, "legacy"), signature="span-recall|seqeval:legacy"
)
SPAN_F1 = Metric(name="f1", compute=_spans(lambda s: s.f1, "legacy"), signature="span-f1|seqeval:legacy")
SPAN_F1_CURRENT = Metric(
    name="f1_current", compute=_spans(lambda s: s.f1, "current"), signature="span-f1|seqeval:current"
)
TOKEN_ACCURACY = Metric(name="token_accuracy", compute=_token_accuracy, signature="token-accuracy|diagnostic")

EXACT_MATCH = Metric(name="exact_match", compute=_answers(exact_match, _squad), signature="exact-match|squad")
QA_F1 = Metric(name="f1", compute=_answers(answer_f1, _squad), signature="answer-f1|squad")
SQUAD2_EXACT_MATCH = Metric(
    name="exact_match", compute=_answers(exact_match, _squad, may_have_none=True), signature="exact-match|squad2"
)
SQUAD2_F1 = Metric(name="f1", compute=_answers(no_answer_f1, _squad, may_have_none=True), signature="answer-f1|squad2")
MLQA_EXACT_MATCH = Metric(
    name="exact_match", compute=_answers(exact_match, mlqa_normalised), signature=f"exact-match|{_MLQA_RULE}"
)
MLQA_F1 = Metric(name="f1", compute=_answers(answer_f1, mlqa_normalised), signature=f"answer-f1|{_MLQA_RULE}")

BUCC_F1 = Metric(name="f1", compute=_bucc_f1, signature="pair-f1")

MRR_20 = Metric(name="map@20", compute=_first_right, signature="reciprocal-rank|cut:20")
MAP_20 = Metric(name="map@20", compute=_all_right, signature="average-precision|cut:20")
