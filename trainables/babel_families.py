"""Shapes and tokenizers of other families' encoders, over the vocabulary of the offline suite's own.

`babel-mbert`, `babel-mt5`, `babel-switch` and `babel-xmod` let every family's code run without a download. Written here
are their configs and tokenizers; `trainables.babel_recipe` trains the weights that are shipped beside them. Each family
frames its input as its large relatives do: BERT marks the second text by token types, T5 knows neither a first token
nor a separator, X-MOD does as XLM-R. X-MOD has an adapter for each of the suite's languages, named by its code.
`babel-untrained` is the suite's own encoder without weights: `load_encoder` draws them from a fixed seed, and what
pretraining adds is measured against it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tokenizers import processors
from transformers import AutoTokenizer, BertConfig, MT5Config, SwitchTransformersConfig, XmodConfig

from evaluators.babel.languages import LANGUAGES

_BERT = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.06,
}
_T5 = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4, "dropout_rate": 0.0}
_SPARSE = {"num_experts": 4, "num_sparse_encoder_layers": 1, "num_decoder_layers": 1, "num_sparse_decoder_layers": 0}

FAMILIES: Mapping[str, Callable[..., Any]] = {
    "babel-mbert": lambda **ids: BertConfig(max_position_embeddings=128, **_BERT, **ids),
    "babel-mt5": lambda **ids: MT5Config(**_T5, decoder_start_token_id=ids["pad_token_id"], **ids),
    "babel-switch": lambda **ids: SwitchTransformersConfig(
        **_T5, **_SPARSE, decoder_start_token_id=ids["pad_token_id"], **ids
    ),
    "babel-xmod": lambda **ids: XmodConfig(
        languages=list(LANGUAGES),
        max_position_embeddings=128 + ids["pad_token_id"] + 1,  # it counts positions from the padding id on
        type_vocab_size=1,
        **_BERT,
        **ids,
    ),
}


def write_families(trained: Path, shipped: Path) -> list[Path]:
    """A folder for each family below `shipped`, over the tokenizer of the encoder in `trained`, and one for itself."""
    return [
        _untrained(trained, shipped / "babel-untrained"),
        *(write_family(name, trained, shipped / name) for name in FAMILIES),
    ]


def _untrained(trained: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(trained / name, folder / name)
    return folder


def write_family(name: str, trained: Path, folder: Path) -> Path:
    """Config and tokenizer of one family, over the tokenizer of the encoder in `trained`."""
    tokenizer = AutoTokenizer.from_pretrained(trained)
    start, end = (tokenizer.convert_tokens_to_ids(token) for token in ("<s>", "</s>"))
    if name == "babel-mbert":
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single="<s>:0 $A:0 </s>:0",
            pair="<s>:0 $A:0 </s>:0 $B:1 </s>:1",
            special_tokens=[("<s>", start), ("</s>", end)],
        )
        tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    elif name in ("babel-mt5", "babel-switch"):
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", end)]
        )
        tokenizer.cls_token = tokenizer.sep_token = tokenizer.bos_token = None
    config = FAMILIES[name](
        vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id
    )
    for said in ("is_local", "local_files_only"):  # how this machine loaded it, which is nothing of the tokenizer's
        tokenizer.init_kwargs.pop(said, None)
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
