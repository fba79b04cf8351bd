"""The offline suite's X-MOD: adapters are learned in pretraining, fixed in fine-tuning, and used zero-shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from evaluators.babel.languages import LANGUAGES
from evaluators.babel.text import pretraining_text
from evaluators.errors import CairnError
from evaluators.examples import Bitext, Text
from evaluators.task import Kind, Task
from search_spaces.plan import Stage
from trainables.babel_families import write_family
from trainables.babel_recipe import RECIPES, RETRIEVAL_LAYER
from trainables.build import build_encoder
from trainables.encoder import Encoder, language_number, load_encoder
from trainables.encoder_source import SHIPPED, EncoderSource
from trainables.features import encode_for_training, finished
from trainables.feed import Feed
from trainables.loop import train
from trainables.model import MultiHeadModel
from trainables.predict import predict
from trainables.retrieval import Ways, bitext_vectors
from trainables.settings import Inference, Retrieval, Training
from trainables.work import Work

NAME = "babel-xmod"
FIXED = ("embeddings.", "adapter_modules.")


@pytest.fixture
def encoder() -> Encoder:
    return load_encoder(EncoderSource(name=NAME))


def adapters(weights: dict[str, Tensor], code: str) -> Tensor:
    """All weights of a language's adapters, one after another."""
    own = [weights[name].flatten() for name in sorted(weights) if f"adapter_modules.{code}." in name]
    assert len(own) == 2 * 4  # two layers; down and up, with their biases
    return torch.cat(own)


def built(folder: Path, steps: int, texts: list[Text]) -> dict[str, Tensor]:
    untrained = write_family(NAME, SHIPPED / "babel-xlmr", folder / "untrained")
    recipe = replace(RECIPES[NAME], steps=steps)
    return load_file(build_encoder(recipe, texts, folder / "built", untrained) / "model.safetensors")


def test_every_language_of_the_suite_has_an_adapter_of_its_own(encoder: Encoder) -> None:
    assert [language_number(encoder.languages, code) for code in LANGUAGES] == list(range(6))


def test_a_texts_vectors_depend_on_its_languages_adapter(encoder: Encoder) -> None:
    ids = torch.tensor([encoder.tokenizer.join(encoder.tokenizer.cut(["Dumas 5 ."])[0].ids).ids] * 6)
    with torch.inference_mode():
        hidden_BTD = encoder.module.eval() and encoder.run(ids, torch.ones_like(ids), None, list(LANGUAGES)).last
    for one in range(6):
        for other in range(one):
            assert (hidden_BTD[one] - hidden_BTD[other]).abs().max() > 0.1


def test_pretraining_trains_everything_and_every_adapter(tmp_path: Path) -> None:
    texts = list(pretraining_text(0, 400))
    first, last = (built(tmp_path / str(steps), steps, texts) for steps in (1, 6))
    for code in LANGUAGES:
        assert not torch.equal(adapters(first, code), adapters(last, code)), code
    same = [name for name in first if name.startswith("roberta.") and torch.equal(first[name], last[name])]
    assert same == []


def test_texts_and_their_translations_pass_through_their_own_adapters_alone(tmp_path: Path) -> None:
    texts = [
        Text(id=str(n), text="tuh modern koat", parallel="car", language="qda", parallel_language="qro")
        for n in range(9)
    ]
    first, last = (built(tmp_path / str(steps), steps, texts) for steps in (1, 6))
    changed = {code for code in LANGUAGES if not torch.equal(adapters(first, code), adapters(last, code))}
    assert changed == {"qda", "qro"}


@pytest.mark.parametrize(("code", "said"), [("", "texts in no language"), ("de", "texts in de, ")])
def test_a_text_without_an_adapter_of_its_own_is_refused(code: str, said: str, tmp_path: Path) -> None:
    texts = [Text(id="0", text="the hat", language="en"), Text(id="1", text="der hut", language=code)]
    with pytest.raises(CairnError, match=f"{said}.*adapters for en, qda"):
        built(tmp_path, 1, texts)
    assert not (tmp_path / "built").exists()


def test_fine_tuning_leaves_embeddings_and_adapters_as_they_were(
    encoder: Encoder, tasks: dict[Kind, Task], twelve: Callable[[Kind], Any], training: Training
) -> None:
    before = {name: value.clone() for name, value in encoder.module.state_dict().items()}
    tuned(encoder, tasks[Kind.PAIR], twelve(Kind.PAIR), training)
    for name, value in encoder.module.state_dict().items():
        assert torch.equal(value, before[name]) == any(part in name for part in FIXED), name


def test_zero_shot_in_another_language_goes_through_its_adapter(
    encoder: Encoder, tasks: dict[Kind, Task], twelve: Callable[[Kind], Any], training: Training
) -> None:
    task, examples = tasks[Kind.TAGS], twelve(Kind.TAGS)
    model = tuned(encoder, task, examples, training)
    codes = ("en", "qda", "qro")
    before = {code: predict(model, task, examples, code, training) for code in codes}
    break_adapter(encoder, "qro")
    after = {code: predict(model, task, examples, code, training) for code in codes}
    assert {code for code in codes if before[code] != after[code]} == {"qro"}


def test_retrieval_reads_either_side_through_its_own_adapter(encoder: Encoder) -> None:
    sentences = [Bitext(id="0", foreign="tuh modern koat", english="the modern coat")]
    model = MultiHeadModel(encoder, [], seed=0)
    ways = Ways("qda", Inference(retrieval=Retrieval(layer=RETRIEVAL_LAYER, pooling="mean")), None, Work())
    with torch.inference_mode():
        foreign, english = bitext_vectors(model, sentences, ways)
        break_adapter(encoder, "qda")
        foreign_after, english_after = bitext_vectors(model, sentences, ways)
    assert (english == english_after).all()
    assert (foreign != foreign_after).any()


def tuned(encoder: Encoder, task: Task, examples: Any, training: Training) -> MultiHeadModel:
    """Fine-tuned in English for a few steps."""
    features = finished(encode_for_training(examples, task, encoder, training))
    model = MultiHeadModel(encoder, [task], 0)
    stage = Stage(mixture=((task.name, 1.0),), learning_rate=2e-3, steps=20)
    train(model, {task.name: Feed(task, [("en", features)], encoder.tokenizer, training)}, stage, training, seed=0)
    return model


def break_adapter(encoder: Encoder, code: str) -> None:
    """Everything that goes through the adapter comes out far off."""
    with torch.no_grad():
        for name, parameter in encoder.module.named_parameters():
            if f"adapter_modules.{code}.dense2.bias" in name:
                parameter += torch.linspace(-9.0, 9.0, len(parameter))
