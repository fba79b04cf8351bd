from dataclasses import replace

import pytest

from evaluators.babel.languages import LANGUAGES
from evaluators.babel.meaning import Fact, Frame, Reply, Thing, Verdict
from evaluators.babel.realise import realise, say

MARA = Thing(kind="PER", head="Mara", surname="Kovac")
HATS = Thing(kind="noun", head="hat", adjective="old")
CLEAN = Frame(subject=MARA, verb="clean", object=HATS, place="Lima", time="yesterday")


def lemmas(sentence: Frame | Fact, code: str) -> str:
    return " ".join(word.lemma for word in realise(sentence, LANGUAGES[code]))


@pytest.mark.parametrize(
    ("code", "order"),
    [
        ("en", "Mara Kovac clean the old hat in Lima yesterday ."),
        ("qda", "Mara Kovac yesterday in Lima the old hat clean ."),
        ("qro", "Mara Kovac clean the hat old in Lima yesterday ."),
        ("qsl", "Mara Kovac clean old hat in Lima yesterday ."),
        ("qin", "Mara Kovac yesterday Lima in old hat clean ."),
        ("qse", "clean Mara Kovac the hat old in Lima yesterday ."),
    ],
)
def test_every_language_has_its_own_order(code: str, order: str) -> None:
    assert lemmas(CLEAN, code) == order


def test_a_passive_turns_the_clause_round() -> None:
    passive = replace(CLEAN, passive=True, negated=True, place="", time="")
    assert say(passive, LANGUAGES["en"]) == "the old hat was not cleaned by Mara Kovac ."
    assert lemmas(passive, "qin") == "old hat Mara Kovac by clean be not ."


def test_question_words_stand_first_unless_the_verb_is_last() -> None:
    where = replace(CLEAN, asks="place", time="")
    assert lemmas(where, "en") == "where Mara Kovac clean the old hat ?"
    assert lemmas(where, "qda") == "Mara Kovac where the old hat clean ?"
    assert lemmas(replace(where, asks="object", passive=True), "en") == "what be clean by Mara Kovac in Lima ?"
    assert lemmas(replace(where, asks="polar"), "qse") == "clean Mara Kovac the hat old in Lima ?"


def test_numbers_make_plurals_and_take_the_article_s_place() -> None:
    three = replace(CLEAN, object=replace(HATS, number="3"), place="", time="")
    assert say(three, LANGUAGES["en"]) == "Mara Kovac cleaned 3 old hats ."


def test_organisations_differ_from_surnames_by_their_neighbour() -> None:
    company = replace(CLEAN, subject=Thing(kind="ORG", head="Kovac"), object=MARA, place="", time="")
    entities = [(word.lemma, word.entity) for word in realise(company, LANGUAGES["en"])]
    assert entities == [
        ("Kovac", "B-ORG"),
        ("company", "I-ORG"),
        ("clean", "O"),
        ("Mara", "B-PER"),
        ("Kovac", "I-PER"),
        (".", "O"),
    ]
    assert [word.entity for word in realise(company, LANGUAGES["qse"])][1:3] == ["B-ORG", "I-ORG"]


def test_small_sentences() -> None:
    english = LANGUAGES["en"]
    assert say(Fact("drum"), english) == "the drum is instrument ."
    assert say(Verdict(False), english) == "no ."
    assert say(Reply("Lima"), english) == "Lima ."
    assert say(Reply(MARA), english) == "Mara Kovac ."
