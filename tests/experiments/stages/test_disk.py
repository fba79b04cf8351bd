"""Published numbers of parameters, against the shapes that they follow from."""

import pytest

from experiments.stages.disk import embeddings, is_estimated, parameters
from trainables.encoder_source import EncoderSource

VOCABULARY = 250_112


@pytest.mark.parametrize(
    ("size", "width", "heads", "inner", "layers"),
    [
        ("small", 512, 6, 1024, 8),
        ("base", 768, 12, 2048, 12),
        ("large", 1024, 16, 2816, 24),
        ("xl", 2048, 32, 5120, 24),
        ("xxl", 4096, 64, 10240, 24),
    ],
)
def test_an_encoder_of_mt5_has_the_parameters_of_its_shape(size, width, heads, inner, layers):
    """Embeddings; in each layer four matrices of attention, heads of 64, and three of a gated feed-forward part."""
    told = parameters(EncoderSource(name=f"google/mt5-{size}"))
    assert told == pytest.approx(VOCABULARY * width + layers * width * (4 * 64 * heads + 3 * inner), abs=1e6)


@pytest.mark.parametrize(
    ("name", "rows", "width", "layers"),
    [
        ("google-bert/bert-base-multilingual-cased", 119_547 + 512 + 2, 768, 12),
        ("FacebookAI/xlm-roberta-base", 250_002 + 514 + 1, 768, 12),
        ("FacebookAI/xlm-roberta-large", 250_002 + 514 + 1, 1024, 24),
        ("facebook/xlm-roberta-xl", 250_880 + 514 + 1, 2560, 36),
        ("facebook/xlm-roberta-xxl", 250_880 + 514 + 1, 4096, 48),
    ],
)
def test_an_encoder_like_bert_has_the_parameters_of_its_shape(name, rows, width, layers):
    """Pieces, positions and types; in each layer twelve squares and thirteen rows; a norm of two rows; no pooler."""
    told = parameters(EncoderSource(name=name))
    assert told == pytest.approx((rows + 2) * width + layers * (12 * width + 13) * width, abs=1e3)


@pytest.mark.parametrize(
    ("name", "positions_and_types"), [("babel-xlmr", 130 + 1 + 2), ("babel-mt5", 0), ("babel-switch", 0)]
)
def test_embeddings_are_those_of_the_encoder_s_input(name: str, positions_and_types: int) -> None:
    assert embeddings(EncoderSource(name=name)) == (1200 + positions_and_types) * 64  # a norm counts two rows


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("FacebookAI/xlm-roberta-base", 85.1),
        ("FacebookAI/xlm-roberta-large", 302.3),
        ("facebook/xlm-roberta-xl", 2832.4),
        ("google/mt5-base", 84.9),
        ("google/mt5-large", 308),
        ("google/switch-base-8", 283),
    ],
)
def test_what_is_left_of_a_known_encoder_is_its_layers(name: str, body: float) -> None:
    source = EncoderSource(name=name)
    counted = embeddings(source)
    assert counted is not None and not is_estimated(source)
    assert (parameters(source) - counted) / 1e6 == pytest.approx(body, rel=0.002)


def test_an_encoder_that_is_not_known_has_no_count_of_embeddings() -> None:
    assert embeddings(EncoderSource(name="someone/some-encoder")) is None
