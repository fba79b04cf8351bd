"""Learns a tokenizer from text: XLM-R's special tokens and word marks, over byte-pair or unigram pieces.

Words are marked by a leading `▁`; punctuation is always a piece of its own, so that an answer can end before a full
stop. The same texts give the same tokenizer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def learn_tokenizer(
    texts: Iterable[str], kind: Literal["bpe-metaspace", "unigram"], size: int, max_length_tokens: int
) -> Any:
    """A Hugging Face tokenizer of at most `size` pieces, special tokens included."""
    common: dict[str, Any] = {"vocab_size": size, "special_tokens": list(SPECIAL), "show_progress": False}
    trainer: Any
    if kind == "bpe-metaspace":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
        trainer = trainers.BpeTrainer(limit_alphabet=size // 2, **common)
    else:
        tokenizer = Tokenizer(models.Unigram())
        trainer = trainers.UnigramTrainer(unk_token="<unk>", **common)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(texts, trainer)
    if kind == "unigram":
        tokenizer = _rounded(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=max_length_tokens,
        model_input_names=["input_ids", "attention_mask"],
    )


def _rounded(tokenizer: Tokenizer) -> Tokenizer:
    """The same unigram pieces with scores to six digits: the last ones depend on the order of summation."""
    state = json.loads(tokenizer.to_str())
    state["model"]["vocab"] = [[piece, round(score, 6)] for piece, score in state["model"]["vocab"]]
    return Tokenizer.from_str(json.dumps(state))
