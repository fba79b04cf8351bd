"""The head of masked language modelling: the checkpoint's own where it has one, else a fresh one of the usual form.

The usual form is dense, activation, layer norm, and a decoder that shares the input embedding. The decoder of the
checkpoint's head is tied to *our* encoder's embedding again, where the family ties it.

Shape suffixes: N tokens, D width, V vocabulary.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForMaskedLM

from trainables.encoder import Encoder, library_quiet
from trainables.encoder_source import folder_of


class TiedLanguageModel(nn.Module):  # type: ignore[misc]
    """Dense, GELU, layer norm, then the input embedding as decoder, with a bias.

    The norm's first scale keeps logits small over embeddings that are large, as T5's are.
    """

    def __init__(self, embedding: nn.Embedding, width: int) -> None:
        super().__init__()
        vocabulary, embedded = embedding.weight.shape
        self.dense = nn.Linear(width, embedded)
        nn.init.normal_(self.dense.weight, std=0.02)
        nn.init.zeros_(self.dense.bias)
        self.norm = nn.LayerNorm(embedded)
        spread = float(embedding.weight.detach().std()) * embedded**0.5
        nn.init.constant_(self.norm.weight, min(1.0, 1.0 / max(spread, 1e-6)))
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.decoder = nn.Linear(embedded, vocabulary, bias=False)
        self.decoder.weight = embedding.weight

    def forward(self, hidden_ND: Tensor) -> Tensor:
        """Logits (N, V)."""
        transformed_ND = self.norm(nn.functional.gelu(self.dense(hidden_ND)))
        logits_NV: Tensor = self.decoder(transformed_ND) + self.bias
        return logits_NV


def fresh_language_model(encoder: Encoder) -> nn.Module:
    """A head that knows nothing yet but the input embedding."""
    return TiedLanguageModel(encoder.module.get_input_embeddings(), encoder.width)


def pretrained_language_model(encoder: Encoder) -> nn.Module | None:
    """The checkpoint's head, tied to this encoder; None if its family or the checkpoint has none."""
    config: Any = encoder.module.config
    family = AutoModelForMaskedLM._model_mapping.get(type(config), None)
    folder = folder_of(encoder.source)
    if family is None or encoder.sparse or (folder is not None and not any(folder.glob("*.safetensors"))):
        return None
    with library_quiet(), torch.random.fork_rng(devices=[]):
        whole, report = family.from_pretrained(
            str(folder) if folder else encoder.source.name,
            revision=encoder.source.revision,
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
        )
    prefix = whole.base_model_prefix
    if any(not key.startswith(f"{prefix}.") for key in report["missing_keys"]):
        return None
    return tied_head(whole, encoder.module)


def tied_head(whole: Any, module: Any) -> nn.Module | None:
    """The one part of a masked language model that is not its encoder, its decoder tied to `module`'s embedding."""
    heads = [part for name, part in whole.named_children() if name != whole.base_model_prefix]
    if len(heads) != 1 or not _takes_hidden_states_only(heads[0]):
        return None
    decoder, embedding = whole.get_output_embeddings(), module.get_input_embeddings()
    if decoder is None:
        return None
    if decoder.weight.shape == embedding.weight.shape and whole.config.tie_word_embeddings:
        decoder.weight = embedding.weight
    return _Positional(heads[0])


def _takes_hidden_states_only(head: nn.Module) -> bool:
    """DeBERTa's newer head wants the embedding too; it is not used."""
    parameters = inspect.signature(head.forward).parameters.values()
    return sum(p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty for p in parameters) == 1


class _Positional(nn.Module):  # type: ignore[misc]
    """A library head, called with hidden states only."""

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.head = head

    def forward(self, hidden_ND: Tensor) -> Tensor:
        logits_NV: Tensor = self.head(hidden_ND)
        return logits_NV
