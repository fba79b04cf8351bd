"""What is read of a frozen encoder, and that its labels stay beside their vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from evaluators.task import Kind
from trainables.model import MultiHeadModel
from trainables.settings import Training
from trainables.transferability import labelled_vectors, text_vectors

TEXTS = ["the dog is red", "a cat", "who sees the brown horse and the mouse"]


@pytest.fixture
def model(tiny: Callable[[str], Any]) -> MultiHeadModel:
    return MultiHeadModel(tiny("xlm-roberta"), [], 0)


def last_layer(model: MultiHeadModel, text: str) -> np.ndarray[Any, Any]:
    """Of all tokens, read alone (T, D)."""
    tokenizer = model.loaded.tokenizer
    ids = torch.tensor([tokenizer.join(tokenizer.cut([text])[0].ids).ids])
    with torch.inference_mode():
        return model.eval().loaded.run(ids, torch.ones_like(ids), None, ["en"]).last[0].numpy()


def test_a_text_is_the_mean_of_its_tokens_whatever_stands_beside_it(model: MultiHeadModel) -> None:
    found = text_vectors(model, TEXTS, "en", max_length_tokens=32)
    expected = np.stack([last_layer(model, text).mean(axis=0) for text in TEXTS])
    assert found == pytest.approx(expected, abs=1e-5)


def test_a_text_is_cut_to_the_length_and_to_what_the_encoder_reads(model: MultiHeadModel) -> None:
    long = " ".join(["the dog is red"] * 99)
    vectors = [text_vectors(model, [long], "en", max_length_tokens=length) for length in (16, 9999)]
    assert not np.allclose(*vectors)


def test_pairs_are_read_as_their_head_reads_them(model: MultiHeadModel, tasks: Any, twelve: Any) -> None:
    examples = twelve(Kind.PAIR)
    found = labelled_vectors(model, tasks[Kind.PAIR], examples, "en", Training(max_length_tokens=32))
    assert found.vectors_nd.shape == (12, 16)
    assert sorted(found.labels_n.tolist()) == [0] * 6 + [1] * 6
    single = {}
    for example in examples:
        alone = labelled_vectors(model, tasks[Kind.PAIR], [example], "en", Training(max_length_tokens=32))
        single[alone.vectors_nd[0].round(4).tobytes()] = alone.labels_n[0]
    for vector, label in zip(found.vectors_nd, found.labels_n, strict=True):
        nearest = min(single, key=lambda known: float(np.abs(np.frombuffer(known) - vector).sum()))
        assert single[nearest] == label


def test_words_are_read_at_their_first_piece(model: MultiHeadModel, tasks: Any, twelve: Any) -> None:
    examples = twelve(Kind.TAGS)[:3]
    found = labelled_vectors(model, tasks[Kind.TAGS], examples, "en", Training(max_length_tokens=32))
    assert found.vectors_nd.shape == (3 * 6, 16)
    assert np.bincount(found.labels_n).tolist() == [9, 6, 3]


def test_every_choice_is_right_or_wrong(model: MultiHeadModel, tasks: Any, twelve: Any) -> None:
    examples = twelve(Kind.CHOICE)
    found = labelled_vectors(model, tasks[Kind.CHOICE], examples, "en", Training(max_length_tokens=32))
    assert len(found.vectors_nd) == sum(len(example.choices) for example in examples)
    assert found.labels_n.sum() == 12
