"""Which experts a sparse encoder sends a language's tokens to, and how sure its routers are.

Shape suffixes: B inputs, T tokens, N real tokens, X experts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from trainables.answering import ready_to_answer
from trainables.batches import padded, real_tokens
from trainables.model import MultiHeadModel

_INPUTS = 64


def routing(model: MultiHeadModel, texts: Mapping[str, Sequence[str]]) -> list[dict[str, dict[str, object]]]:
    """For every sparse layer, by language: `shares`, of the tokens that went to each expert as their first choice, and
    `entropy`, the mean over tokens of the router's entropy in bits. An encoder without routers has no such layer.

    `texts`: language -> its texts, read one by one, cut off where the encoder's usable length ends.
    """
    found: list[dict[str, dict[str, object]]] = []
    with ready_to_answer(model):
        for language, sentences in texts.items():
            layers: list[list[torch.Tensor]] = []
            for logits in _logits(model, language, sentences):
                layers = layers or [[] for _ in logits]
                for layer, logits_NX in zip(layers, logits, strict=True):
                    layer.append(logits_NX)
            found = found or [{} for _ in layers]
            for told, parts in zip(found, layers, strict=True):
                probabilities_NX = torch.softmax(torch.cat(parts), dim=-1)
                experts = probabilities_NX.shape[-1]
                chosen = torch.bincount(probabilities_NX.argmax(dim=-1), minlength=experts)
                bits_N = -(probabilities_NX * probabilities_NX.clamp_min(1e-12).log2()).sum(dim=-1)
                told[language] = {
                    "shares": [float(share) for share in chosen / chosen.sum()],
                    "entropy": float(bits_N.mean()),
                }
    return found


def _logits(model: MultiHeadModel, language: str, sentences: Sequence[str]) -> Iterator[list[torch.Tensor]]:
    """Batch by batch, for every sparse layer: logits of the real tokens (N, X)."""
    encoder = model.loaded
    room = encoder.tokenizer.room(min(encoder.usable_length, 512), 1)
    for start in range(0, len(sentences), _INPUTS):
        cut = encoder.tokenizer.cut(sentences[start : start + _INPUTS])
        rows = [np.array(encoder.tokenizer.join(pieces.ids[:room]).ids) for pieces in cut]
        mask_BT = real_tokens(rows).to(model.device)
        ids_BT = padded(rows, encoder.tokenizer.pad_id).to(model.device)
        hidden = encoder.run(ids_BT, mask_BT, None, [language] * len(rows), routers=True)
        yield [logits_BTX[mask_BT.bool()].float() for logits_BTX in hidden.router_logits]
