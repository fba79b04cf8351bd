from random import Random

from evaluators.babel.languages import LANGUAGES
from evaluators.babel.meaning import Frame, Thing
from evaluators.babel.realise import realise
from evaluators.babel.supertags import CATEGORIES, supertags
from evaluators.babel.tasks_tag import sentence

MARA = Thing(kind="PER", head="Mara", surname="Kovac")
HAT = Thing(kind="noun", head="hat", colour="red")


def tags(frame: Frame) -> list[str]:
    return supertags(realise(frame, LANGUAGES["en"]), frame)


def test_an_active_and_a_passive_verb_differ() -> None:
    active = Frame(subject=MARA, verb="mend", object=HAT, place="Oslo")
    passive = Frame(subject=MARA, verb="mend", object=HAT, passive=True)
    place = r"((S\NP)\(S\NP))/NP"
    assert tags(active) == ["NP/NP", "NP", r"(S\NP)/NP", "NP/N", "N/N", "N", place, "NP", "."]
    assert tags(passive) == ["NP/N", "N/N", "N", r"(S\NP)/(S\NP)", r"(S\NP)/PP", "PP/NP", "NP/NP", "NP", "."]


def test_every_category_given_is_a_known_one() -> None:
    rng = Random(5)
    given = {tag for turn in range(2000) for tag in tags(sentence(rng, "train", turn))}
    assert given <= set(CATEGORIES)
    assert len(given) >= 15
