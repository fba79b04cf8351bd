"""The only place that knows model families. It promises hidden states, their width, and how long an input may be.

mBERT, XLM-R (base to XXL), RemBERT, mDeBERTa, ModernBERT and their likes load as the library's plain models, without a
pooler; mT5 and umT5 as their encoder halves; Switch and NLLB-MoE as sparse encoders that also return their routers'
logits; X-MOD with the language of every example. Weights are float32 and come from safetensors. Code that lies beside
weights runs only where the source says so.

What the library would do silently is an error here: encoder weights missing from a checkpoint, a sparse config loaded
into a dense class. Configs are copied before use, because some model classes change the object they are given.
"""

from __future__ import annotations

import copy
import inspect
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForTextEncoding,
    AutoTokenizer,
    SwitchTransformersEncoderModel,
)
from transformers.utils import logging as library_logging

from evaluators.errors import CairnError
from trainables.encoder_source import WELL_KNOWN, EncoderSource, folder_of
from trainables.tokenizing import TextTokenizer

UNLIMITED = 1_000_000
"""Usable length of encoders whose positions are relative."""

_T5 = ("t5", "mt5", "umt5")
_SWITCH = "switch_transformers"
_NLLB = ("nllb-moe", "m2m_100")
_PADDED_POSITIONS = ("xlm-roberta", "xlm-roberta-xl", "roberta", "camembert", "xmod")
"""Families that count positions from the padding id on, which costs `pad id + 1` of them."""
_NO_ROUTER_DROP_TOKENS = 512


@dataclass(frozen=True)
class Hidden:
    """What an encoder answers. B inputs, T tokens, D width, X experts."""

    last: Tensor
    """(B, T, D): the last layer."""
    layers: tuple[Tensor, ...]
    """Embedding and every layer, where asked for."""
    router_logits: tuple[Tensor, ...]
    """One (B, T, X) tensor a sparse layer, where asked for."""


@dataclass(eq=False)
class Encoder:
    """A loaded encoder and the facts about it that everything above relies on."""

    source: EncoderSource
    module: Any
    tokenizer: TextTokenizer
    family: str
    width: int
    layers: int
    usable_length: int
    pooling: Literal["first", "mean"]
    dropout: float
    sparse: bool
    languages: tuple[str, ...]
    """Codes of the language adapters in their order (X-MOD); empty for all others."""

    def run(
        self,
        input_ids_BT: Tensor,
        mask_BT: Tensor,
        types_BT: Tensor | None,
        languages: Sequence[str],
        *,
        all_layers: bool = False,
        routers: bool = False,
    ) -> Hidden:
        """Hidden states of a right-padded batch; `languages` names each input's language (ISO 639-1)."""
        inputs: dict[str, Any] = {"input_ids": input_ids_BT, "attention_mask": mask_BT}
        if types_BT is not None:
            inputs["token_type_ids"] = types_BT
        if self.languages:
            numbers = [language_number(self.languages, code) for code in languages]
            inputs["lang_ids"] = torch.tensor(numbers, device=input_ids_BT.device)
        if all_layers:
            inputs["output_hidden_states"] = True
        if routers and self.sparse:
            inputs["output_router_logits"] = True
        output = self.module(**inputs)
        logits = getattr(output, "router_logits", None) or () if routers and self.sparse else ()
        rows, length = input_ids_BT.shape
        return Hidden(
            output.last_hidden_state,
            tuple(output.hidden_states) if all_layers else (),
            tuple(one.reshape(rows, length, one.shape[-1]) for one in logits),
        )

    def freeze_fixed_parts(self) -> None:
        """X-MOD's embeddings and adapters stay as they are, so that unseen languages' adapters fit afterwards."""
        if not self.languages:
            return
        for name, parameter in self.module.named_parameters():
            if name.startswith("embeddings.") or "adapter" in name:
                parameter.requires_grad_(False)


