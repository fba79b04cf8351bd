import pytest

from evaluators.examples import Answer, Bitext, Pair, Question, Tagged
from evaluators.tasks.layouts import (
    answered_question,
    premise_and_hypothesis,
    question_perhaps_without_answer,
    sentence_pair,
    words_and_entities,
)

ASKED = {"id": "q", "question": "Where?", "context": "In London"}


def test_inference_rows_are_known_by_their_number() -> None:
    row = {"#": "3", "premise": "p", "hypothesis": "h", "label": "neutral"}
    assert premise_and_hypothesis(row) == Pair(id="3", first="p", second="h", label="neutral")


def test_every_answer_keeps_its_place() -> None:
    row = ASKED | {"answers": {"text": ["London", "In London"], "answer_start": [3, 0]}}
    expected = (Answer(text="London", start=3), Answer(text="In London", start=0))
    assert answered_question(row) == Question(id="q", question="Where?", context="In London", answers=expected)


def test_no_answer_is_an_answer_in_squad2_only() -> None:
    row = ASKED | {"answers": {"text": [], "answer_start": []}}
    assert question_perhaps_without_answer(row).answers == ()
    with pytest.raises(ValueError, match="the question has no answer"):
        answered_question(row)


def test_answers_without_places_are_refused() -> None:
    with pytest.raises(ValueError, match="2 answers and 1 places"):
        answered_question(ASKED | {"answers": {"text": ["In", "London"], "answer_start": [0]}})


def test_entities_stand_beside_their_words() -> None:
    row = {"#": "0", "tokens": ["Ada"], "ner_tags": ("B-PER",)}
    assert words_and_entities(row) == Tagged(id="0", words=("Ada",), tags=("B-PER",))


def test_sentences_lose_their_line_ends_and_their_languages_are_not_trusted() -> None:
    row = {"#": "9", "source_sentence": "Ein Satz.\n", "target_sentence": "A sentence.\n", "source_lang": "e"}
    assert sentence_pair(row) == Bitext(id="9", foreign="Ein Satz.", english="A sentence.")
