"""What a task hands to a model, in human terms: text, words, answers. Never token ids.

Every example has an `id` that is equal for the same item in parallel languages. Gold is `None` where the split has
none; it is never filled in. `gold_of` gives the gold in the form in which a prediction is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts (or one, `second` empty) and one label out of the task's labels."""

    id: str
    first: str
    second: str = ""
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """Words and, where known, one tag a word."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's text and its first character's place in the context."""

    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question on a context. `answers` is empty where the question has no answer (SQuAD 2.0), `None` without gold."""

    id: str
    question: str
    context: str
    answers: tuple[Answer, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A prompt and its candidate continuations or answers; `label` is the index of the right one, from 0."""

    id: str
    prompt: str
    choices: tuple[str, ...]
    label: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bitext:
    """A sentence in some language and its English counterpart. The pairing itself is the gold."""

    id: str
    foreign: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Plain text for masked language modelling; `parallel` is a translation to be read beside it (TLM), or empty.

    Languages are ISO 639-1 codes, empty where the source does not say them.
    """

    id: str
    text: str
    parallel: str = ""
    language: str = ""
    parallel_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A candidate of a pool: a text, with the text around it where there is one."""

    id: str
    text: str
    context: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A text that asks for passages of a pool; `right` names the ids of those that answer it.

    In training data the passage that answers comes along.
    """

    id: str
    text: str
    right: tuple[str, ...] | None = None
    passage: Passage | None = None


Example: TypeAlias = Pair | Tagged | Question | Choice | Bitext | Text | Query

Prediction: TypeAlias = str | int | tuple[str, ...]
"""A label (Pair), an index (Choice; Bitext: place of the chosen foreign sentence), tags (Tagged), a text (Question),
ids of passages from the best on (Query)."""
