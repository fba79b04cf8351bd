"""Training data with no task in them, or hardly any: what an intermediate task must beat to have taught anything.

*Shuffled labels*: every example of a task with a label drawn by its id, so that nothing is to be learned but the form.
*Real or fake*: is a text as it was written, or are its
words in another order? After Chang and Lu (2021), who found that telling real text from generated text helps as much as
a real task; here the fakes need no generator.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from evaluators.examples import Pair
from evaluators.task import Kind, Row, Task

REAL_FAKE_LABELS = ("real", "fake")


def with_shuffled_labels(task: Task) -> Task:
    """The task's training data with labels drawn at random, equal for equal ids.

    Raises:
        ValueError: the task does not label pairs or texts.
    """
    if task.kind is not Kind.PAIR:
        raise ValueError(f"{task.name} is no task of pairs; only their labels are shuffled")
    name = f"{task.name}-shuffled"

    def read(row: Row) -> Pair:
        example = task.read(row)
        assert isinstance(example, Pair)
        return replace(example, label=Random(f"{name} {example.id}").choice(list(task.labels)))

    return replace(
        task,
        name=name,
        title=f"{task.title}, with shuffled labels",
        read=read,
        tables={"train": task.tables_of("train")},
        trained_as=name,
    )


def real_or_fake(task: Task) -> Task:
    """The first texts of a task's training data, half of them with their words in another order."""

    def read(row: Row) -> Pair:
        example = task.read(row)
        assert isinstance(example, Pair)
        rng = Random(f"real-fake {example.id}")
        label = rng.choice(REAL_FAKE_LABELS)
        text = _shuffled(example.first, rng) if label == "fake" else example.first
        return Pair(id=example.id, first=text, label=label)

    return replace(
        task,
        name="real-fake",
        title="Real or fake: are a text's words in their own order?",
        read=read,
        tables={"train": task.tables_of("train")},
        labels=REAL_FAKE_LABELS,
        trained_as="real-fake",
    )


def _shuffled(text: str, rng: Random) -> str:
    """The words in another order, if they have one; texts of one word stay."""
    words = text.split()
    for _ in range(8):
        shuffled = rng.sample(words, len(words))
        if shuffled != words:
            return " ".join(shuffled)
    return text
