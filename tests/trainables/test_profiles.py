import pytest

from evaluators.errors import CairnError
from trainables.profiles import described, resolved
from trainables.settings import Inference, Retrieval


def read(layers: int, *, mined: bool = False, **given: object) -> Retrieval:
    return resolved(Inference(retrieval=Retrieval(**given)), layers, mined=mined).retrieval  # type: ignore[arg-type]


def test_layers_are_the_published_ones_where_they_exist() -> None:
    assert {depth: read(depth).layer for depth in (1, 2, 4, 6, 12, 24)} == {1: 1, 2: 1, 4: 2, 6: 4, 12: 8, 24: 14}


def test_mining_reads_layer_20_of_a_large_encoder_as_its_script_did() -> None:
    assert (read(12, mined=True).layer, read(24, mined=True).layer) == (8, 20)


def test_mining_reads_the_mean_in_2020_and_the_first_position_since() -> None:
    assert read(12, mined=True).pooling == "mean"
    assert read(12, mined=True, profile="xtreme").pooling == "first"
    assert read(12, profile="xtreme").pooling == "mean"


def test_the_authors_read_layer_14_for_both() -> None:
    found = [read(24, mined=mined, profile="jiant-14-mean") for mined in (False, True)]
    assert [(one.layer, one.pooling) for one in found] == [(14, "mean"), (14, "mean")]


def test_a_field_that_is_given_goes_before_the_profile() -> None:
    found = read(24, mined=True, profile="xtreme", layer=3, pooling="mean", centred=True)
    assert described(found) == {
        "profile": "xtreme",
        "layer": 3,
        "pooling": "mean",
        "centred": True,
        "max_length_tokens": 512,
    }


def test_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(CairnError, match="layer 30, but the encoder has 12"):
        read(12, layer=30)
