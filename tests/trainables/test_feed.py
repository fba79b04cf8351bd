from __future__ import annotations

import gc
import weakref
from collections import Counter
from typing import Any

import numpy as np
import pytest

from evaluators.errors import BadData, CairnError
from evaluators.examples import Pair
from evaluators.task import Kind, Task
from trainables.features import encode_for_training, finished
from trainables.feed import STRETCH_BATCHES, Feed
from trainables.settings import Training


def pairs(count: int) -> list[Pair]:
    return [Pair(id=str(n), first="dog " * (1 + n % 9), second="cat", label=("yes", "no")[n % 2]) for n in range(count)]


@pytest.fixture
def feed(tiny: Any, tasks: dict[Kind, Task]) -> Any:
    def build(count: int, batch_size: int) -> Feed:
        encoder, training = tiny("xlm-roberta"), Training(batch_size=batch_size, max_length_tokens=32)
        features = finished(encode_for_training(pairs(count), tasks[Kind.PAIR], encoder, training))
        return Feed(tasks[Kind.PAIR], [("en", features)], encoder.tokenizer, training)

    return build


def test_every_epoch_shows_every_example_once_before_the_next_begins(feed: Any) -> None:
    made = feed(40, 5)
    shown = Counter(int(place) for number in range(16) for place in made.places(0, number))
    assert shown == dict.fromkeys(range(40), 2)


def test_an_epoch_that_is_shorter_than_a_stretch_is_not_sorted_together_with_the_next(feed: Any) -> None:
    made = feed(64, 8)
    assert all(len(set(made.places(0, number).tolist())) == 8 for number in range(80))


def test_fewer_examples_than_a_batch_holds_wrap_around(feed: Any) -> None:
    made = feed(3, 8)
    assert all(len(made.places(0, number)) == 8 for number in range(40))
    assert set(made.places(0, 0)) <= {0, 1, 2}


def test_a_batch_is_a_function_of_seed_and_number(feed: Any) -> None:
    one, other = feed(100, 4), feed(100, 4)
    late = other.places(3, 77).tolist()
    assert [one.places(3, number).tolist() for number in range(78)][77] == late
    assert [one.places(4, number).tolist() for number in range(5)] != [
        one.places(3, number).tolist() for number in range(5)
    ]


def test_batches_hold_inputs_of_like_length_in_random_order(feed: Any) -> None:
    made = feed(900, 8)
    batches = [made.batch(0, number) for number in range(STRETCH_BATCHES)]
    real = sum(int(batch.mask.sum()) for batch in batches)
    padded = sum(batch.mask.numel() for batch in batches)
    assert real / padded > 0.9
    longest = [batch.mask.shape[1] for batch in batches]
    assert longest != sorted(longest)


def test_languages_are_read_in_proportion_and_named(tiny: Any, tasks: dict[Kind, Task]) -> None:
    encoder, training = tiny("xlm-roberta"), Training(batch_size=10, max_length_tokens=32)
    parts = [
        (code, finished(encode_for_training(pairs(count), tasks[Kind.PAIR], encoder, training)))
        for code, count in (("en", 30), ("sw", 10))
    ]
    made = Feed(tasks[Kind.PAIR], parts, encoder.tokenizer, training)
    languages = Counter(code for number in range(16) for code in made.batch(0, number).languages)
    assert languages == {"en": 120, "sw": 40}


def test_labels_travel_with_their_inputs(feed: Any, tiny: Any) -> None:
    made = feed(18, 6)
    batch, places = made.batch(0, 2), made.places(0, 2)
    assert batch.gold["labels"].tolist() == [place % 2 for place in places]
    dog = tiny("xlm-roberta").tokenizer.cut(["dog"])[0].ids[0]
    assert (batch.input_ids == dog).sum(dim=1).tolist() == [1 + place % 9 for place in places]


def test_a_task_without_examples_is_refused(tiny: Any, tasks: dict[Kind, Task], training: Training) -> None:
    with pytest.raises(CairnError, match="no training example"):
        encode_for_training([], tasks[Kind.PAIR], tiny("bert"), training)
    with pytest.raises(CairnError, match="no training example"):
        Feed(tasks[Kind.PAIR], [], tiny("bert").tokenizer, training)


def test_an_example_without_gold_is_not_learned_from(tiny: Any, tasks: dict[Kind, Task], training: Training) -> None:
    encoder = tiny("bert")
    unlabelled = [Pair(id="0", first="a", second="the")]
    features = finished(encode_for_training(unlabelled, tasks[Kind.PAIR], encoder, training))
    with pytest.raises(BadData, match="without gold"):
        Feed(tasks[Kind.PAIR], [("en", features)], encoder.tokenizer, training).batch(0, 0)


def test_text_comes_with_the_same_holes_for_the_same_number(
    tiny: Any, tasks: dict[Kind, Task], twelve: Any, training: Training
) -> None:
    encoder = tiny("xlm-roberta")
    features = finished(encode_for_training(twelve(Kind.TEXT), tasks[Kind.TEXT], encoder, training))
    made = Feed(tasks[Kind.TEXT], [("en", features)], encoder.tokenizer, training)
    one, again, other = made.batch(0, 3), made.batch(0, 3), made.batch(0, 4)
    assert np.array_equal(one.input_ids, again.input_ids)
    assert not np.array_equal(one.gold["labels"], other.gold["labels"])


def test_a_feed_that_nobody_holds_lets_go_of_its_features_at_once(feed: Any) -> None:
    made = feed(40, 5)
    (_, features), *_ = made._parts
    held = weakref.ref(features)
    del features
    made.places(0, 0)
    gc.disable()  # a circle would keep the file mapped until a full collection, which a long-lived worker hardly makes
    try:
        del made
        assert held() is None
    finally:
        gc.enable()
