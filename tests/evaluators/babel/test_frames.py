from random import Random

from evaluators.babel.frames import bucket, draw, follow, restate, reverse, swap, weaken
from evaluators.babel.meaning import CATEGORY_OF, CONCEPTS, SYNONYM, Frame, Thing


def test_a_split_draws_only_from_its_own_bucket() -> None:
    rng = Random(0)
    for own in ("train", "dev", "test"):
        assert all(bucket(draw(rng, own)) == own for _ in range(200))


def test_rewording_stays_in_the_bucket() -> None:
    rng = Random(1)
    for _ in range(200):
        frame = draw(rng, "test", rich=0.8)
        assert bucket(restate(frame, rng)) == "test"


def test_objects_fit_their_verbs() -> None:
    rng = Random(2)
    for _ in range(300):
        frame = draw(rng, "train")
        kind = CATEGORY_OF[frame.object.head] if frame.object.kind == "noun" else "person"
        assert kind in frame.concept.objects


def test_weakening_only_takes_away() -> None:
    rng = Random(3)
    for _ in range(200):
        frame = draw(rng, "train", rich=0.8)
        weak = weaken(frame, rng)
        assert weak.place in ("", frame.place)
        assert weak.time in ("", frame.time)
        assert weak.object.head in (frame.object.head, CATEGORY_OF.get(frame.object.head))
        assert weak.verb in (frame.verb, SYNONYM[frame.verb])


def test_edits() -> None:
    ivo, dina = Thing(kind="PER", head="Ivo"), Thing(kind="PER", head="Dina")
    frame = Frame(subject=ivo, verb="assist", object=dina)
    assert reverse(frame, Random(0)).verb in CONCEPTS["harm"].synonyms
    assert (swap(frame).subject, swap(frame).object) == (dina, ivo)
    after = follow(frame, Random(0))
    assert after is not None
    assert after.verb in CONCEPTS["like"].synonyms
    assert after.then
    assert follow(after, Random(0)) is None
