"""How large a trained stage will be on disk, told without loading a model: an estimate, and called one.

A stage is the encoder, the heads, and the optimiser's two moments where a longer stage may continue it. The size of the
encoder is that of its weights, or follows from its config, or, for hub ids, from their published number of parameters.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

from safetensors import safe_open

from trainables.encoder_source import EncoderSource, folder_of
from trainables.recipe import Recipe
from trainables.settings import Training

_MILLIONS = {
    "google-bert/bert-base-multilingual-cased": 177.263,
    "FacebookAI/xlm-roberta-base": 277.453,
    "FacebookAI/xlm-roberta-large": 558.841,
    "facebook/xlm-roberta-xl": 3475.930,
    "facebook/xlm-roberta-xxl": 10695.954,
    "google/mt5-small": 147,
    "google/mt5-base": 277,
    "google/mt5-large": 564,
    "google/mt5-xl": 1670,
    "google/mt5-xxl": 5655,
    "google/rembert": 576,
    "microsoft/mdeberta-v3-base": 279,
    "facebook/xmod-base": 852,
    "google/switch-base-8": 308,
}
"""Parameters of the encoder, without the pooler, which is not loaded: of BERT and XLM-R by the shapes."""
_EMBEDDINGS = {
    "google-bert/bert-base-multilingual-cased": (119_547 + 512 + 2) * 768,
    "FacebookAI/xlm-roberta-base": (250_002 + 514 + 1) * 768,
    "FacebookAI/xlm-roberta-large": (250_002 + 514 + 1) * 1024,
    "facebook/xlm-roberta-xl": (250_880 + 514 + 1) * 2560,
    "facebook/xlm-roberta-xxl": (250_880 + 514 + 1) * 4096,
    "google/mt5-small": 250_112 * 512,
    "google/mt5-base": 250_112 * 768,
    "google/mt5-large": 250_112 * 1024,
    "google/mt5-xl": 250_112 * 2048,
    "google/mt5-xxl": 250_112 * 4096,
    "facebook/xmod-base": (250_002 + 514 + 1) * 768,
    "google/switch-base-8": 32_128 * 768,
}
"""Of these the ones of pieces, positions and types of text, by the shapes."""
_UNKNOWN_MILLIONS = 300


def stage_bytes(source: EncoderSource, training: Training, recipe: Recipe | None) -> int:
    """Bytes of one stored stage."""
    values = 3 if training.schedule == "constant" else 1
    return 4 * values * parameters(source, recipe)


def parameters(source: EncoderSource, recipe: Recipe | None = None) -> int:
    """Parameters of an encoder, about."""
    if recipe is not None:
        return _transformer(recipe.vocabulary, recipe.hidden, recipe.layers, recipe.feed_forward)
    folder = folder_of(source)
    if folder is None:
        return round(_MILLIONS.get(source.name, _UNKNOWN_MILLIONS) * 1e6)
    files = sorted(folder.glob("*.safetensors"))
    return sum(_counted(file, _is_encoder) for file in files) if files else _from_config(folder)


def embeddings(source: EncoderSource) -> int | None:
    """How many of an encoder's parameters are embeddings of its input; None where that is neither known nor counted."""
    folder = folder_of(source)
    if folder is None:
        return _EMBEDDINGS.get(source.name)
    files = sorted(folder.glob("*.safetensors"))
    return sum(_counted(file, _is_embedding) for file in files) if files else None


_EMBEDDING_NAMES = {"embeddings", "embed_tokens", "shared"}
"""A part of such a weight's name."""
_ABOVE = ("decoder.", "lm_head.", "cls.", "lm_predictions.")
"""How weights of a decoder and of a language model's head begin."""


def _is_encoder(name: str) -> bool:
    return not name.startswith(_ABOVE)


def _is_embedding(name: str) -> bool:
    return _is_encoder(name) and not _EMBEDDING_NAMES.isdisjoint(name.split("."))


def _counted(file: Path, counts: Callable[[str], bool]) -> int:
    """Numbers in those weights of a file that count by their names."""
    with safe_open(file, framework="np") as weights:
        names = [name for name in weights.keys() if counts(name)]  # noqa: SIM118
        return sum(math.prod(weights.get_slice(name).get_shape()) for name in names)


def is_estimated(source: EncoderSource) -> bool:
    """Are its parameters neither published here nor counted, so that `parameters` is a guess?"""
    folder = folder_of(source)
    return source.name not in _MILLIONS if folder is None else not any(folder.glob("*.safetensors"))


def _from_config(folder: Path) -> int:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    hidden = config.get("hidden_size") or config.get("d_model") or 768
    layers = config.get("num_hidden_layers") or config.get("num_layers") or 12
    inner = config.get("intermediate_size") or config.get("d_ff") or 4 * hidden
    experts = config.get("num_experts") or 1
    return _transformer(config.get("vocab_size", 0), hidden, layers, inner * experts)


def _transformer(vocabulary: int, hidden: int, layers: int, inner: int) -> int:
    return vocabulary * hidden + layers * (4 * hidden * hidden + 2 * hidden * inner)


def size_text(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
