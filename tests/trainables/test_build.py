from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

from evaluators.errors import CairnError
from evaluators.examples import Text
from trainables.build import build_encoder
from trainables.encoder import library_quiet, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.recipe import Recipe

RECIPE = Recipe(
    layers=1,
    hidden=16,
    heads=2,
    feed_forward=32,
    vocabulary=200,
    init_std=0.06,
    steps=20,
    learning_rate=4e-3,
    batch_size=8,
)


def texts() -> list[Text]:
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefgh", k=4)) for _ in range(40)]
    return [
        Text(id=str(n), text=" ".join(chance.choices(words, k=8)) + ".", parallel="a b c" if n % 4 == 0 else "")
        for n in range(80)
    ]


@pytest.mark.parametrize("tokenizer", ["bpe-metaspace", "unigram"])
def test_the_same_recipe_and_texts_give_the_same_encoder(tokenizer: str, tmp_path: Path) -> None:
    recipe = replace(RECIPE, tokenizer=tokenizer)  # type: ignore[arg-type]
    one, two = (build_encoder(recipe, texts(), tmp_path / name) for name in ("one", "two"))
    names = {path.name for path in one.iterdir()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "build.json"}
    for name in names - {"model.safetensors"}:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    first, second = load_file(one / "model.safetensors"), load_file(two / "model.safetensors")
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("architecture", ["xlm-roberta", "bert"])
def test_the_folder_loads_with_the_librarys_own_classes(architecture: str, tmp_path: Path) -> None:
    folder = build_encoder(replace(RECIPE, architecture=architecture), texts(), tmp_path / "e")  # type: ignore[arg-type]
    with library_quiet():
        for cls, options in ((AutoModel, {"add_pooling_layer": False}), (AutoModelForMaskedLM, {})):
            _, report = cls.from_pretrained(folder, output_loading_info=True, **options)
            assert not report["missing_keys"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer("a b", "c")["input_ids"]
    assert (encoded[0], encoded[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    encoder = load_encoder(EncoderSource(name=str(folder)))
    assert (encoder.width, encoder.usable_length) == (16, 128)


def test_training_changes_the_weights_and_lowers_the_loss(tmp_path: Path) -> None:
    short = build_encoder(replace(RECIPE, steps=2), texts(), tmp_path / "short")
    long = build_encoder(replace(RECIPE, steps=150), texts(), tmp_path / "long")
    import json

    losses = [json.loads((folder / "build.json").read_text())["loss"] for folder in (short, long)]
    assert losses[1] < losses[0] - 0.3


def test_a_full_stop_is_a_piece_of_its_own(tmp_path: Path) -> None:
    folder = build_encoder(replace(RECIPE, steps=1), texts(), tmp_path / "e")
    pieces = AutoTokenizer.from_pretrained(folder).tokenize("aabb. ccdd")
    assert "." in pieces


def test_a_folder_in_use_and_a_source_without_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(CairnError, match="not empty"):
        build_encoder(RECIPE, texts(), tmp_path / "full")
    with pytest.raises(CairnError, match="no text"):
        build_encoder(RECIPE, [], tmp_path / "e")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_recipe_that_cannot_hold_says_why() -> None:
    with pytest.raises(ValueError, match="make it divisible"):
        replace(RECIPE, heads=3)
