from __future__ import annotations

from typing import Any

import pytest

from trainables.model import MultiHeadModel
from trainables.routing import routing

TEXTS = {"en": ["the hat .", "a dog ran home"], "sw": ["mbwa alikimbia nyumbani leo"]}


def test_shares_add_up_and_entropy_is_within_its_bounds(tiny: Any) -> None:
    layers = routing(MultiHeadModel(tiny("switch"), [], 0), TEXTS)
    assert layers
    for layer in layers:
        assert list(layer) == ["en", "sw"]
        for found in layer.values():
            assert sum(found["shares"]) == pytest.approx(1.0)
            assert 0.0 <= found["entropy"] <= 2.0 + 1e-6  # four experts at most


def test_padding_is_routed_nowhere(tiny: Any) -> None:
    model = MultiHeadModel(tiny("switch"), [], 0)
    alone = [routing(model, {"en": [text]})[0]["en"] for text in TEXTS["en"]]
    together = routing(model, {"en": TEXTS["en"]})[0]["en"]
    tokens = [len(model.loaded.tokenizer.join(one.ids).ids) for one in model.loaded.tokenizer.cut(TEXTS["en"])]
    entropy = sum(n * one["entropy"] for n, one in zip(tokens, alone, strict=True)) / sum(tokens)
    assert together["entropy"] == pytest.approx(entropy, abs=1e-5)


def test_a_dense_encoder_has_no_routers(tiny: Any) -> None:
    assert routing(MultiHeadModel(tiny("xlm-roberta"), [], 0), TEXTS) == []
