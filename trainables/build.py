"""Builds a small encoder from text: learns its tokenizer, then trains it by masked language modelling.

The untrained model is saved as an ordinary Hugging Face folder and trained like any other: loaded by `load_encoder`,
given the head of a task called `mlm`, and run through the one loop. Texts with a translation beside them are read as
one input (TLM). The same recipe and texts give the same bytes on one thread.

An encoder with language adapters (X-MOD) reads no two languages as one input, since a whole input goes through one
adapter, and X-MOD itself learns without translations: a text and its translation are two documents, each read in its
own language. All of it is trained here, adapters too; they are fixed afterwards (`Encoder.freeze_fixed_parts`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

from evaluators.errors import CairnError
from evaluators.examples import Text
from evaluators.table import Row
from evaluators.task import Kind, Task
from search_spaces.plan import Stage
from trainables.devices import best_device, own_randomness
from trainables.encoder import Encoder, has_adapter, library_quiet, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.features import encode_for_training, finished
from trainables.feed import Feed
from trainables.loop import Trained, train
from trainables.model import MultiHeadModel
from trainables.pieces import learn_tokenizer
from trainables.recipe import Recipe
from trainables.seeds import derive
from trainables.settings import Training
from trainables.texts import by_language


def build_encoder(recipe: Recipe, texts: Iterable[Text], folder: Path, untrained: Path | None = None) -> Path:
    """The trained encoder in `folder`, which must not exist or be empty: config, weights, tokenizer, recipe.

    `untrained`: a folder with a config and a tokenizer that are taken as they are; of the recipe only what is said of
    training counts then. Of an encoder-decoder model the decoder is drawn and stays untrained.

    Raises:
        CairnError: there is no text, or the folder is in use, or a text is in no language of the encoder's adapters.
        TrainingDiverged: the recipe's learning rate is too high.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CairnError(f"{folder} is not empty; delete it or name another folder for the encoder")
    documents = tuple(texts)
    if not documents:
        raise CairnError("there is no text to build an encoder from; check the source")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        if untrained is None:
            _save_untrained(recipe, documents, temporary)
        else:
            _draw(untrained, recipe, temporary)
        trained = _train_in_place(recipe, documents, temporary)
        record = {"recipe": asdict(recipe), "documents": len(documents), "loss": trained.losses["mlm"]}
        (temporary / "build.json").write_text(json.dumps(record, indent=2) + "\n")
        if folder.exists():
            folder.rmdir()
        temporary.chmod(0o755)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _draw(untrained: Path, recipe: Recipe, folder: Path) -> None:
    shutil.copytree(untrained, folder, dirs_exist_ok=True)
    config = AutoConfig.from_pretrained(folder)
    with library_quiet(), own_randomness(torch.device("cpu")):
        torch.manual_seed(derive(recipe.seed, "encoder"))
        _whole_class(config).from_config(config).save_pretrained(folder)


def _whole_class(config: Any) -> Any:
    return AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForMaskedLM


def _save_untrained(recipe: Recipe, documents: tuple[Text, ...], folder: Path) -> None:
    texts = [text for document in documents for text in (document.text, document.parallel) if text]
    tokenizer = learn_tokenizer(texts, recipe.tokenizer, recipe.vocabulary, recipe.max_length_tokens)
    pad_id = int(tokenizer.pad_token_id)
    positions = recipe.max_length_tokens + (pad_id + 1 if recipe.architecture == "xlm-roberta" else 0)
    config = AutoConfig.for_model(
        recipe.architecture,
        vocab_size=len(tokenizer),
        num_hidden_layers=recipe.layers,
        hidden_size=recipe.hidden,
        num_attention_heads=recipe.heads,
        intermediate_size=recipe.feed_forward,
        max_position_embeddings=positions,
        type_vocab_size=1,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=recipe.dropout,
        initializer_range=recipe.init_std,
        pad_token_id=pad_id,
        bos_token_id=int(tokenizer.bos_token_id),
        eos_token_id=int(tokenizer.eos_token_id),
    )
    with library_quiet(), own_randomness(torch.device("cpu")):
        torch.manual_seed(derive(recipe.seed, "encoder"))
        AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _train_in_place(recipe: Recipe, documents: tuple[Text, ...], folder: Path) -> Trained:
    task = Task(name="mlm", kind=Kind.TEXT, title="Masked language modelling", read=_unread, tables={})
    training = Training(
        batch_size=recipe.batch_size,
        max_length_tokens=recipe.document_tokens,
        schedule="linear",
        warmup_share=recipe.warmup_share,
        weight_decay=recipe.weight_decay,
        adam_betas=(0.9, 0.98),
        masking=recipe.masking,
    )
    encoder = load_encoder(EncoderSource(name=str(folder)))
    parts = _by_adapter(documents, encoder) if encoder.languages else {"en": documents}
    features = [(code, finished(encode_for_training(part, task, encoder, training))) for code, part in parts.items()]
    feed = Feed(task, features, encoder.tokenizer, training)
    model = MultiHeadModel(encoder, [task], recipe.seed).to(best_device())
    model.requires_grad_(True)
    stage = Stage(mixture=(("mlm", 1.0),), learning_rate=recipe.learning_rate, steps=recipe.steps)
    trained = train(model, {"mlm": feed}, stage, training, seed=recipe.seed)
    _save_trained(model, folder)
    return trained


def _by_adapter(documents: Sequence[Text], encoder: Encoder) -> Mapping[str, Sequence[Text]]:
    """What each language's adapter reads, translations as documents of their own."""
    parts = by_language(documents)
    strange = [code for code in parts if not has_adapter(encoder.languages, code)]
    if strange:
        raise CairnError(
            f"there are texts in {', '.join(code or 'no language' for code in strange)}, and the encoder has adapters "
            f"for {', '.join(encoder.languages)}; give every text the code of one of them"
        )
    return parts


def _save_trained(model: MultiHeadModel, folder: Path) -> None:
    """Encoder and language model head, or decoder, in the library's own form, so that each can be loaded from it."""
    config = AutoConfig.from_pretrained(folder)
    with library_quiet():
        whole: Any = _whole_class(config).from_pretrained(folder, dtype=torch.float32)
        if config.is_encoder_decoder:
            whole.load_state_dict(model.encoder.cpu().state_dict(), strict=False)
            whole.save_pretrained(folder)
            return
        prefix = whole.base_model_prefix
        head = next(name for name, _ in whole.named_children() if name != prefix)
        setattr(whole, prefix, model.encoder.cpu())
        setattr(whole, head, model.head("mlm").head.cpu())
        whole.save_pretrained(folder)


def _unread(row: Row) -> Text:
    raise AssertionError("the texts of a build come as examples, not as rows")
