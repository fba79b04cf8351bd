from evaluators.babel.meaning import ADJECTIVES, CATEGORIES, CONCEPTS, LEMMAS, OPPOSITE, SYNONYM, Frame, Thing


def test_the_world_has_91_lemmas() -> None:
    assert len(LEMMAS) == 91


def test_opposites_are_mutual_and_no_synonyms() -> None:
    for word, (one, two) in OPPOSITE.items():
        assert word in OPPOSITE[one]
        assert word in OPPOSITE[two]
        assert SYNONYM[one] == two
        assert SYNONYM[word] not in (one, two)


def test_opposite_verbs_can_be_done_to_the_same_things() -> None:
    for concept in CONCEPTS.values():
        assert CONCEPTS[concept.opposite].objects == concept.objects
        assert set(concept.objects) <= set(CATEGORIES)


def test_synonyms_share_a_core() -> None:
    lena, hat = Thing(kind="PER", head="Lena"), Thing(kind="noun", head="hat", adjective=ADJECTIVES[0])
    clean = Frame(subject=lena, verb="clean", object=hat)
    wash = Frame(subject=lena, verb="wash", object=Thing(kind="noun", head="hat"), place="Oslo", passive=True)
    assert clean.core == wash.core == "PER Lena|clean|noun hat"
