"""Question answering by the SQuAD rule, which XTREME uses for XQuAD and TyDiQA-GoldP in every language.

Texts are normalised (lower case, no ASCII punctuation, no English articles, single spaces), then compared whole (exact
match) or as bags of white-space tokens (F1). A question scores its best over the gold answers, each metric on its own.
English articles go in all languages (German `an der Elbe` loses `an`) and local ones stay; Chinese and Thai are
compared by white-space chunk. Nothing is Unicode-normalised.

Two texts that both normalise to nothing have exact match 1 and F1 0. SQuAD 2.0 alone counts that as F1 1, since there
an empty prediction is the right answer to a question without one.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from evaluators.errors import CairnError
from evaluators.metrics.accuracy import check_lengths

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def squad_normalised(text: str) -> str:
    """Lower case, ASCII punctuation deleted (which glues), then the words a, an, the removed; single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(gold: str, predicted: str) -> float:
    """1 if two normalised texts are equal, else 0."""
    return float(gold == predicted)


def answer_f1(gold: str, predicted: str) -> float:
    """F1 of two normalised texts as bags of tokens, 0 to 1; 0 if they share none, even if both are empty."""
    right, found = gold.split(), predicted.split()
    common = sum((Counter(right) & Counter(found)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(found), common / len(right)
    return 2 * precision * recall / (precision + recall)


def no_answer_f1(gold: str, predicted: str) -> float:
    """As `answer_f1`, but 1 if both are empty: SQuAD 2.0's rule, where empty means "not answerable"."""
    return 1.0 if gold == predicted == "" else answer_f1(gold, predicted)


def best_over_answers(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[str],
    *,
    score: Callable[[str, str], float],
    normalised: Callable[[str], str],
) -> float:
    """Mean over questions of the best score over a question's gold answers, in percent.

    Raises:
        CairnError: lengths differ, there is no question, one has no gold, or a prediction is no text.
    """
    check_lengths(gold, predicted)
    total = 0.0
    for place, (answers, answer) in enumerate(zip(gold, predicted, strict=True)):
        if not answers:
            raise CairnError(f"question {place} has no gold answer; leave it out or score it by the SQuAD 2.0 rule")
        if not isinstance(answer, str):
            raise CairnError(f"the prediction for question {place} is {answer!r}; it must be a text, empty for none")
        found = normalised(answer)
        total += max(score(normalised(text), found) for text in answers)
    return (100.0 * total) / len(gold)
