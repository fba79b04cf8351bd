"""Retrieval profiles: which layer, pooling and length stand behind a score of sentence retrieval.

Published numbers differ by them more than by the models, so each has a name and is written beside its scores.

- **xtreme-2020**: what the XTREME paper's code computed. The mean over all real positions, special tokens included; the
  eighth of the last twelve layers, and layer 14 of 24 for Tatoeba. BUCC's script was never told the number of layers,
  so that it reads layer 20 of a large encoder.
- **xtreme**: the same scripts since October 2021, where BUCC reads the first position.
- **jiant-14-mean**: the code of Phang et al. (2020): the mean over real positions of hidden state 14 of XLM-R large,
  for both tasks; for other depths the layer in proportion. (They asked Tatoeba from the foreign side; here, as in the
  benchmark, English asks.)

Depths other than 12 and 24 have no published layer; the `xtreme` profiles then read 0.6 of the depth.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from evaluators.errors import CairnError
from trainables.settings import Inference, Pooling, ProfileName, Retrieval

_TATOEBA = {12: 8, 24: 14}
_BUCC = {12: 8, 24: 20}


@dataclass(frozen=True)
class _Choice:
    layers: dict[int, int]
    pooling: Pooling = "mean"


_PROFILES: dict[ProfileName, tuple[_Choice, _Choice]] = {
    "xtreme-2020": (_Choice(_TATOEBA), _Choice(_BUCC)),
    "xtreme": (_Choice(_TATOEBA), _Choice(_BUCC, "first")),
    "jiant-14-mean": (_Choice({12: 7, 24: 14}), _Choice({12: 7, 24: 14})),
}
"""For nearest neighbours (Tatoeba), and for mined pairs (BUCC)."""


def resolved(inference: Inference, layers: int, *, mined: bool, usable_tokens: int | None = None) -> Inference:
    """The same with every field of the retrieval profile filled in, for an encoder of so many layers.

    `usable_tokens` is the longest input that it reads; None: as long as is asked.

    Raises:
        CairnError: the encoder has fewer layers than the one that is named.
    """
    asked = inference.retrieval
    choice = _PROFILES[asked.profile][mined]
    layer = asked.layer
    if layer is None:
        layer = choice.layers.get(layers, max(1, round(0.6 * layers)))
    if not 0 <= layer <= layers:
        raise CairnError(f"retrieval reads layer {layer}, but the encoder has {layers}; name one of them")
    length = min(asked.max_length_tokens, usable_tokens or asked.max_length_tokens)
    pooling = asked.pooling or choice.pooling
    return replace(inference, retrieval=replace(asked, layer=layer, pooling=pooling, max_length_tokens=length))


def described(retrieval: Retrieval) -> dict[str, Any]:
    """A resolved profile as plain values, for the record."""
    return asdict(retrieval)
