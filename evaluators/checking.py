"""The rules that every example keeps, whatever data set it comes from, and the one repair of answers' places.

Texts are texts, labels are the task's labels, a tag stands for every word, an index points at a choice, and an answer
stands in its context where it says it does.
"""

from __future__ import annotations

import functools
from dataclasses import replace

from evaluators.examples import Answer, Bitext, Choice, Example, Pair, Query, Question, Tagged, Text
from evaluators.task import Dropped, Task

REACH = 3
"""How far contexts are known to have moved by losing their outer white space (hub.md, 3.1)."""


def check(example: Example, task: Task) -> None:
    """Raise ValueError, or Dropped for a text that is empty, unless the example keeps the rules of its kind."""
    match example:
        case Pair():
            _texts(first=example.first, second=example.second)
            if example.label is not None and example.label not in task.labels:
                raise ValueError(f"the label is {example.label!r}; {task.name} knows {', '.join(task.labels)}")
        case Tagged():
            _check_tags(example, task)
        case Question():
            _texts(question=example.question, context=example.context)
        case Choice():
            _texts(prompt=example.prompt, **{f"choice {place}": text for place, text in enumerate(example.choices)})
            if len(example.choices) < 2:
                raise ValueError("there are fewer than two choices")
            if example.label is not None and example.label not in range(len(example.choices)):
                raise ValueError(f"the label is {example.label!r}; the choices are 0 to {len(example.choices) - 1}")
        case Bitext():
            _texts(foreign=example.foreign, english=example.english)
        case Query():
            _texts(query=example.text)
            if example.right is not None and not example.right:
                raise ValueError("no passage of the pool is right")
        case Text():
            _texts(text=example.text, parallel=example.parallel)
            if not example.text.strip():
                raise Dropped("empty text")


def settled(question: Question, *, stripped: bool) -> Question:
    """The question with every answer in its place: the same object, or a copy where an offset had to be mended.

    Raises:
        ValueError: an answer is not where it says, nor, for stripped contexts, within reach.
    """
    if not question.answers:
        return question
    answers = tuple(_settled_answer(answer, question.context, REACH if stripped else 0) for answer in question.answers)
    return question if answers == question.answers else replace(question, answers=answers)


def _texts(**texts: object) -> None:
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"{name} is {text!r}, not a text")


def _check_tags(example: Tagged, task: Task) -> None:
    if not example.words:
        raise ValueError("the sentence has no words")
    if not all(isinstance(word, str) for word in example.words):
        raise ValueError(f"the words are {example.words!r}; every word must be a text")
    if example.tags is None:
        return
    if len(example.tags) != len(example.words):
        raise ValueError(f"there are {len(example.tags)} tags for {len(example.words)} words")
    unknown = set(example.tags) - _known(tuple(task.labels)) if task.labels else ()
    if unknown:
        raise ValueError(f"a tag is {min(unknown)!r}, which is none of the {len(task.labels)} tags of {task.name}")


@functools.cache
def _known(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(labels)


def _settled_answer(answer: Answer, context: str, reach: int) -> Answer:
    if not isinstance(answer.text, str) or not isinstance(answer.start, int):
        raise ValueError(f"the answer is {answer!r}; it needs a text and a number")
    for off in sorted(range(-reach, reach + 1), key=lambda off: (abs(off), off)):
        start = answer.start + off
        if start >= 0 and context.startswith(answer.text, start):
            return answer if off == 0 else replace(answer, start=start)
    found = context[max(0, answer.start) :][: len(answer.text)]
    raise ValueError(f"the answer {answer.text!r} should start at {answer.start}, but there stands {found!r}")