def load_encoder(source: EncoderSource) -> Encoder:
    """The encoder with its weights and its tokenizer.

    A shipped encoder without weights (`babel-untrained`) is drawn from a fixed seed.

    Raises:
        UnknownName: there is no such encoder.
        CairnError: it cannot be read, or the checkpoint lacks weights of the encoder.
    """
    folder = folder_of(source)
    where, hub = _where(source, folder)
    config = config_of(source)
    with library_quiet():
        try:
            tokenizer = TextTokenizer(AutoTokenizer.from_pretrained(where, **hub))
        except (OSError, KeyError, ValueError) as error:
            if isinstance(error, CairnError):
                raise
            raise CairnError(_unreadable(source, folder, error)) from error
        config = _prepared(config)
        if folder is not None and not any(folder.glob("*.safetensors")):
            module = _drawn(config, source)
        else:
            module = _loaded(where, config, hub)
    return describe(source, module, tokenizer)


def config_of(source: EncoderSource) -> Any:
    """The library's configuration of a model, whatever head was saved with it.

    Raises:
        CairnError: there is none, or it is of a kind that the library does not know.
    """
    folder = folder_of(source)
    where, hub = _where(source, folder)
    with library_quiet():
        try:
            return AutoConfig.from_pretrained(where, **hub)
        except (OSError, KeyError, ValueError) as error:
            raise CairnError(_unreadable(source, folder, error)) from error


def describe(source: EncoderSource, module: nn.Module, tokenizer: TextTokenizer) -> Encoder:
    """An encoder value around a module that is already there."""
    config: Any = module.config
    family = str(config.model_type)
    if tokenizer.size > config.vocab_size:
        raise CairnError(
            f"the tokenizer of {source.name} knows {tokenizer.size} pieces, its encoder only {config.vocab_size}; "
            "they do not belong together"
        )
    accepts_types = "token_type_ids" in inspect.signature(module.forward).parameters and family not in _T5
    tokenizer.has_types = tokenizer.has_types and accepts_types and getattr(config, "type_vocab_size", 0) > 1
    languages = tuple(config.languages) if family == "xmod" else ()
    return Encoder(
        source=source,
        module=module,
        tokenizer=tokenizer,
        family=family,
        width=int(config.hidden_size),
        layers=int(config.num_hidden_layers),
        usable_length=_usable_length(config),
        pooling=source.pooling or ("first" if tokenizer.has_cls else "mean"),
        dropout=_dropout(config),
        sparse=family == _SWITCH or family == "nllb-moe",
        languages=languages,
    )


def library_class(config: Any) -> Any:
    """The library's class for the encoder of this config, or None if only remote code has one."""
    if config.model_type in _T5:
        return AutoModelForTextEncoding._model_mapping.get(type(config), None)
    if config.model_type == _SWITCH:
        return SwitchTransformersEncoderModel
    return AutoModel._model_mapping.get(type(config), None)


def language_number(languages: Sequence[str], code: str) -> int:
    """Place of a language's adapter: `sw` finds `sw_KE`. A language without an adapter goes through the English one."""
    for wanted in (code, "en"):
        for place, name in enumerate(languages):
            if _is_of(name, wanted):
                return place
    raise CairnError(f"the encoder has adapters for {', '.join(languages)}, and neither for {code!r} nor for English")


def has_adapter(languages: Sequence[str], code: str) -> bool:
    """Does the language have an adapter of its own?"""
    return any(_is_of(name, code) for name in languages)


def _is_of(adapter: str, code: str) -> bool:
    return adapter == code or adapter.startswith(f"{code}_")


def _prepared(config: Any) -> Any:
    """A copy, with what sparse encoders need: no jitter, and room for every token of a sequence at every expert."""
    config = copy.deepcopy(config)
    if config.model_type in (_SWITCH, "nllb-moe"):
        config.router_jitter_noise = 0.0
        config.expert_capacity = max(int(config.expert_capacity), _NO_ROUTER_DROP_TOKENS)
    return config


