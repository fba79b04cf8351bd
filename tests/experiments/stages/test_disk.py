import pytest

from experiments.stages.disk import embeddings, is_estimated, parameters
from trainables.encoder_source import EncoderSource


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
        ("facebook/xlm-roberta-xl", 2833),
        ("google/mt5-base", 84.9),
        ("google/mt5-large", 308),
        ("google/switch-base-8", 283),
    ],
)
def test_what_is_left_of_a_known_encoder_is_its_layers(name: str, body: float) -> None:
    source = EncoderSource(name=name)
    counted = embeddings(source)
    assert counted is not None and not is_estimated(source)
    assert (parameters(source) - counted) / 1e6 == pytest.approx(body, rel=0.01)


def test_an_encoder_that_is_not_known_has_no_count_of_embeddings() -> None:
    assert embeddings(EncoderSource(name="someone/some-encoder")) is None
