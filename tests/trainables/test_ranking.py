from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from evaluators.errors import BadData
from evaluators.examples import Passage, Query
from evaluators.metrics import MAP_20
from evaluators.task import Kind
from search_spaces.plan import Stage
from trainables.encode_match import encode_matches
from trainables.features import finished
from trainables.feed import Feed
from trainables.loop import train
from trainables.model import MultiHeadModel
from trainables.ranking import ranked
from trainables.settings import Inference, Training
from trainables.work import Work

ANIMALS = ("dog", "cat", "horse", "bird", "mouse", "fish")
COLOURS = ("red", "blue", "green", "brown")
TRAINING = Training(batch_size=8, max_length_tokens=32, max_question_tokens=16)


def passage(number: int) -> Passage:
    animal, colour = ANIMALS[number % 6], COLOURS[number // 6]
    return Passage(id=f"p{number}", text=f"the {animal} is {colour}", context=" and who sees", language="en")


def query(number: int) -> Query:
    found = passage(number)
    text = f"what {ANIMALS[number % 6]} {COLOURS[number // 6]}"
    return Query(id=str(number), text=text, right=(found.id,), passage=found)


def feed(new_task: Any, encoder: Any, numbers: range) -> Feed:
    task = new_task(Kind.RANKING)
    rows = encode_matches([query(n) for n in numbers], encoder.tokenizer, 16, 32)
    return Feed(task, [("en", finished(rows))], encoder.tokenizer, TRAINING)


@pytest.mark.parametrize("family", ["xlm-roberta", "bert"])
def test_a_dual_encoder_learns_which_passage_answers(family: str, tiny: Any, new_task: Any) -> None:
    encoder = tiny(family)
    model = MultiHeadModel(encoder, [new_task(Kind.RANKING)], 0)
    queries = {"en": [query(n) for n in range(24)]}
    pool = [passage(n) for n in range(24)]

    def score() -> float:
        found = ranked(model, pool, queries, TRAINING, Inference(), Work())["en"]
        return MAP_20.compute(queries["en"], found, "en")

    before = score()
    stage = Stage(mixture=((str(Kind.RANKING), 1.0),), learning_rate=3e-3, steps=150)
    train(model, {str(Kind.RANKING): feed(new_task, encoder, range(24))}, stage, TRAINING, seed=0)
    assert score() > max(70.0, before + 20)


def test_a_passage_that_stands_twice_in_a_batch_is_wrong_for_nobody(tiny: Any, new_task: Any) -> None:
    encoder = tiny("xlm-roberta")
    model = MultiHeadModel(encoder, [new_task(Kind.RANKING)], 0).eval()
    rows = encode_matches([query(0), query(0)], encoder.tokenizer, 16, 32)
    batch = Feed(new_task(Kind.RANKING), [("en", finished(rows))], encoder.tokenizer, replace(TRAINING, batch_size=2))
    with torch.inference_mode():
        assert float(model.loss(batch.batch(0, 0), TRAINING)) == pytest.approx(0.0, abs=1e-6)


def test_a_batch_is_not_cut_as_its_passages_are_wrong_answers_to_each_other(tiny: Any, new_task: Any) -> None:
    batch = feed(new_task, tiny("xlm-roberta"), range(24)).batch(0, 0)
    assert batch.examples == 8
    assert [part.examples for part in batch.parts(2)] == [8]


def test_the_size_of_a_shard_changes_no_answer(tiny: Any, new_task: Any) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [new_task(Kind.RANKING)], 0)
    queries = {"en": [query(n) for n in range(5)], "sw": [query(n) for n in range(5, 9)]}
    pool = [replace(passage(n), language="sw" if n % 3 else "en") for n in range(24)]
    whole = ranked(model, pool, queries, TRAINING, Inference(), Work())
    assert [len(found) for found in whole.values()] == [5, 4]
    assert all(len(ids) == 20 and len(set(ids)) == 20 for found in whole.values() for ids in found)
    for shard in (1, 7, 24):
        assert ranked(model, iter(pool), queries, TRAINING, Inference(), Work(), shard=shard) == whole


def test_both_sides_are_cut_to_their_own_length_and_counted(tiny: Any) -> None:
    encoder = tiny("xlm-roberta")
    long = replace(query(0), text="dog " * 40, passage=replace(passage(0), text="cat " * 80))
    rows = encode_matches([long, query(1)], encoder.tokenizer, 16, 32)
    assert rows.columns["parts"][0] == [16, 32]
    assert rows.counts["shortened"] == 2


def test_a_question_without_its_passage_teaches_nothing(tiny: Any) -> None:
    with pytest.raises(BadData, match="has no passage"):
        encode_matches([replace(query(0), passage=None)], tiny("xlm-roberta").tokenizer, 16, 32)


def test_vectors_are_compared_by_direction(tiny: Any, new_task: Any) -> None:
    model = MultiHeadModel(tiny("xlm-roberta"), [new_task(Kind.RANKING)], 0)
    units = model.head(str(Kind.RANKING))(torch.tensor([[3.0, 4.0], [0.0, 2.0]]))
    np.testing.assert_allclose(units.numpy(), [[0.6, 0.8], [0.0, 1.0]], rtol=1e-6)
