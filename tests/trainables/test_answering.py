from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluators.examples import Choice, Pair, Question, Tagged
from evaluators.task import Kind, Task
from trainables.answering import REAL_SHARE, batches_by_length
from trainables.features import asked_features
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.settings import Inference, Training
from trainables.work import Work

WORDS = ["the", "red", "dog", "sees", "a", "blue", "cat", "who", "runs", "and", "green", "mouse", "yes", "no"]


def text(rng: np.random.Generator, longest: int) -> str:
    """Lengths as skewed as those of real sentences."""
    count = int(np.clip(rng.lognormal(2.5, 0.6), 1, longest))
    return " ".join(rng.choice(WORDS, size=count))


def examples(kind: Kind, count: int) -> list[Any]:
    rng = np.random.default_rng(count)
    if kind is Kind.PAIR:
        return [Pair(id=str(n), first=text(rng, 60), second=text(rng, 40)) for n in range(count)]
    return [Question(id=str(n), question=text(rng, 15), context=text(rng, 90)) for n in range(count)]


@pytest.mark.parametrize("kind", [Kind.PAIR, Kind.SPAN])
@pytest.mark.parametrize("count", [3, 30, 1000])
def test_at_least_95_of_100_tokens_are_real(tiny: Any, tasks: dict[Kind, Task], kind: Kind, count: int) -> None:
    model, work = MultiHeadModel(tiny("xlm-roberta"), [tasks[kind]], 0), Work()
    features = asked_features(examples(kind, count), tasks[kind], model.loaded, Training(max_length_tokens=64), None)
    inference = Inference(batch_tokens=2048)
    seen = []
    for places, batch in batches_by_length(model, tasks[kind].name, kind, features, "en", inference, work):
        seen += places.tolist()
        assert batch.mask.numel() <= 2048
    assert sorted(seen) == list(range(len(features)))
    assert work.real_share >= REAL_SHARE >= 0.95
    assert work.inputs == len(features)
    assert work.real_tokens == features.lengths.sum()


def test_choices_are_counted_as_the_inputs_they_are(tiny: Any, tasks: dict[Kind, Task]) -> None:
    model, work = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.CHOICE]], 0), Work()
    asked = [Choice(id=str(n), prompt="who sees", choices=("the dog", "a cat", "no")) for n in range(7)]
    predict(model, tasks[Kind.CHOICE], asked, "en", Training(max_length_tokens=32), work=work)
    assert work.inputs == 21


def test_what_is_read_in_windows_is_counted(tiny: Any, tasks: dict[Kind, Task]) -> None:
    model, work = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.TAGS]], 0), Work()
    long, short = Tagged(id="0", words=("dog",) * 100), Tagged(id="1", words=("cat",))
    predict(model, tasks[Kind.TAGS], [long, short, long], "en", Training(max_length_tokens=32), work=work)
    assert work.windowed == 2
    assert work.shortened == 0


def test_what_is_cut_is_counted(tiny: Any, tasks: dict[Kind, Task]) -> None:
    model, work = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0), Work()
    asked = [Pair(id="0", first="dog " * 100, second="cat"), Pair(id="1", first="dog", second="cat")]
    predict(model, tasks[Kind.PAIR], asked, "en", Training(max_length_tokens=32), work=work)
    assert work.shortened == 1
    assert work.as_json()["windowed"] == 0
