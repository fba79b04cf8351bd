"""COPA, Cosmos QA, CommonsenseQA, HellaSwag and Social IQa: five ways to write down which choice is right."""

from typing import Any

import pytest

from evaluators.examples import Choice
from evaluators.task import Task
from evaluators.tasks import find

COPA = {"#": "0", "premise": "It rained.", "choice1": "a", "choice2": "b", "question": "effect", "idx": 7}
COSMOSQA = {"id": "c1", "context": "A post.", "question": "Why?", "answer0": "a", "answer1": "b"} | {
    "answer2": "c",
    "answer3": "None of the above choices .",
}
CSQA = {"id": "q1", "question": "Where?", "choices": {"label": list("ABCDE"), "text": list("vwxyz")}}
HELLASWAG = {"ind": 4, "ctx_a": "A man sits.", "ctx_b": "he", "ctx": "A man sits. He", "endings": ["a", "b", "c", "d"]}
SIQA = {"#": "3", "context": "Alex lost a ring.", "question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c"}


def read(name: str, row: dict[str, Any], **label: Any) -> Choice:
    task: Task = find(name)
    example = task.read(row | label)
    assert isinstance(example, Choice)
    return example


def test_copa_asks_its_question_in_words() -> None:
    expected = Choice(id="7", prompt="It rained. What happened as a result?", choices=("a", "b"), label=1)
    assert read("copa", COPA, label="choice2") == expected
    assert read("copa", COPA | {"question": "cause"}, label=None).prompt == "It rained. What was the cause?"


def test_cosmosqa_counts_from_0() -> None:
    expected = ("a", "b", "c", "None of the above choices .")
    assert read("cosmosqa", COSMOSQA, label=3) == Choice(id="c1", prompt="A post. Why?", choices=expected, label=3)


def test_csqa_names_its_choices_by_letters() -> None:
    assert read("csqa", CSQA, answerKey="B") == Choice(id="q1", prompt="Where?", choices=tuple("vwxyz"), label=1)


def test_hellaswag_writes_numbers_as_text_and_continues_the_whole_context() -> None:
    expected = Choice(id="4", prompt="A man sits. He", choices=("a", "b", "c", "d"), label=2)
    assert read("hellaswag", HELLASWAG, label="2") == expected


def test_siqa_writes_numbers_as_text_and_counts_from_1() -> None:
    expected = Choice(id="3", prompt="Alex lost a ring. Why?", choices=("a", "b", "c"), label=2)
    assert read("siqa", SIQA, label="3") == expected


def test_hidden_gold_is_none() -> None:
    assert read("copa", COPA, label=None).label is None
    assert read("cosmosqa", COSMOSQA, label=-1).label is None
    assert read("csqa", CSQA, answerKey="").label is None
    assert read("hellaswag", HELLASWAG, label="").label is None


@pytest.mark.parametrize(
    ("name", "row", "label"),
    [
        ("copa", COPA | {"question": "why"}, {"label": "choice1"}),
        ("csqa", CSQA, {"answerKey": "F"}),
        ("hellaswag", HELLASWAG, {"label": "two"}),
        ("siqa", SIQA, {"label": "0"}),
        ("siqa", SIQA, {"label": ""}),
        ("siqa", SIQA, {"label": 1}),
    ],
)
def test_a_wrong_label_is_refused(name: str, row: dict[str, Any], label: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(name, row, **label)
