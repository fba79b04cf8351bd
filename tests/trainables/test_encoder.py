from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from evaluators.errors import CairnError, UnknownName
from evaluators.task import Kind, Task
from trainables import encoder, encoder_source
from trainables.encoder import UNLIMITED, Encoder, language_number, load_encoder
from trainables.encoder_source import EncoderSource, encoder_fingerprint
from trainables.features import encode_for_training, finished
from trainables.feed import Feed
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.settings import Training

FAMILIES = ("bert", "xlm-roberta", "xlm-roberta-xl", "deberta-v2", "rembert", "xmod", "mt5", "switch", "nllb-moe")
LEARNED = (Kind.PAIR, Kind.TAGS, Kind.SPAN, Kind.CHOICE, Kind.TEXT)

Tiny = Callable[[str], Encoder]
Folder = Callable[[str], Path]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_takes_a_step_and_answers_with_every_kind_of_head(
    family: str, tiny: Tiny, tasks: dict[Kind, Task], twelve: Callable[[Kind], Any], training: Training
) -> None:
    encoder = tiny(family)
    model = MultiHeadModel(encoder, [tasks[kind] for kind in LEARNED], 0)
    for kind in LEARNED:
        features = finished(encode_for_training(twelve(kind), tasks[kind], encoder, training))
        batch = Feed(tasks[kind], [("en", features)], encoder.tokenizer, training).batch(0, 0)
        loss = model.loss(batch, training)
        loss.backward()
        assert torch.isfinite(loss)
    for kind in (Kind.PAIR, Kind.TAGS, Kind.SPAN, Kind.CHOICE, Kind.BITEXT):
        predicted = predict(model, tasks[kind], twelve(kind), "sw", training)
        assert len(predicted) == 12


