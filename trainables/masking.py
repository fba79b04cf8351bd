"""Corruption for masked language modelling, as a function of a seed: the same batch and seed give the same holes.

Of the selected tokens some become the mask token, some another token, and some stay; the model must name the original
of each. Special tokens are never selected.

Shape suffixes: B inputs, T tokens.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from evaluators.errors import CairnError
from trainables.batches import IGNORED, Batch
from trainables.settings import Masking
from trainables.tokenizing import TextTokenizer


def corrupted(batch: Batch, tokenizer: TextTokenizer, masking: Masking, seed: int) -> Batch:
    """The batch with holes, and their originals as `labels`. At least one token is selected where any can be."""
    if tokenizer.mask_id is None:
        raise CairnError("the tokenizer has no mask token, so this encoder cannot learn by masked language modelling")
    random = np.random.default_rng(seed)
    ids_BT = batch.input_ids.numpy().copy()
    open_BT = _open(ids_BT, batch.mask.numpy(), tokenizer)
    chance_BT = np.where(open_BT, random.random(ids_BT.shape), 2.0)
    selected_BT = chance_BT < masking.selected
    if not selected_BT.any() and open_BT.any():
        selected_BT[np.unravel_index(chance_BT.argmin(), chance_BT.shape)] = True
    labels_BT = np.where(selected_BT, ids_BT, IGNORED)
    fate_BT = random.random(ids_BT.shape)
    replaced_BT = selected_BT & (fate_BT >= masking.masked) & (fate_BT < masking.masked + masking.replaced)
    if masking.replace_from == "document":
        replacements_BT = _from_same_input(ids_BT, open_BT, random)
    else:
        source = ids_BT[open_BT] if masking.replace_from == "batch" else _ordinary(tokenizer)
        replacements_BT = source[random.integers(len(source), size=ids_BT.shape)] if len(source) else ids_BT
    ids_BT = np.where(replaced_BT, replacements_BT, ids_BT)
    ids_BT = np.where(selected_BT & (fate_BT < masking.masked), tokenizer.mask_id, ids_BT)
    return replace(batch, input_ids=torch.from_numpy(ids_BT), gold={"labels": torch.from_numpy(labels_BT)})


def _from_same_input(
    ids_BT: NDArray[np.int64], open_BT: NDArray[np.bool_], random: np.random.Generator
) -> NDArray[np.int64]:
    """For every position some token of its own input, special ones excepted."""
    open_first_BT = np.argsort(~open_BT, axis=1, kind="stable")
    count_B1 = open_BT.sum(axis=1, keepdims=True)
    chosen_BT = (random.random(ids_BT.shape) * count_B1).astype(np.int64)
    drawn_BT: NDArray[np.int64] = np.take_along_axis(
        ids_BT, np.take_along_axis(open_first_BT, chosen_BT, axis=1), axis=1
    )
    return drawn_BT


def _open(ids_BT: NDArray[np.int64], mask_BT: NDArray[np.int64], tokenizer: TextTokenizer) -> NDArray[np.bool_]:
    """Positions that may be selected."""
    special = np.fromiter(tokenizer.special_ids, dtype=np.int64)
    open_BT: NDArray[np.bool_] = (mask_BT == 1) & ~np.isin(ids_BT, special)
    return open_BT


def _ordinary(tokenizer: TextTokenizer) -> NDArray[np.int64]:
    """All ids but the special ones."""
    special = np.fromiter(tokenizer.special_ids, dtype=np.int64)
    return np.setdiff1d(np.arange(tokenizer.size, dtype=np.int64), special)
