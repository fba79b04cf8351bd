"""Answers of a trained model in human terms: labels, tags, texts, indices.

The head that answers is that of the training task behind the question (`task.trained_as`, or the task itself); its own
labels name its outputs. Retrieval needs no head. Inputs are encoded exactly as in training, by the same functions and
with the lengths of the training task, except that nothing is left out: every word gets a tag, every question an answer.

Shape suffixes: B inputs, T tokens, L labels, Q questions, C choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evaluators.examples import Bitext, Example, Prediction
from evaluators.metrics import BUCC_F1, SQUAD2_F1
from evaluators.task import Kind, Task
from trainables.answering import Places, batches_by_length, ready_to_answer
from trainables.batches import Batch
from trainables.columns import Features
from trainables.encode_tags import NO_WORD
from trainables.features import asked_features
from trainables.memory import with_fitting_batches
from trainables.model import MultiHeadModel
from trainables.precision import computed_in
from trainables.profiles import resolved
from trainables.retrieval import Ways, mined, nearest
from trainables.settings import Inference, Training
from trainables.spans import Span, answer, best_span
from trainables.work import Work


def predict(
    model: MultiHeadModel,
    task: Task,
    examples: Sequence[Example],
    language: str,
    training: Training,
    inference: Inference | None = None,
    cache: Path | None = None,
    dev: Sequence[Example] | None = None,
    work: Work | None = None,
) -> list[Prediction]:
    """One prediction an example, in their order. `cache` keeps the features, for splits that are asked again.

    `dev` is what `chosen_on_dev` asks for: the task's dev examples in this language, unless these are the dev examples.
    `work` counts what it took.

    Raises:
        CairnError: the model has no head for the task, or the inputs are longer than its encoder reads.
    """
    inference, work = inference or Inference(), work if work is not None else Work()
    if not examples:
        return []
    with (
        ready_to_answer(model),
        computed_in(training.precision, model.device),
    ):
        if task.kind is Kind.BITEXT:
            sentences, mines = cast(Sequence[Bitext], examples), chosen_on_dev(task)
            ways = Ways(language, resolved(inference, model.loaded.layers, mined=mines), cache, work)
            if mines:
                return list(mined(model, sentences, ways, cast(Sequence[Bitext] | None, dev)))
            return list(nearest(model, sentences, ways))
        head = task.trained_as or task.name
        model.head(head)
        features = asked_features(examples, task, model.loaded, training.of(head), cache)

        def answers(fitting: Inference) -> list[Prediction]:
            tried = Work()
            found = _READERS[task.kind](_Asked(model, head, task, examples, features, language, fitting, tried))
            work.add(tried)  # not what did not fit
            return found

        return with_fitting_batches(inference, answers)


def chosen_on_dev(task: Task) -> bool:
    """Does answering the task's test data take its dev data? True of mined pairs, whose threshold is chosen there."""
    return BUCC_F1.signature in _signatures(task)


@dataclass(frozen=True)
class _Asked:
    """Everything an answer is read from."""

    model: MultiHeadModel
    head: str
    task: Task
    examples: Sequence[Any]
    features: Features
    language: str
    inference: Inference
    work: Work

    def batches(self) -> Iterator[tuple[Places, Batch]]:
        """Rows, and their inputs."""
        return batches_by_length(
            self.model, self.head, self.task.kind, self.features, self.language, self.inference, self.work
        )


def _labels(asked: _Asked) -> list[Prediction]:
    names, answers = asked.model.labels[asked.head], [""] * len(asked.examples)
    for places, batch in asked.batches():
        for place, number in zip(places, asked.model(batch).argmax(dim=-1).tolist(), strict=True):
            answers[place] = names[number]
    return list(answers)


def _choices(asked: _Asked) -> list[Prediction]:
    answers = [0] * len(asked.examples)
    for places, batch in asked.batches():
        for place, number in zip(places, asked.model(batch).argmax(dim=-1).tolist(), strict=True):
            answers[place] = number
    return list(answers)


def _tags(asked: _Asked) -> list[Prediction]:
    names = asked.model.labels[asked.head]
    tags: list[list[str]] = [[""] * len(example.words) for example in asked.examples]
    words, owners = asked.features.lists("words"), asked.features.numbers("example")
    for places, batch in asked.batches():
        numbers_BT = asked.model(batch).argmax(dim=-1).cpu().numpy()
        for place, numbers_T in zip(places, numbers_BT, strict=True):
            for position, word in enumerate(words[place]):
                if word != NO_WORD:
                    tags[owners[place]][word] = names[numbers_T[position]]
    assert all(tag for sentence in tags for tag in sentence), "a word was left without a tag"
    return [tuple(sentence) for sentence in tags]


def _answers(asked: _Asked) -> list[Prediction]:
    spans: list[list[Span]] = [[] for _ in asked.examples]
    begins, ends, owners = asked.features.lists("from"), asked.features.lists("to"), asked.features.numbers("example")
    for places, batch in asked.batches():
        scores_BTL = asked.model(batch).cpu().numpy()
        for place, scores_TL in zip(places, scores_BTL, strict=True):
            real = len(begins[place])
            start_T, end_T = scores_TL[:real, 0], scores_TL[:real, 1]
            span = best_span(start_T, end_T, begins[place], ends[place], asked.inference)
            if span is not None:
                spans[owners[place]].append(span)
    may_be_none = bool(_signatures(asked.task) & {SQUAD2_F1.signature})
    pairs = zip(asked.examples, spans, strict=True)
    return [answer(example.context, found, may_be_none=may_be_none) for example, found in pairs]


def _signatures(task: Task) -> set[str]:
    return {metric.signature for metric in task.metrics}


_READERS: dict[Kind, Callable[[_Asked], list[Prediction]]] = {
    Kind.PAIR: _labels,
    Kind.CHOICE: _choices,
    Kind.TAGS: _tags,
    Kind.SPAN: _answers,
}
