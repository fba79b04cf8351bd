import pytest

from analysis.hypotheses.claims import (
    Before,
    Better,
    First,
    GainFrom,
    MixtureBeatsOrders,
    Neighbours,
    WrittenClaim,
    from_json,
    long_form,
)

WRITTEN = {
    "before": ({"before": ["mnli", ["squad1", "csqa"]]}, Before(("mnli",), ("squad1", "csqa"))),
    "first": ({"first": "small", "by": 0.5}, First("small")),
    "neighbours": ({"neighbours": "dissimilar"}, Neighbours("dissimilar", None)),
    "neighbours by groups": (
        {"neighbours": "similar", "groups": {"nli": ["mnli", "anli"], "qa": "squad1"}},
        Neighbours("similar", {"nli": ("mnli", "anli"), "qa": ("squad1",)}),
    ),
    "mixture": ({"mixture_beats_orders": ["squad1", "mnli"]}, MixtureBeatsOrders(("mnli", "squad1"))),
    "gain": ({"gain_from": "retrieval"}, GainFrom("retrieval", "winner 1")),
    "gain of an arm": ({"gain_from": "retrieval", "arm": "mine"}, GainFrom("retrieval", "mine")),
    "better": ({"better": ["winner 1", "direct"]}, Better("winner 1", "direct")),
}


@pytest.mark.parametrize(("written", "form"), WRITTEN.values(), ids=WRITTEN)
def test_every_form_is_read_and_written_back(written, form):
    claim = from_json(long_form(written))
    assert claim.claim().form == form
    assert claim.claim().by == written.get("by")
    assert from_json(claim.as_json()) == claim
    assert str(form)


WRONG = {
    "nothing": ({}, "claims nothing; give one of before, first"),
    "two forms": ({"first": "large", "better": ("a", "b")}, "has first and better; give one of"),
    "groups of something else": ({"first": "large", "groups": {"x": ("a", "b")}}, "groups goes with neighbours"),
    "an arm of something else": ({"first": "large", "arm": "a"}, "arm goes with gain_from"),
    "by below 0": ({"first": "large", "by": -1.0}, "by is -1.0 points"),
    "no room for equivalence": ({"gain_from": "x", "by": 0.0}, "no gain can be shown to be within that"),
    "one side": ({"before": (("a",),)}, "before is [['a']]; give two different tasks"),
    "an empty side": ({"before": (("a",), ())}, "give two different tasks"),
    "the same on both sides": (
        {"before": (("a",), ("a", "b"))},
        "before names a, a, b; name at least 2, each once",
    ),
    "an arm beats itself": ({"better": ("a", "a")}, "give two different arms"),
    "a mixture of one": ({"mixture_beats_orders": ("a",)}, "name at least 2"),
    "a task of two kinds": ({"neighbours": "similar", "groups": {"x": ("a",), "y": ("a",)}}, "each once"),
}


@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_refused(given, told):
    with pytest.raises(ValueError) as caught:
        WrittenClaim(**given)
    assert told in str(caught.value)
