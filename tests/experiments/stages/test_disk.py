"""Published numbers of parameters, against the shapes that they follow from."""

import pytest

from experiments.stages.disk import parameters
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
