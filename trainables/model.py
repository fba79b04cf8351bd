"""One encoder and the heads of the tasks it is trained on, by training task name.

Every kind of task is a way of reading the same hidden states: a text's vector (pair, choice), every token (tags, span),
the tokens that were masked (language modelling). Losses are sums, so that a batch may be cut into parts that fit a
device and still give the same update.

Shape suffixes: B inputs, T tokens, D width, L labels, Q questions, C choices, S selected tokens, V vocabulary.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.batches import IGNORED, Batch
from trainables.encoder import Encoder, Hidden
from trainables.heads import new_head
from trainables.router import balance_loss, router_z_loss
from trainables.settings import Training

RANKING_SCALE = 20.0
"""Of cosines, before the softmax over a batch's passages. Ours: no published value is known."""


class MultiHeadModel(PreTrainedModel):  # type: ignore[misc]
    """An encoder with a head for each of `tasks`; new heads depend on the seed and their task's name only."""

    base_model_prefix = "encoder"
    _supports_sdpa = True

    def __init__(self, encoder: Encoder, tasks: Sequence[Task], seed: int) -> None:
        super().__init__(copy.deepcopy(encoder.module.config))
        self.loaded = encoder
        self.encoder = encoder.module
        encoder.freeze_fixed_parts()
        self.heads = nn.ModuleDict({task.name: new_head(task, encoder, seed) for task in tasks})
        self.labels: dict[str, tuple[str, ...]] = {task.name: tuple(task.labels) for task in tasks}
        self.post_init()

    def init_weights(self) -> None:
        """Nothing: the encoder comes with its weights, and heads draw theirs when they are made."""

    def head(self, name: str) -> nn.Module:
        """The head of a training task.

        Raises:
            CairnError: the model was not trained on that task.
        """
        if name not in self.heads:
            raise CairnError(
                f"the model has no head {name!r}, only {', '.join(self.heads) or 'none'}; train on it first"
            )
        return self.heads[name]

    def hidden(self, batch: Batch, *, all_layers: bool = False, routers: bool = False) -> Hidden:
        """The encoder's hidden states of a batch."""
        return self.loaded.run(
            batch.input_ids, batch.mask, batch.types, batch.languages, all_layers=all_layers, routers=routers
        )

    def forward(self, batch: Batch) -> Tensor:
        """Logits: (B, L) for labels, (B, T, L) for tags and spans, (Q, C) for choices (-inf where there are fewer)."""
        return self._logits(batch, self.hidden(batch).last)

    def loss(self, batch: Batch, training: Training) -> Tensor:
        """Sum of the losses of the batch's examples or labelled tokens, with the experts' losses in proportion."""
        hidden = self.hidden(batch, routers=True)
        total = self._task_loss(batch, hidden.last)
        if hidden.router_logits:
            chosen = 1 if self.loaded.family == "switch_transformers" else 2
            balance = balance_loss(hidden.router_logits, batch.mask, chosen)
            spread = router_z_loss(hidden.router_logits, batch.mask)
            extra = training.balance_weight * balance + training.router_z_weight * spread
            total = total + extra * batch.questions
        return total

    def pooled(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Tensor:
        """The vector of each text (B, D)."""
        return hidden_BTD[:, 0] if self.loaded.pooling == "first" else masked_mean(hidden_BTD, mask_BT)

    def _logits(self, batch: Batch, hidden_BTD: Tensor) -> Tensor:
        head: Any = self.head(batch.head)
        if batch.kind is Kind.PAIR:
            logits: Tensor = head(self.pooled(hidden_BTD, batch.mask)).float()
            return logits
        if batch.kind is Kind.CHOICE:
            return _by_question(head(self.pooled(hidden_BTD, batch.mask)).float().squeeze(-1), batch.choices)
        logits_BTL: Tensor = head(hidden_BTD).float()
        if batch.kind is Kind.SPAN:
            return logits_BTL.masked_fill(batch.mask[:, :, None] == 0, torch.finfo(torch.float32).min)
        return logits_BTL

    def _task_loss(self, batch: Batch, hidden_BTD: Tensor) -> Tensor:
        if batch.kind is Kind.TEXT:
            labels_BT = batch.gold["labels"]
            selected_BT = labels_BT != IGNORED
            logits_SV = self.head(batch.head)(hidden_BTD[selected_BT]).float()
            return functional.cross_entropy(logits_SV, labels_BT[selected_BT], reduction="sum")
        if batch.kind is Kind.RANKING:
            return _ranking_loss(batch, self.head(batch.head)(self.pooled(hidden_BTD, batch.mask)))
        logits = self._logits(batch, hidden_BTD)
        if batch.kind is Kind.SPAN:
            start_loss = functional.cross_entropy(logits[..., 0], batch.gold["start"], reduction="sum")
            end_loss = functional.cross_entropy(logits[..., 1], batch.gold["end"], reduction="sum")
            return (start_loss + end_loss) / 2
        labels = batch.gold["labels"]
        flat = logits.reshape(-1, logits.shape[-1])
        return functional.cross_entropy(flat, labels.reshape(-1), reduction="sum", ignore_index=IGNORED)


def masked_mean(hidden_BTD: Tensor, mask_BT: Tensor) -> Tensor:
    """Mean over the real positions, special tokens included (B, D)."""
    weight_BT1 = mask_BT[:, :, None].to(hidden_BTD.dtype)
    mean_BD: Tensor = (hidden_BTD * weight_BT1).sum(dim=1) / weight_BT1.sum(dim=1)
    return mean_BD


def _ranking_loss(batch: Batch, unit_BD: Tensor) -> Tensor:
    """Each question against all passages of the batch; a passage that stands there twice is wrong for nobody."""
    logits_QQ = RANKING_SCALE * unit_BD[0::2] @ unit_BD[1::2].T
    passages_QT = batch.input_ids[1::2]
    same_QQ = (passages_QT[:, None] == passages_QT[None]).all(dim=-1)
    same_QQ.fill_diagonal_(False)
    labels_Q = torch.arange(len(logits_QQ), device=logits_QQ.device)
    return functional.cross_entropy(logits_QQ.masked_fill(same_QQ, float("-inf")), labels_Q, reduction="sum")


def _by_question(scores_B: Tensor, choices: Sequence[int]) -> Tensor:
    """One row a question, with as many places as the longest has choices (Q, C)."""
    rows = scores_B.split(list(choices))
    if len(set(choices)) == 1:
        return torch.stack(rows)
    most = max(choices)
    return torch.stack([functional.pad(row, (0, most - len(row)), value=float("-inf")) for row in rows])
