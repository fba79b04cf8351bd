import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.errors import CairnError
from evaluators.examples import Answer, Question
from evaluators.metrics import EXACT_MATCH, MLQA_F1, QA_F1, SQUAD2_EXACT_MATCH, SQUAD2_F1
from evaluators.metrics.mlqa import normalised as mlqa_normalised
from evaluators.metrics.squad import answer_f1, squad_normalised

LETTERS = "aAnNthe _-.,«»„“¿،؟।。、《》ßİΣéÀợüالسמक़ไ中人〇ー한०9４\u0301\u00a0\u3000\u200b\u200d\t"
TEXTS = st.text(alphabet=LETTERS, max_size=24) | st.text(max_size=12)
ARTICLES = {
    "en": {"a", "an", "the"},
    "es": {"un", "una", "unos", "unas", "el", "la", "los", "las"},
    "de": {"ein", "eine", "einen", "einem", "eines", "einer", "der", "die", "das", "den", "dem", "des"},
    "vi": {"của", "là", "cái", "chiếc", "những"},
    "hi": set(),
    "zh": set(),
}


def without_words(text, words):
    """Replace whole words letter by letter: a word is a longest run of letters, digits and `_`."""
    out, word = "", ""
    for character in text + "\n":
        if character.isalnum() or character == "_":
            word += character
        else:
            out += (" " if word in words else word) + character
            word = ""
    return out


def question(*answers):
    return Question(id="q", question="", context="", answers=tuple(Answer(text=text, start=0) for text in answers))


@given(TEXTS)
def test_the_squad_rule_is_the_rule_taken_letter_by_letter(text):
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    assert squad_normalised(text) == " ".join(without_words(kept, ARTICLES["en"]).split())


@given(TEXTS, st.sampled_from(sorted(ARTICLES)))
def test_the_mlqa_rule_is_the_rule_taken_letter_by_letter(text, language):
    kept = "".join(
        c for c in text.lower() if c not in string.punctuation and not unicodedata.category(c).startswith("P")
    )
    kept = without_words(kept, ARTICLES[language])
    if language == "zh":
        kept = "".join(f" {c} " if "\u4e00" <= c <= "\u9fa5" else c for c in kept)
    assert mlqa_normalised(text, language) == " ".join(kept.split())


@given(TEXTS)
def test_arabic_loses_alef_lam_everywhere(text):
    assert "\u0627\u0644" not in mlqa_normalised(text, "ar")


@given(st.lists(st.sampled_from(["a", "b", "中"])), st.lists(st.sampled_from(["a", "b", "中"])))
def test_f1_matches_tokens_one_by_one(gold, predicted):
    rest, common = list(gold), 0
    for token in predicted:
        if token in rest:
            rest.remove(token)
            common += 1
    expected = 2 * common / (len(gold) + len(predicted)) if common else 0.0
    assert answer_f1(" ".join(gold), " ".join(predicted)) == pytest.approx(expected)


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=5), st.data())
def test_the_score_is_the_mean_of_each_questions_best(golds, data):
    predicted = [data.draw(st.sampled_from(texts) | TEXTS) for texts in golds]
    each = [EXACT_MATCH.compute([question(*texts)], [p], "en") for texts, p in zip(golds, predicted, strict=True)]
    together = EXACT_MATCH.compute([question(*texts) for texts in golds], predicted, "en")
    assert together == pytest.approx(sum(each) / len(each))


def test_only_squad2_gives_the_empty_answer_full_marks():
    assert SQUAD2_F1.compute([question()], [""], "en") == 100.0
    assert SQUAD2_EXACT_MATCH.compute([question()], [""], "en") == 100.0
    assert SQUAD2_F1.compute([question()], ["Bonn"], "en") == 0.0
    assert QA_F1.compute([question("")], [""], "en") == 0.0
    assert SQUAD2_F1.compute([question("in Bonn")], ["Bonn"], "en") == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("gold", "predicted", "language", "message"),
    [
        ([], [], "en", "nothing to score"),
        ([question("x")], [], "en", "0 predictions for 1"),
        ([question()], ["x"], "en", "no gold"),
        ([Question(id="q", question="", context="")], ["x"], "en", "no gold"),
        ([question("x")], [3], "en", "must be a text"),
        ([question("x")], ["x"], "fr", "no MLQA language 'fr'"),
    ],
)
def test_what_cannot_be_scored_is_refused(gold, predicted, language, message):
    with pytest.raises(CairnError, match=message):
        MLQA_F1.compute(gold, predicted, language)


def test_an_unlabelled_question_is_refused_under_every_rule():
    unlabelled = Question(id="q", question="", context="")
    for metric in (EXACT_MATCH, SQUAD2_F1):
        with pytest.raises(CairnError, match="no gold"):
            metric.compute([unlabelled], [""], "en")
