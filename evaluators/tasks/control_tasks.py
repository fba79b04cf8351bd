"""Training data with no task in them, or hardly any: what an intermediate task must beat to have taught anything.

*Shuffled labels*: every example of a task with a label drawn by its id, so that nothing is to be learned but the form.
*Real or fake*: is a text as it was written, or are its words in another order? After Chang and Lu (2021), who found
that telling real text from generated text helps as much as a real task; here the fakes need no generator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import TypeAlias

from evaluators.examples import Example, Pair
from evaluators.table import Row
from evaluators.task import Kind, Task

REAL_FAKE_LABELS = ("real", "fake")

Reader: TypeAlias = Callable[[Row], Example | Sequence[Example]]


def with_shuffled_labels(task: Task) -> Task:
    """The task's training data with labels drawn at random, equal for equal ids.

    Raises:
        ValueError: the task does not label pairs or texts.
    """
    if task.kind is not Kind.PAIR:
        raise ValueError(f"{task.name} is no task of pairs; only their labels are shuffled")
    name = f"{task.name}-shuffled"
    return replace(
        task,
        name=name,
        title=f"{task.title}, with shuffled labels",
        read=partial(_shuffled, read=task.read, labels=tuple(task.labels), name=name),
        tables={"train": task.tables_of("train")},
        trained_as=name,
    )


def real_or_fake(task: Task) -> Task:
    """The texts of a task's training data, a pair as one, half of them with their words in another order."""
    return replace(
        task,
        name="real-fake",
        title="Real or fake: are a text's words in their own order?",
        read=partial(_real_or_fake, read=task.read),
        tables={"train": task.tables_of("train")},
        labels=REAL_FAKE_LABELS,
        trained_as="real-fake",
    )


def _shuffled(row: Row, *, read: Reader, labels: tuple[str, ...], name: str) -> Pair:
    example = read(row)
    assert isinstance(example, Pair)
    return replace(example, label=Random(f"{name} {example.id}").choice(labels))


def _real_or_fake(row: Row, *, read: Reader) -> Pair:
    example = read(row)
    assert isinstance(example, Pair)
    rng = Random(f"real-fake {example.id}")
    label, text = rng.choice(REAL_FAKE_LABELS), f"{example.first} {example.second}".strip()
    return Pair(id=example.id, first=_reordered(text, rng) if label == "fake" else text, label=label)


def _reordered(text: str, rng: Random) -> str:
    """The words in another order, if they have one; texts of one word stay."""
    words = text.split()
    for _ in range(8):
        shuffled = rng.sample(words, len(words))
        if shuffled != words:
            return " ".join(shuffled)
    return text