def _loaded(where: str, config: Any, hub: Mapping[str, Any]) -> Any:
    cls = library_class(config)
    options = dict(hub)
    if cls is not None and "add_pooling_layer" in inspect.signature(cls.__init__).parameters:
        options["add_pooling_layer"] = False
    loader = AutoModel if cls is None or options["trust_remote_code"] else cls
    if loader is cls:
        del options["trust_remote_code"]
    try:
        module, report = loader.from_pretrained(
            where, config=config, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **options
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise CairnError(
            f"the weights of {where} cannot be loaded: {_first_line(error)}; only safetensors are read, so convert "
            "other formats once with save_pretrained"
        ) from error
    module = _encoder_half(module)
    missing = sorted(key for key in report["missing_keys"] if not key.startswith(("pooler.", "decoder.")))
    if missing:
        raise CairnError(
            f"the checkpoint {where} lacks {len(missing)} weights of its encoder ({', '.join(missing[:3])} ...); it is "
            "incomplete or belongs to another architecture"
        )
    _check_sparse(module, where)
    return module


def _drawn(config: Any, source: EncoderSource) -> Any:
    cls = library_class(config)
    if cls is None or "/" in source.name:
        raise CairnError(f"the encoder folder {source.name} has no .safetensors file; save the model there first")
    options = {"add_pooling_layer": False} if "add_pooling_layer" in inspect.signature(cls.__init__).parameters else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return _encoder_half(cls(config, **options).float())


def _encoder_half(module: Any) -> Any:
    return module.get_encoder() if module.config.model_type in _NLLB else module


def _check_sparse(module: Any, where: str) -> None:
    """The library may have its own dense model under the type of a sparse one, and would load it without a word."""
    experts = int(getattr(module.config, "num_experts", 0) or 0)
    if experts > 1 and not any("expert" in name for name, _ in module.named_modules()):
        raise CairnError(
            f"the config of {where} names {experts} experts, but the library's class for it has none; set "
            "trust_remote_code for this encoder if you trust the code beside its weights"
        )


def _usable_length(config: Any) -> int:
    if config.model_type in (*_T5, _SWITCH):
        return UNLIMITED
    positions = getattr(config, "max_position_embeddings", None) or UNLIMITED
    lost = config.pad_token_id + 1 if config.model_type in _PADDED_POSITIONS else 0
    return int(positions) - lost


def _dropout(config: Any) -> float:
    for name in ("classifier_dropout", "hidden_dropout_prob", "dropout_rate", "dropout"):
        value = getattr(config, name, None)
        if value is not None:
            return float(value)
    return 0.0


def _where(source: EncoderSource, folder: Path | None) -> tuple[str, dict[str, Any]]:
    """What the library loads from, and with which options."""
    hub: dict[str, Any] = {"trust_remote_code": source.trust_remote_code}
    if folder is None:
        hub["revision"] = source.revision
    return (str(folder) if folder else source.name), hub


def _unreadable(source: EncoderSource, folder: Path | None, error: Exception) -> str:
    if folder is not None:
        return (
            f"the encoder folder {folder} cannot be read: {_first_line(error)}; give a folder saved by save_pretrained"
        )
    near = get_close_matches(source.name, WELL_KNOWN, n=1)
    hint = f"; did you mean {near[0]}?" if near and near[0] != source.name else ""
    return f"{source.name} is no folder here, and the hub does not give it: {_first_line(error)}{hint}"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]


@contextmanager
def library_quiet() -> Iterator[None]:
    """Loading prints tables and bars; what matters in them is checked above."""
    verbosity = library_logging.get_verbosity()
    bars = library_logging.is_progress_bar_enabled()
    library_logging.set_verbosity(logging.ERROR)
    library_logging.disable_progress_bar()
    try:
        yield
    finally:
        library_logging.set_verbosity(verbosity)
        if bars:
            library_logging.enable_progress_bar()
