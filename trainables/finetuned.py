"""Models that were fine-tuned elsewhere and saved by their library, asked as one of ours.

The library's own head is kept whole and put behind our encoder, so that the answers are those of its class: what it
does between the encoder and the logits (BERT's pooler, RoBERTa's dense layer) comes with it. Labels are matched by
name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from evaluators.errors import CairnError
from evaluators.task import Kind, Task
from trainables.devices import best_device
from trainables.encoder import config_of, library_quiet, load_encoder
from trainables.encoder_source import EncoderSource
from trainables.model import MultiHeadModel

_CLASSES = {
    Kind.PAIR: AutoModelForSequenceClassification,
    Kind.TAGS: AutoModelForTokenClassification,
    Kind.SPAN: AutoModelForQuestionAnswering,
    Kind.CHOICE: AutoModelForMultipleChoice,
}
_ENDINGS = {
    Kind.PAIR: "ForSequenceClassification",
    Kind.TAGS: "ForTokenClassification",
    Kind.SPAN: "ForQuestionAnswering",
    Kind.CHOICE: "ForMultipleChoice",
}


def saved_kind(folder: Path) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind of head that was saved in a folder, and its labels; None where there is none that we ask.

    Raises:
        CairnError: the folder's configuration cannot be read.
    """
    config = config_of(EncoderSource(name=str(folder)))
    saved = [str(name) for name in getattr(config, "architectures", None) or ()]
    kind = next((kind for kind, ending in _ENDINGS.items() if any(name.endswith(ending) for name in saved)), None)
    if kind is None or getattr(config, "is_encoder_decoder", False):
        return None
    labels = tuple(str(config.id2label[number]) for number in sorted(config.id2label))
    return kind, labels if kind in (Kind.PAIR, Kind.TAGS) else ()


class _FromFirst(nn.Module):  # type: ignore[misc]
    """A head that takes a text's first position, given alone: through the library's pooler, if it has one."""

    def __init__(self, pooler: nn.Module | None, classifier: nn.Module) -> None:
        super().__init__()
        self.pooler, self.classifier = pooler, classifier

    def forward(self, first_BD: Tensor) -> Tensor:
        """(B, D) to (B, L)."""
        alone_B1D = first_BD[:, None]
        logits: Tensor = self.classifier(alone_B1D if self.pooler is None else self.pooler(alone_B1D))
        return logits


def load_finetuned(folder: Path, task: Task) -> MultiHeadModel:
    """The model of a folder with a head for the task's kind, under the head's name that the task asks for.

    Raises:
        CairnError: the folder holds another kind of head, or labels that are not the task's.
    """
    if task.kind not in _CLASSES:
        raise CairnError(f"{task.name} is answered without a head, so no tuned model is asked; leave out --tuned")
    encoder = load_encoder(EncoderSource(name=str(folder), pooling="first"))
    whole = _whole(folder, task.kind)
    name = task.trained_as or task.name
    labels = matched_labels(whole.config, task) if task.kind in (Kind.PAIR, Kind.TAGS) else ()
    model = MultiHeadModel(encoder, [replace(task, name=name, labels=labels)], seed=0)
    model.heads[name] = _head(whole, task.kind)
    model.to(best_device())
    model.eval()
    return model


def matched_labels(config: Any, task: Task) -> tuple[str, ...]:
    """The task's labels in the order of the model's outputs.

    Names that say nothing (LABEL_0, LABEL_1) are taken in the task's order.

    Raises:
        CairnError: the labels are others.
    """
    names = [str(config.id2label[number]) for number in range(len(config.id2label))]
    if len(names) == len(task.labels) and names == [f"LABEL_{number}" for number in range(len(names))]:
        return tuple(task.labels)
    known = {label.lower(): label for label in task.labels}
    if len(known) < len(task.labels):
        known = {label: label for label in task.labels}
    found = [known.get(name) or known.get(name.lower()) for name in names]
    if None in found or len(set(found)) < len(task.labels):
        raise CairnError(
            f"the model's labels are {_shown(names)}; {task.name} has {_shown(task.labels)}; name them in the "
            "config's id2label as the task does"
        )
    return tuple(label for label in found if label is not None)


def _whole(folder: Path, kind: Kind) -> Any:
    config = config_of(EncoderSource(name=str(folder)))
    saved = getattr(config, "architectures", None) or ["no head"]
    if not any(str(name).endswith(_ENDINGS[kind]) for name in saved):
        raise CairnError(f"{folder} holds a {saved[0]}; this task needs one that ends in {_ENDINGS[kind]}")
    with library_quiet():
        whole, report = _CLASSES[kind].from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, output_loading_info=True
        )
    if report["missing_keys"]:
        raise CairnError(f"{folder} lacks {', '.join(sorted(report['missing_keys'])[:3])}; save the whole model again")
    return whole


def _head(whole: Any, kind: Kind) -> nn.Module:
    if kind is Kind.SPAN:
        head: nn.Module = whole.qa_outputs
        return head
    classifier: nn.Module = whole.classifier
    if kind is Kind.TAGS:
        return classifier
    return _FromFirst(getattr(whole, "pooler", None) or getattr(whole.base_model, "pooler", None), classifier)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 20 else f"{', '.join(names[:5])} ... ({len(names)})"
