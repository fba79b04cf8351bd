"""Three ways to get a label out of a model, each as one call that ends when the answer is in the CPU's hands.

- `encoder`: the encoder and a head on its hidden states. Every model has it.
- `scoring`: mT5 whole, one step of its decoder, and the largest logit among the labels' first pieces.
- `generate`: mT5 whole, greedy, until its end token or the limit.

Only time is asked for here: a fresh head answers at random, and takes as long as a trained one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import torch
from transformers import AutoModelForSeq2SeqLM

from evaluators.errors import CairnError
from evaluators.examples import Example
from evaluators.table import Row
from evaluators.task import Kind, Task
from trainables.batches import Batch
from trainables.devices import best_device
from trainables.encoder import Encoder, config_of, library_quiet, load_encoder
from trainables.encoder_source import EncoderSource, folder_of
from trainables.finetuned import load_finetuned, saved_kind
from trainables.model import MultiHeadModel

HeadName: TypeAlias = Literal["encoder", "scoring", "generate"]
HEADS: tuple[HeadName, ...] = get_args(HeadName)
LABELS = ("yes", "no", "maybe")


@dataclass(frozen=True, eq=False)
class Asked:
    """A loaded model with one way of asking."""

    head: HeadName
    name: str
    """Of the head that a batch is for."""
    encoder: Encoder
    kind: Kind
    parameters: int
    weight_bytes: int
    ask: Callable[[Batch], int]
    """Answers a batch on the CPU; gives the number of decoder steps."""


def opened(name: str, heads: Sequence[HeadName], new_tokens: int) -> list[Asked]:
    """A hub id, shipped name or folder, asked in those of the ways that it has.

    Raises:
        CairnError: it cannot be loaded, or has none of them.
    """
    source = EncoderSource(name=name)
    found = [of_model(*_with_head(source))] if "encoder" in heads else []
    found += with_decoder(source, heads, new_tokens)
    if not found:
        raise CairnError(f"{name} has no decoder, so it cannot be asked by {', '.join(heads)}; leave out --heads")
    return found


def with_decoder(
    source: EncoderSource, heads: Sequence[HeadName], new_tokens: int, trained: Any | None = None
) -> list[Asked]:
    """A model that was saved whole, in those of the ways that need its decoder; nothing for any other.

    `trained`: the encoder's module after training, in place of its own weights.
    """
    wanted = [head for head in heads if head != "encoder"]
    return _whole(source, wanted, new_tokens, trained) if wanted and _has_decoder(source) else []


def of_model(model: MultiHeadModel, head: str, kind: Kind) -> Asked:
    """A model of ours with one of its heads."""
    model.to(best_device())
    model.eval()

    def ask(batch: Batch) -> int:
        model(batch.to(model.device)).argmax(dim=-1).cpu()
        return 0

    used = [*model.encoder.parameters(), *model.head(head).parameters()]
    return Asked("encoder", head, model.loaded, kind, *_size(used), ask)


def _with_head(source: EncoderSource) -> tuple[MultiHeadModel, str, Kind]:
    """With the head that was saved with it, or a fresh one."""
    folder = folder_of(source)
    saved = saved_kind(folder) if folder is not None else None
    if folder is not None and saved is not None:
        task = _task(saved[0], saved[1])
        return load_finetuned(folder, task), task.name, task.kind
    task = _task(Kind.PAIR, LABELS)
    return MultiHeadModel(load_encoder(source), [task], seed=0), task.name, task.kind


def _whole(source: EncoderSource, heads: Sequence[HeadName], new_tokens: int, trained: Any | None) -> list[Asked]:
    encoder = load_encoder(source)
    where = str(folder_of(source) or source.name)
    with library_quiet():
        try:
            whole: Any = AutoModelForSeq2SeqLM.from_pretrained(where, dtype=torch.float32, use_safetensors=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise CairnError(f"{where} cannot be loaded with its decoder: {error}") from error
    if trained is not None:
        unknown = whole.load_state_dict(trained.cpu().state_dict(), strict=False).unexpected_keys
        assert not unknown, f"the encoder is no part of {where}: {unknown[0]}"
    whole.to(best_device()).eval()
    start = int(whole.config.decoder_start_token_id)
    labels = torch.tensor([pieces.ids[0] for pieces in encoder.tokenizer.cut(LABELS)], device=whole.device)

    def scoring(batch: Batch) -> int:
        here = batch.to(whole.device)
        first_B1 = torch.full((len(here.mask), 1), start, device=whole.device)
        output = whole(input_ids=here.input_ids, attention_mask=here.mask, decoder_input_ids=first_B1, use_cache=False)
        output.logits[:, 0, labels].argmax(dim=-1).cpu()
        return 1

    def generate(batch: Batch) -> int:
        here = batch.to(whole.device)
        answers_BT = whole.generate(
            input_ids=here.input_ids,
            attention_mask=here.mask,
            max_new_tokens=new_tokens,
            do_sample=False,
            num_beams=1,
        ).cpu()
        return int(answers_BT.shape[1]) - 1

    ways: dict[HeadName, Callable[[Batch], int]] = {"scoring": scoring, "generate": generate}
    size = _size(list(whole.parameters()))
    return [Asked(head, head, encoder, Kind.PAIR, *size, ways[head]) for head in heads]


def _has_decoder(source: EncoderSource) -> bool:
    saved = getattr(config_of(source), "architectures", None) or []
    return any(str(name).endswith("T5ForConditionalGeneration") for name in saved)


def _task(kind: Kind, labels: tuple[str, ...]) -> Task:
    return Task(name="timed", kind=kind, title="", read=_unread, tables={}, labels=labels)


def _unread(row: Row) -> Example:
    raise AssertionError("inputs are made, not read")


def _size(weights: Sequence[torch.Tensor]) -> tuple[int, int]:
    """Numbers and bytes."""
    return sum(one.numel() for one in weights), sum(one.numel() * one.element_size() for one in weights)
