import pytest

from evaluators.checking import check, settled
from evaluators.examples import Answer, Bitext, Choice, Example, Pair, Question, Tagged, Text
from evaluators.task import Dropped, Kind, Task

TASK = Task(
    name="toy", kind=Kind.PAIR, title="", read=lambda row: Pair(id="", first=""), tables={}, labels=("no", "yes")
)

BROKEN: list[tuple[Example, str]] = [
    (Pair(id="1", first="a", label="maybe"), "the label is 'maybe'; toy knows no, yes"),
    (Pair(id="1", first=None), "first is None, not a text"),  # type: ignore[arg-type]
    (Tagged(id="1", words=()), "the sentence has no words"),
    (Tagged(id="1", words=("a", None)), "every word must be a text"),  # type: ignore[arg-type]
    (Tagged(id="1", words=("a",), tags=("no", "yes")), "2 tags for 1 words"),
    (Tagged(id="1", words=("a",), tags=("maybe",)), "a tag is 'maybe', which is none of the 2 tags of toy"),
    (Question(id="1", question="q", context=None), "context is None"),  # type: ignore[arg-type]
    (Choice(id="1", prompt="a", choices=("b",), label=0), "fewer than two choices"),
    (Choice(id="1", prompt="a", choices=("b", "c"), label=2), "the label is 2; the choices are 0 to 1"),
    (Choice(id="1", prompt="a", choices=("b", None), label=1), "choice 1 is None"),  # type: ignore[arg-type]
    (Bitext(id="1", foreign="a", english=7), "english is 7, not a text"),  # type: ignore[arg-type]
]

SOUND: list[Example] = [
    Pair(id="1", first="a", label="yes"),
    Pair(id="1", first="a"),
    Tagged(id="1", words=("a", "b"), tags=("no", "no")),
    Tagged(id="1", words=("a", "b")),
    Question(id="1", question="q", context="c"),
    Choice(id="1", prompt="a", choices=("b", "c"), label=1),
    Bitext(id="1", foreign="a", english="b"),
    Text(id="1", text="a"),
]


@pytest.mark.parametrize(("example", "message"), BROKEN)
def test_a_broken_example_says_what_is_wrong(example: Example, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(example, TASK)


@pytest.mark.parametrize("example", SOUND)
def test_a_sound_example_passes(example: Example) -> None:
    check(example, TASK)


def test_a_text_without_text_is_left_out() -> None:
    with pytest.raises(Dropped, match="empty text"):
        check(Text(id="1", text=" \n"), TASK)


def test_the_nearest_place_wins_and_the_earlier_of_two() -> None:
    question = Question(id="1", question="q", context="aa b aa", answers=(Answer(text="a", start=3),))
    mended = settled(question, stripped=True)
    assert mended.answers == (Answer(text="a", start=1),)


def test_an_answer_in_place_is_left_alone() -> None:
    question = Question(id="1", question="q", context="a a", answers=(Answer(text="a", start=2),))
    assert settled(question, stripped=True) is question
    nothing = Question(id="1", question="q", context="a a", answers=())
    assert settled(nothing, stripped=False) is nothing


def test_an_answer_before_the_context_does_not_wrap_round_to_its_end() -> None:
    question = Question(id="1", question="q", context="b a", answers=(Answer(text="a", start=-1),))
    with pytest.raises(ValueError, match="should start at -1"):
        settled(question, stripped=False)
