"""A trained model in the classes of its library, so that it loads where Cairn is not installed.

Our heads are one linear layer on the encoder's hidden states. For tags and spans the library's classes are the same.
For texts and choices they put a dense layer and an activation between the first position and their last layer; these
are made to let their input through. Where the config names the activation, it is set to `linear`, behind the unit
matrix. Where it is a tanh for good, the dense layer is the unit matrix times 2**-20 and the last layer's weights are
ours times 2**20: tanh(y) = y - y**3 / 3 + ..., which for so small a y is y to the last digit of float32, and powers of
two multiply without error. In float16 such numbers vanish; in bfloat16 they do not.

Nothing here is taken on trust: `largest_difference` loads what was written and asks it what our model is asked.

Shape suffixes: B inputs, T tokens, D width, N compared values.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from torch import Tensor, nn
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from evaluators.errors import CairnError
from evaluators.task import Kind
from trainables.answering import ready_to_answer
from trainables.batches import Batch
from trainables.encoder import Encoder, language_number, library_class, library_quiet
from trainables.model import MultiHeadModel

AUTO_CLASSES: dict[Kind, Any] = {
    Kind.PAIR: AutoModelForSequenceClassification,
    Kind.TAGS: AutoModelForTokenClassification,
    Kind.SPAN: AutoModelForQuestionAnswering,
    Kind.CHOICE: AutoModelForMultipleChoice,
}
TOLERANCE = 1e-5
"""Largest difference of logits, as a share of the largest logit if that is above 1."""
_SHRINK = 2.0**-20


class NoLibraryHead(Exception):
    """Why a head has no form in the library; a reason for people, not a mistake."""


class Compared(NamedTuple):
    """Two models were asked the same."""

    difference: float
    """The largest between two values, absolute."""
    largest: float
    """The largest value of ours, absolute."""
    inputs: int
    passes_through_tanh: bool = False

    @property
    def agree(self) -> bool:
        """Within the tolerance; a difference that is no number is none."""
        return self.inputs > 0 and self.difference <= TOLERANCE * max(1.0, self.largest)


def save_encoder(model: MultiHeadModel, folder: Path) -> str:
    """Encoder and tokenizer; the name of the library's class.

    Raises:
        CairnError: the library has no class that reads the folder again.
    """
    name = type(model.encoder).__name__
    if library_class(model.encoder.config) is None or not hasattr(transformers, name):
        raise CairnError(
            f"the encoder {model.loaded.source.name} is a {name}, which transformers does not offer by that name, so "
            "nobody could load an export without further code; take its weights from the stage store instead"
        )
    with library_quiet():
        model.encoder.save_pretrained(folder)
    _save_tokenizer(model.loaded, folder)
    return name


def save_with_head(model: MultiHeadModel, head: str, kind: Kind, folder: Path) -> str:
    """Encoder, head and tokenizer; the name of the library's class. The labels are the head's own.

    Raises:
        NoLibraryHead: the library has no class for it, or one that cannot hold it.
    """
    whole = _with_head(model, head, kind)
    with library_quiet():
        whole.save_pretrained(folder)
    _save_tokenizer(model.loaded, folder)
    return type(whole).__name__


def compare_heads(model: MultiHeadModel, kind: Kind, folder: Path, batches: Iterable[Batch]) -> Compared:
    """The folder's model beside ours, by their logits at real positions.

    Raises:
        CairnError: the folder cannot be loaded, or lacks weights.
    """
    whole = _loaded(AUTO_CLASSES[kind], folder, ()).to(model.device)
    asked = _compared(model, batches, lambda batch: _ours(model, batch), lambda batch: _theirs(whole, model, batch))
    return asked._replace(passes_through_tanh=_passes_through_tanh(whole, kind))


def compare_encoders(model: MultiHeadModel, folder: Path, batches: Iterable[Batch]) -> Compared:
    """The folder's encoder beside ours, by its last hidden states at real positions.

    Raises:
        CairnError: the folder cannot be loaded, or lacks weights.
    """
    bare = _loaded(type(model.encoder), folder, ("pooler.",)).to(model.device)

    def ours(batch: Batch) -> Tensor:
        return model.hidden(batch).last[batch.mask.bool()]

    def theirs(batch: Batch) -> Tensor:
        hidden_BTD: Tensor = bare(**_inputs(model.loaded, batch)).last_hidden_state
        return hidden_BTD[batch.mask.bool()]

    return _compared(model, batches, ours, theirs)


def _with_head(model: MultiHeadModel, head: str, kind: Kind) -> Any:
    encoder, config = model.loaded, copy.deepcopy(model.encoder.config)
    auto = AUTO_CLASSES[kind]
    cls = auto._model_mapping.get(type(config), None)
    if cls is None:
        raise NoLibraryHead(f"{auto.__name__} knows no class for {encoder.family}")
    on_texts = kind in (Kind.PAIR, Kind.CHOICE)
    if on_texts and encoder.pooling != "first":
        raise NoLibraryHead(f"it reads the mean over a text's tokens, which {cls.__name__} does not")
    _name_labels(config, kind, model.labels[head])
    with library_quiet(), torch.random.fork_rng(devices=[]):
        whole = cls(config).float()
    if type(whole.base_model) is not type(model.encoder):
        raise NoLibraryHead(f"{cls.__name__} does not read with the {type(model.encoder).__name__} that was trained")
    lacking = whole.base_model.load_state_dict(model.encoder.state_dict(), strict=False)
    assert not lacking.unexpected_keys, lacking.unexpected_keys
    assert all(name.startswith("pooler.") for name in lacking.missing_keys), lacking.missing_keys
    last, shrunk = _passing(whole) if on_texts else (_last(whole), 1.0)
    linear: Any = model.head(head)
    if last.weight.shape != linear.linear.weight.shape or last.bias is None:
        raise NoLibraryHead(f"the last layer of {cls.__name__} has another form")
    with torch.no_grad():
        last.weight.copy_(linear.linear.weight.cpu() / shrunk)
        last.bias.copy_(linear.linear.bias.cpu())
    return whole


def _name_labels(config: Any, kind: Kind, labels: tuple[str, ...]) -> None:
    if kind is Kind.SPAN:
        config.num_labels = 2
    if kind in (Kind.PAIR, Kind.TAGS):
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: number for number, label in enumerate(labels)}
    if kind is Kind.PAIR:
        config.problem_type = "single_label_classification"


def _last(whole: Any) -> nn.Linear:
    """The layer that makes logits of tokens."""
    last = getattr(whole, "classifier", None) or getattr(whole, "qa_outputs", None)
    if not isinstance(last, nn.Linear):
        raise NoLibraryHead(f"{type(whole).__name__} has more than one layer behind the encoder")
    return last


def _passing(whole: Any) -> tuple[nn.Linear, float]:
    """The layer that makes logits of texts, and the size at which the first position reaches it."""
    pooler, classifier = getattr(whole, "pooler", None), whole.classifier
    if pooler is not None and hasattr(whole.config, "pooler_hidden_act"):
        whole.config.pooler_hidden_act = "linear"
        return _behind(pooler, classifier, whole, 1.0)
    if hasattr(classifier, "out_proj"):
        return _behind(classifier, classifier.out_proj, whole, _SHRINK)
    return _behind(getattr(whole.base_model, "pooler", None), classifier, whole, _SHRINK)


def _behind(dense_layer: Any, last: Any, whole: Any, size: float) -> tuple[nn.Linear, float]:
    dense = getattr(dense_layer, "dense", None)
    fits = isinstance(dense, nn.Linear) and dense.in_features == dense.out_features and dense.bias is not None
    if dense is None or not fits or not isinstance(last, nn.Linear):
        raise NoLibraryHead(f"{type(whole).__name__} computes something else between the encoder and its last layer")
    with torch.no_grad():
        dense.weight.copy_(torch.eye(dense.in_features) * size)
        dense.bias.zero_()
    return last, size


def _passes_through_tanh(whole: Any, kind: Kind) -> bool:
    return kind in (Kind.PAIR, Kind.CHOICE) and getattr(whole.config, "pooler_hidden_act", None) != "linear"


def _save_tokenizer(encoder: Encoder, folder: Path) -> None:
    """As the encoder wants it: inputs no longer than it reads, and token types only where it has some."""
    tokenizer = copy.deepcopy(encoder.tokenizer.library)
    tokenizer.model_max_length = min(tokenizer.model_max_length, encoder.usable_length)
    if not encoder.tokenizer.has_types:
        tokenizer.model_input_names = [name for name in tokenizer.model_input_names if name != "token_type_ids"]
    tokenizer.save_pretrained(folder)


def _loaded(cls: Any, folder: Path, optional: tuple[str, ...]) -> Any:
    with library_quiet():
        try:
            whole, report = cls.from_pretrained(
                folder, dtype=torch.float32, use_safetensors=True, output_loading_info=True
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise CairnError(f"what was written to {folder} cannot be loaded again: {error}") from error
    missing = sorted(name for name in report["missing_keys"] if not name.startswith(optional))
    if missing or report["unexpected_keys"]:
        odd = ", ".join([*missing, *sorted(report["unexpected_keys"])][:3])
        raise CairnError(f"what was written to {folder} does not fit its own class: {odd}")
    return whole.eval()


def _compared(
    model: MultiHeadModel,
    batches: Iterable[Batch],
    ours: Callable[[Batch], Tensor],
    theirs: Callable[[Batch], Tensor],
) -> Compared:
    difference, largest, inputs = 0.0, 0.0, 0
    with ready_to_answer(model):
        for batch in batches:
            mine_N, other_N = ours(batch).float(), theirs(batch).float()
            gap = float((mine_N - other_N).abs().max())
            difference = gap if gap != gap else max(difference, gap)
            largest = max(largest, float(mine_N.abs().max()))
            inputs += batch.examples
            if difference != difference:
                break
    return Compared(difference, largest, inputs)


def _ours(model: MultiHeadModel, batch: Batch) -> Tensor:
    logits: Tensor = model(batch)
    if batch.kind is Kind.CHOICE:
        return logits[torch.isfinite(logits)]
    return logits if batch.kind is Kind.PAIR else logits[batch.mask.bool()]


def _theirs(whole: Any, model: MultiHeadModel, batch: Batch) -> Tensor:
    inputs = _inputs(model.loaded, batch)
    if batch.kind is Kind.CHOICE:
        return torch.cat([whole(**_question(inputs, *place)).logits[0] for place in _questions(batch)])
    output = whole(**inputs)
    if batch.kind is Kind.SPAN:
        return torch.stack([output.start_logits, output.end_logits], dim=-1)[batch.mask.bool()]
    logits: Tensor = output.logits
    return logits if batch.kind is Kind.PAIR else logits[batch.mask.bool()]


def _questions(batch: Batch) -> list[tuple[int, int]]:
    """First row and number of rows of each question."""
    starts = [sum(batch.choices[:place]) for place in range(len(batch.choices))]
    return list(zip(starts, batch.choices, strict=True))


def _question(inputs: Mapping[str, Tensor], first: int, count: int) -> dict[str, Tensor]:
    """One question as the library wants it: (1, C, T), and one language for all."""
    return {
        name: value[first : first + count][None] if value.ndim == 2 else value[first : first + 1]
        for name, value in inputs.items()
    }


def _inputs(encoder: Encoder, batch: Batch) -> dict[str, Tensor]:
    inputs = {"input_ids": batch.input_ids, "attention_mask": batch.mask}
    if batch.types is not None:
        inputs["token_type_ids"] = batch.types
    if encoder.languages:
        numbers = [language_number(encoder.languages, code) for code in batch.languages]
        inputs["lang_ids"] = torch.tensor(numbers, device=batch.input_ids.device)
    return inputs
