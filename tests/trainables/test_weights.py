from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.model import MultiHeadModel
from trainables.weights import load_encoder_weights, load_weights, save_weights


@pytest.mark.parametrize("family", ["xlm-roberta", "mt5", "switch"])
def test_what_is_saved_is_loaded_tied_tensors_included(
    family: str, tiny: Any, tasks: dict[Kind, Task], tmp_path: Path
) -> None:
    kinds = [tasks[Kind.PAIR], tasks[Kind.TEXT]]
    one, other = MultiHeadModel(tiny(family), kinds, 0), MultiHeadModel(tiny(family), kinds, 1)
    with torch.no_grad():
        for parameter in one.parameters():
            parameter.add_(0.5)
    save_weights(one, tmp_path / "w.safetensors")
    load_weights(other, tmp_path / "w.safetensors")
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    embedding = other.encoder.get_input_embeddings().weight
    head: Any = other.heads["mlm"]
    decoder = head.decoder if hasattr(head, "decoder") else head.head.decoder
    assert decoder.weight is embedding


def test_at_a_border_the_heads_stay_fresh(tiny: Any, tasks: dict[Kind, Task], tmp_path: Path) -> None:
    before = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR], tasks[Kind.TEXT]], 0)
    with torch.no_grad():
        before.encoder.embeddings.word_embeddings.weight.add_(1.0)
    save_weights(before, tmp_path / "w.safetensors")
    after = MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 1)
    fresh = after.heads["pair"].linear.weight.clone()
    load_encoder_weights(after, tmp_path / "w.safetensors")
    assert torch.equal(after.heads["pair"].linear.weight, fresh)
    assert torch.equal(
        after.encoder.embeddings.word_embeddings.weight, before.encoder.embeddings.word_embeddings.weight
    )


def test_weights_of_another_model_are_refused(tiny: Any, tasks: dict[Kind, Task], tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    save_weights(MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0), file)
    with pytest.raises(CairnError, match="does not fit the model"):
        load_weights(MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.TAGS]], 0), file)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CairnError, match="cannot be read as safetensors"):
        load_weights(MultiHeadModel(tiny("xlm-roberta"), [tasks[Kind.PAIR]], 0), file)


def test_the_wrapper_saves_like_any_library_model(tiny: Any, tasks: dict[Kind, Task], tmp_path: Path) -> None:
    for family in ("xlm-roberta", "mt5", "switch"):
        model = MultiHeadModel(tiny(family), [tasks[Kind.PAIR]], 0)
        model.save_pretrained(tmp_path / family)
        assert (tmp_path / family / "model.safetensors").is_file()
