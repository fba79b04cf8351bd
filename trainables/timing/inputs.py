"""Inputs of a wanted length, from the texts of a language.

With a length in tokens, texts are strung together until each input has exactly so many, and nothing is padded. Without
one, every text is as long as it is (up to a limit) and the batch is padded: there languages differ, as the same
sentence is more tokens in one than in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import numpy as np

from evaluators.errors import CairnError
from evaluators.task import Kind
from trainables.batches import Batch, padded, real_tokens
from trainables.encoder import Encoder

LONGEST = 512


def batches(
    texts: Sequence[str], encoder: Encoder, kind: Kind, *, head: str, language: str, length: int | None, size: int
) -> Iterator[Batch]:
    """Endless batches of `size` inputs, the same for the same arguments.

    Raises:
        CairnError: the encoder does not read so many tokens, or there is no text.
    """
    room = encoder.tokenizer.room(min(length or LONGEST, encoder.usable_length), 1)
    if length is not None and not (length <= encoder.usable_length and room >= 1):
        raise CairnError(f"{encoder.source.name} reads 3 to {encoder.usable_length} tokens; give no length of {length}")
    cut = [pieces.ids for pieces in encoder.tokenizer.cut(texts) if pieces.ids]
    if not cut:
        raise CairnError(f"there is no text in {language!r} to make inputs of")
    inputs = _filled(cut, room) if length is not None else (ids[:room] for ids in cycle(cut))
    while True:
        joined = [encoder.tokenizer.join(ids) for ids in islice(inputs, size)]
        rows = [np.array(one.ids, dtype=np.int32) for one in joined]
        types = [np.array(one.types, dtype=np.int32) for one in joined] if encoder.tokenizer.has_types else None
        yield Batch(
            head=head,
            kind=kind,
            input_ids=padded(rows, encoder.tokenizer.pad_id),
            mask=real_tokens(rows),
            types=None if types is None else padded(types, 0),
            languages=(language,) * size,
            choices=(1,) * size if kind is Kind.CHOICE else (),
        )


def _filled(cut: Sequence[Sequence[int]], room: int) -> Iterator[list[int]]:
    stream = (piece for ids in cycle(cut) for piece in ids)
    while True:
        yield list(islice(stream, room))
