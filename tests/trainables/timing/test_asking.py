"""Three ways to ask, on every family that has them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer

from evaluators.errors import CairnError
from evaluators.task import Kind
from trainables.encoder import library_quiet
from trainables.timing.asking import HEADS, Asked, HeadName, opened
from trainables.timing.inputs import batches

TEXTS = ["the dog is red", "a cat sees the blue bird and the mouse", "no"]


def answer(asked: Asked, *, language: str = "en", length: int | None = 16, size: int = 3) -> int:
    made = batches(TEXTS, asked.encoder, asked.kind, head=asked.name, language=language, length=length, size=size)
    with torch.inference_mode():
        return asked.ask(next(made))


@pytest.mark.parametrize(
    "family", ["bert", "xlm-roberta", "deberta-v2", "rembert", "xmod", "mt5", "switch", "nllb-moe"]
)
def test_every_family_is_asked_through_its_encoder(family: str, encoder_folder: Callable[[str], Path]) -> None:
    (asked,) = opened(str(encoder_folder(family)), HEADS, 4)
    assert asked.head == "encoder"
    assert answer(asked) == answer(asked, length=None) == 0
    assert asked.weight_bytes == 4 * asked.parameters > 0


def test_a_whole_mt5_is_asked_in_three_ways(whole_mt5: Path) -> None:
    found = {one.head: one for one in opened(str(whole_mt5), HEADS, 4)}
    assert set(found) == set(HEADS)
    assert answer(found["encoder"]) == 0
    assert answer(found["scoring"]) == 1
    assert 1 <= answer(found["generate"]) <= 4
    assert found["generate"].parameters > found["encoder"].parameters


def test_the_limit_holds_for_generation(whole_mt5: Path) -> None:
    steps = [answer(opened(str(whole_mt5), ["generate"], limit)[0]) for limit in (1, 6)]
    assert steps[0] == 1 and steps[1] <= 6


def test_a_model_without_a_decoder_is_not_asked_to_generate(encoder_folder: Callable[[str], Path]) -> None:
    with pytest.raises(CairnError, match="no decoder"):
        opened(str(encoder_folder("mt5")), ["generate"], 4)


@pytest.mark.parametrize("head", HEADS)
def test_a_model_that_cannot_be_read_is_refused_whatever_is_asked(head: HeadName, tmp_path: Path) -> None:
    with pytest.raises(CairnError, match="the hub does not give it"):
        opened("no/such", [head], 8)
    (tmp_path / "config.json").write_text('{"model_type": "wonder", "architectures": ["WonderForTokenClassification"]}')
    with pytest.raises(CairnError, match=r"wonder.*save_pretrained"):
        opened(str(tmp_path), [head], 8)


def test_a_tuned_model_keeps_its_own_head(encoder_folder: Callable[[str], Path], tmp_path: Path) -> None:
    source = encoder_folder("xlm-roberta")
    config: Any = AutoConfig.from_pretrained(source)
    config.id2label = dict(enumerate("ABCDE"))
    with library_quiet():
        AutoModelForTokenClassification.from_config(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(source).save_pretrained(tmp_path)
    (asked,) = opened(str(tmp_path), HEADS, 4)
    assert asked.kind is Kind.TAGS
    assert answer(asked) == 0
    (bare,) = opened(str(source), HEADS, 4)
    assert asked.parameters - bare.parameters == 2 * (16 + 1)  # five labels, not three
