from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from evaluators.task import Kind
from trainables.batches import IGNORED, Batch
from trainables.masking import corrupted
from trainables.settings import Masking


@pytest.fixture
def batch(tiny: Any) -> Batch:
    tokenizer = tiny("xlm-roberta").tokenizer
    ids = np.random.default_rng(0).integers(6, 12, size=(40, 60))
    ids[:, 0], ids[:, 50], ids[:, 51:] = 0, 2, tokenizer.pad_id
    input_ids = torch.from_numpy(ids)
    mask = (input_ids != tokenizer.pad_id).long()
    return Batch(head="mlm", kind=Kind.TEXT, input_ids=input_ids, mask=mask, types=None, languages=("en",) * 40)


@pytest.mark.parametrize("source", ["vocabulary", "batch", "document"])
def test_shares_are_as_asked_and_special_tokens_stay(source: Any, batch: Batch, tiny: Any) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    masking = Masking(selected=0.3, masked=0.6, replaced=0.3, replace_from=source)
    holes = corrupted(batch, tokenizer, masking, seed=1)
    labels, before, after = holes.gold["labels"], batch.input_ids, holes.input_ids
    selected = labels != IGNORED
    assert selected[:, 0].sum() == selected[:, 50:].sum() == 0
    assert float(selected.sum()) / (40 * 49) == pytest.approx(0.3, abs=0.03)
    assert torch.equal(labels[selected], before[selected])
    assert torch.equal(after[~selected], before[~selected])
    masked = float((after[selected] == tokenizer.mask_id).float().mean())
    assert masked == pytest.approx(0.6, abs=0.06)
    changed = selected & (after != before) & (after != tokenizer.mask_id)
    allowed = set(range(6, 12)) if source != "vocabulary" else set(range(5, tokenizer.size))
    assert set(after[changed].tolist()) <= allowed
    share = float(changed.sum()) / float(selected.sum())
    assert share == pytest.approx(0.3 * (5 / 6 if source != "vocabulary" else 1), abs=0.06)


def test_a_short_batch_has_one_hole_at_least(batch: Batch, tiny: Any) -> None:
    tokenizer = tiny("xlm-roberta").tokenizer
    short = Batch(
        head="mlm",
        kind=Kind.TEXT,
        input_ids=torch.tensor([[0, 7, 2]]),
        mask=torch.ones((1, 3), dtype=torch.long),
        types=None,
        languages=("en",),
    )
    for seed in range(20):
        labels = corrupted(short, tokenizer, Masking(selected=0.01), seed).gold["labels"]
        assert labels.tolist() == [[IGNORED, 7, IGNORED]]


def test_a_document_is_corrupted_with_its_own_tokens(tiny: Any) -> None:
    ids = torch.tensor([[0, 7, 8, 7, 8, 2], [0, 9, 10, 9, 10, 2]])
    batch = Batch(
        head="mlm", kind=Kind.TEXT, input_ids=ids, mask=torch.ones_like(ids), types=None, languages=("en", "en")
    )
    masking = Masking(selected=0.9, masked=0.0, replaced=1.0, replace_from="document")
    after = [corrupted(batch, tiny("xlm-roberta").tokenizer, masking, seed).input_ids for seed in range(20)]
    assert {token for holes in after for token in holes[0, 1:5].tolist()} == {7, 8}
    assert {token for holes in after for token in holes[1, 1:5].tolist()} == {9, 10}
