import json
from pathlib import Path

import pytest

from trainables.babel_families import write_families
from trainables.encoder import load_encoder
from trainables.encoder_source import SHIPPED, EncoderSource

FAMILIES = {"babel-mbert": "bert", "babel-mt5": "mt5", "babel-switch": "switch_transformers", "babel-xmod": "xmod"}
UNTRAINED = "babel-untrained"


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_shipped_over_the_same_vocabulary(name: str) -> None:
    encoder, trained = load_encoder(EncoderSource(name=name)), load_encoder(EncoderSource(name="babel-xlmr"))
    assert encoder.family == FAMILIES[name]
    assert encoder.tokenizer.size == trained.tokenizer.size
    assert encoder.tokenizer.cut(["the hat ."])[0].ids == trained.tokenizer.cut(["the hat ."])[0].ids


def test_families_frame_their_inputs_in_their_own_way() -> None:
    framed = {name: load_encoder(EncoderSource(name=name)).tokenizer.join([7], [8]) for name in FAMILIES}
    assert framed["babel-mbert"].ids == [0, 7, 2, 8, 2]
    assert framed["babel-mbert"].types == [0, 0, 0, 1, 1]
    assert framed["babel-mt5"].ids == framed["babel-switch"].ids == [7, 2, 8, 2]
    assert framed["babel-xmod"].ids == [0, 7, 2, 2, 8, 2]


def test_the_untrained_twin_differs_from_the_encoder_in_its_weights_alone() -> None:
    twin, trained = load_encoder(EncoderSource(name=UNTRAINED)), load_encoder(EncoderSource(name="babel-xlmr"))
    shapes = [{name: value.shape for name, value in one.module.state_dict().items()} for one in (twin, trained)]
    assert shapes[0] == shapes[1]
    embedding = "embeddings.word_embeddings.weight"
    assert not twin.module.state_dict()[embedding].equal(trained.module.state_dict()[embedding])


def test_the_shipped_folders_are_what_is_written_today(tmp_path: Path) -> None:
    for folder in write_families(SHIPPED / "babel-xlmr", tmp_path):
        for path in folder.iterdir():
            shipped = SHIPPED / folder.name / path.name
            if path.name == "config.json":
                written, kept = (json.loads(one.read_text()) for one in (path, shipped))
                assert {name: kept.get(name) for name in written} == written, folder.name
            else:
                assert path.read_bytes() == shipped.read_bytes(), path