def test_the_facts_of_each_family_are_read_from_its_config(tiny: Tiny) -> None:
    facts = {
        name: (e.width, e.layers, e.usable_length, e.pooling, e.sparse) for name, e in ((f, tiny(f)) for f in FAMILIES)
    }
    assert facts == {
        "bert": (16, 2, 64, "first", False),
        "xlm-roberta": (16, 2, 64, "first", False),
        "xlm-roberta-xl": (16, 2, 64, "first", False),
        "deberta-v2": (16, 2, 64, "first", False),
        "rembert": (16, 2, 64, "first", False),
        "xmod": (16, 2, 64, "first", False),
        "mt5": (16, 2, UNLIMITED, "mean", False),
        "switch": (16, 2, UNLIMITED, "mean", True),
        "nllb-moe": (16, 2, 64, "first", True),
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_on_the_right_leaves_real_positions_alone(family: str, tiny: Tiny) -> None:
    encoder = tiny(family)
    encoder.module.eval()
    ids = torch.tensor([encoder.tokenizer.join(encoder.tokenizer.cut(["the red dog"])[0].ids).ids])
    longer = torch.nn.functional.pad(ids, (0, 7), value=encoder.tokenizer.pad_id)
    with torch.no_grad():
        alone = encoder.run(ids, torch.ones_like(ids), None, ["en"]).last
        padded = encoder.run(longer, (longer != encoder.tokenizer.pad_id).long(), None, ["en"]).last
    torch.testing.assert_close(padded[:, : ids.shape[1]], alone, atol=1e-5, rtol=1e-4)


def test_xlm_roberta_reads_two_tokens_less_than_it_has_positions(tiny: Tiny) -> None:
    encoder = tiny("xlm-roberta")
    ids = torch.full((1, 64), 7)
    encoder.run(ids, torch.ones_like(ids), None, ["en"])
    with pytest.raises((IndexError, RuntimeError), match="out of"):
        encoder.run(torch.full((1, 65), 7), torch.ones((1, 65), dtype=torch.long), None, ["en"])


def test_a_checkpoint_without_some_encoder_weights_is_refused(encoder_folder: Folder, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    shutil.copytree(encoder_folder("xlm-roberta"), folder)
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: t for name, t in weights.items() if "layer.1" not in name},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(CairnError, match="lacks 16 weights"):
        load_encoder(EncoderSource(name=str(folder)))


def test_a_folder_with_a_config_and_no_weights_is_refused(encoder_folder: Folder, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    shutil.copytree(encoder_folder("bert"), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    with pytest.raises(CairnError, match=r"no \.safetensors file"):
        load_encoder(EncoderSource(name=str(folder)))


def test_pickled_weights_are_not_read(encoder_folder: Folder, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(encoder_folder("bert"), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save(load_file(encoder_folder("bert") / "model.safetensors"), folder / "pytorch_model.bin")
    with pytest.raises(CairnError, match=r"no \.safetensors file"):
        load_encoder(EncoderSource(name=str(folder)))


def test_a_half_precision_checkpoint_is_trained_in_float32(encoder_folder: Folder, tmp_path: Path) -> None:
    folder = tmp_path / "half-precision"
    shutil.copytree(encoder_folder("xlm-roberta"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))
    weights = {name: tensor.half() for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    module = load_encoder(EncoderSource(name=str(folder))).module
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}


def test_a_sparse_config_that_the_library_would_load_as_dense_is_refused(
    encoder_folder: Folder, tmp_path: Path
) -> None:
    folder = tmp_path / "sparse"
    shutil.copytree(encoder_folder("bert"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_experts": 8}))
    with pytest.raises(CairnError, match="trust_remote_code"):
        load_encoder(EncoderSource(name=str(folder)))


def test_a_shipped_encoder_without_weights_is_always_the_same(
    encoder_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in ("bert", "mt5", "switch"):
        ignore = shutil.ignore_patterns("*.safetensors")
        shutil.copytree(encoder_folder(family), tmp_path / f"toy-{family}", ignore=ignore)
    monkeypatch.setattr(encoder_source, "SHIPPED", tmp_path)
    for family in ("bert", "mt5", "switch"):
        torch.manual_seed(1)
        first = load_encoder(EncoderSource(name=f"toy-{family}")).module.state_dict()
        torch.manual_seed(2)
        second = load_encoder(EncoderSource(name=f"toy-{family}")).module.state_dict()
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_misspelt_name_offers_the_near_one() -> None:
    with pytest.raises(UnknownName, match="FacebookAI/xlm-roberta-base"):
        load_encoder(EncoderSource(name="xlm-roberta-base"))


def test_a_hub_name_that_cannot_be_had_offers_the_near_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*arguments: Any, **options: Any) -> Any:
        raise OSError("not in the cache\nsecond line")

    monkeypatch.setattr(encoder.AutoConfig, "from_pretrained", absent)
    with pytest.raises(CairnError, match=r"not in the cache; did you mean FacebookAI/xlm-roberta-base\?"):
        load_encoder(EncoderSource(name="FacebookAI/xlm-roberta-bse"))


def test_a_fingerprint_follows_the_bytes_that_are_loaded(encoder_folder: Folder, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(encoder_folder("bert"), folder)
    source = EncoderSource(name=str(folder))
    before = encoder_fingerprint(source)
    assert before == encoder_fingerprint(EncoderSource(name=str(encoder_folder("bert"))))
    (folder / "README.md").write_text("a card")
    assert encoder_fingerprint(source) == before
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    assert encoder_fingerprint(source) != before


def test_a_hub_encoder_is_named_by_its_revision() -> None:
    source = EncoderSource(name="FacebookAI/xlm-roberta-base", revision="a" * 40)
    assert encoder_fingerprint(source) == f"FacebookAI/xlm-roberta-base@{'a' * 40}|default"


def test_x_mod_sends_each_input_through_its_languages_adapter(tiny: Tiny) -> None:
    encoder = tiny("xmod")
    encoder.module.eval()
    ids = torch.tensor([[0, 6, 7, 2]] * 2)
    with torch.no_grad():
        mixed = encoder.run(ids, torch.ones_like(ids), None, ["en", "sw"]).last
        english = encoder.run(ids, torch.ones_like(ids), None, ["en", "en"]).last
    torch.testing.assert_close(mixed[0], english[0])
    assert not torch.allclose(mixed[1], english[1])


def test_a_language_without_an_adapter_goes_through_the_english_one() -> None:
    assert [language_number(("de_DE", "en_XX", "sw_KE"), code) for code in ("sw", "yo", "de")] == [2, 1, 0]


def test_x_mod_keeps_embeddings_and_adapters_fixed(tiny: Tiny, tasks: dict[Kind, Task]) -> None:
    model = MultiHeadModel(tiny("xmod"), [tasks[Kind.PAIR]], 0)
    learned = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert not any("adapter" in name or "embeddings" in name for name in learned)
    assert any("attention" in name for name in learned)


def test_a_switch_encoder_has_room_for_every_token_and_no_jitter(tiny: Tiny) -> None:
    config = tiny("switch").module.config
    assert config.router_jitter_noise == 0.0
    assert config.expert_capacity >= 512
