"""Texts to pieces, and pieces to model inputs, for every tokenizer alike.

Tokenizers differ in their special tokens (`<s> A </s></s> B </s>`, `[CLS] A [SEP] B [SEP]`, `A </s> B </s>`). The frame
is read off the tokenizer once, by encoding a probe; after that texts are cut into pieces without special tokens,
windows and truncation are plain list operations, and `join` puts the frame around them. Nothing here assumes a CLS.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluators.errors import CairnError


@dataclass(frozen=True)
class Pieces:
    """One text, cut: piece ids, and for each the characters it covers (or, for words, the word it belongs to)."""

    ids: list[int]
    spans: list[tuple[int, int]]
    words: list[int]


@dataclass(frozen=True)
class Joined:
    """A model input: ids with the special tokens, token types (empty if the model has none), where the texts begin."""

    ids: list[int]
    types: list[int]
    first_start: int
    second_start: int


class TextTokenizer:
    """A Hugging Face tokenizer, reduced to what features need."""

    def __init__(self, tokenizer: Any) -> None:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise CairnError(
                f"{type(tokenizer).__name__} has no tokenizer.json behind it, so it cannot tell which characters a "
                "piece covers; save the encoder folder again with a fast tokenizer"
            )
        self._hub_tokenizer, self._backend = tokenizer, backend
        backend.no_padding()
        backend.no_truncation()
        self.pad_id = int(tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0)
        self.unknown_id = int(tokenizer.unk_token_id if tokenizer.unk_token_id is not None else self.pad_id)
        self.mask_id = _mask_id(tokenizer)
        self.has_cls = tokenizer.cls_token_id is not None
        self.special_ids = frozenset(int(i) for i in tokenizer.all_special_ids)
        self.size = len(tokenizer)
        self._read_frame()

    @property
    def library(self) -> Any:
        """The tokenizer as its library has it."""
        return self._hub_tokenizer

    @cached_property
    def fingerprint(self) -> str:
        """Digest of everything that turns text into ids."""
        frame = repr((self._prefix, self._middle, self._suffix, self._end, self.has_types))
        return hashlib.sha256((self._backend.to_str() + frame).encode()).hexdigest()

    def cut(self, texts: Sequence[str]) -> list[Pieces]:
        """Every text in pieces, without special tokens and without a limit on length."""
        encoded = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [Pieces(one.ids, one.offsets, []) for one in encoded]

    def cut_words(self, sentences: Sequence[Sequence[str]]) -> list[Pieces]:
        """Every sentence, given in words, in pieces; `words` tells each piece's word. A word may have no piece."""
        encoded = self._backend.encode_batch(
            [list(words) for words in sentences], is_pretokenized=True, add_special_tokens=False
        )
        return [Pieces(one.ids, [], one.word_ids) for one in encoded]

    def room(self, length: int, texts: int) -> int:
        """Pieces that fit into an input of `length` tokens beside the frame of one text or of two."""
        frame = len(self._prefix) + (len(self._end) if texts == 1 else len(self._middle) + len(self._suffix))
        return length - frame

    def join(self, first: Sequence[int], second: Sequence[int] | None = None) -> Joined:
        """One text, or two, in the tokenizer's own frame."""
        start = len(self._prefix)
        if second is None:
            ids = [*self._prefix, *first, *self._end]
            return Joined(ids, [0] * len(ids) if self.has_types else [], start, len(ids))
        head = [*self._prefix, *first, *self._middle]
        ids = [*head, *second, *self._suffix]
        types = [0] * len(head) + [1] * (len(ids) - len(head)) if self.has_types else []
        return Joined(ids, types, start, len(head))

    def _read_frame(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            one, two = self._hub_tokenizer("a"), self._hub_tokenizer("a", "a")
        sides = two.sequence_ids(0)
        ids = list(two["input_ids"])
        firsts = [place for place, side in enumerate(sides) if side == 0]
        seconds = [place for place, side in enumerate(sides) if side == 1]
        if not firsts or not seconds:
            raise CairnError("the tokenizer cuts the letter 'a' into nothing; it does not fit the encoder's languages")
        self._prefix = ids[: firsts[0]]
        self._middle = ids[firsts[-1] + 1 : seconds[0]]
        self._suffix = ids[seconds[-1] + 1 :]
        single = list(one["input_ids"])
        self._end = single[len(self._prefix) + len(firsts) :]
        self.has_types = "token_type_ids" in two
        cls_id = self._hub_tokenizer.cls_token_id
        if cls_id is not None and single[0] != cls_id:
            raise CairnError(
                "the tokenizer names a CLS token but does not put it in front of a text; save it with save_pretrained "
                "and load that folder, so that its template is complete"
            )


def shorten_pair(first: list[int], second: list[int], room: int) -> tuple[list[int], list[int], bool]:
    """Both lists cut to `room` together, the longer one first; and whether anything was cut."""
    if len(first) + len(second) <= room:
        return first, second, False
    shorter = min(len(first), len(second), room // 2)
    if len(first) >= len(second):
        return first[: room - shorter], second[:shorter], True
    return first[:shorter], second[: room - shorter], True


def _mask_id(tokenizer: Any) -> int | None:
    """The mask token; T5 has none, and its first sentinel serves."""
    if tokenizer.mask_token_id is not None:
        return int(tokenizer.mask_token_id)
    sentinel = tokenizer.convert_tokens_to_ids("<extra_id_0>")
    return None if sentinel in (None, tokenizer.unk_token_id) else int(sentinel)
