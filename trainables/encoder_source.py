"""Which encoder is meant, without loading it: a hub id, a local folder, or one of the shipped names. No torch here.

`cairn plan` needs the fingerprint of an encoder to compute stage keys, and must not load torch for it. A hub id is
pinned by its revision; a folder by the bytes of its weights, config and tokenizer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from evaluators.errors import CairnError, UnknownName

SHIPPED = Path(__file__).parent / "shipped"

WELL_KNOWN = (
    "google-bert/bert-base-multilingual-cased",
    "FacebookAI/xlm-roberta-base",
    "FacebookAI/xlm-roberta-large",
    "facebook/xlm-roberta-xl",
    "facebook/xlm-roberta-xxl",
    "google/mt5-small",
    "google/mt5-base",
    "google/mt5-large",
    "google/mt5-xl",
    "google/mt5-xxl",
    "google/umt5-small",
    "google/umt5-base",
    "google/rembert",
    "microsoft/mdeberta-v3-base",
    "microsoft/infoxlm-base",
    "microsoft/infoxlm-large",
    "facebook/xmod-base",
    "jhu-clsp/mmBERT-small",
    "jhu-clsp/mmBERT-base",
    "google/switch-base-8",
    "google/switch-base-16",
    "google/switch-base-32",
    "facebook/nllb-moe-54b",
)
"""Offered when a name is misspelt; any other hub id works too."""


@dataclass(frozen=True, kw_only=True)
class EncoderSource:
    """Where an encoder comes from and how a text's vector is read from it."""

    name: str
    """A shipped name (`babel-xlmr`), a folder, or a hub id (`namespace/name`)."""
    revision: str | None = None
    """Of a hub id: forty hex digits, a tag or a branch."""
    pooling: Literal["first", "mean"] | None = None
    """Vector of a text: its first token, or the mean over its tokens. None: the first where there is a CLS token."""
    trust_remote_code: bool = False
    """Run Python code that lies beside the weights. Only where the source is named for it, never by default."""


def shipped_names() -> tuple[str, ...]:
    """Encoders that come with the package."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if (path / "config.json").is_file()))


def folder_of(source: EncoderSource) -> Path | None:
    """The local folder that holds the encoder, or None for a hub id.

    Raises:
        UnknownName: a name that is neither shipped, nor a folder with a config, nor of the hub's `namespace/name` form.
    """
    if source.name in shipped_names():
        return SHIPPED / source.name
    path = Path(source.name).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise CairnError(f"the encoder folder {path} has no config.json; give a folder saved by save_pretrained")
        return path
    looks_local = source.name.startswith((".", "/", "~")) or source.name.count("/") != 1
    if looks_local:
        raise UnknownName("encoder", source.name, [*shipped_names(), *WELL_KNOWN], "a folder or a hub id works too")
    return None


def encoder_fingerprint(source: EncoderSource) -> str:
    """Equal exactly where loading gives equal weights and an equal tokenizer: `hub id@revision`, or a sha256."""
    folder = folder_of(source)
    pooling = source.pooling or "default"
    if folder is None:
        return f"{source.name}@{source.revision or 'main'}|{pooling}"
    files = [(path, path.stat()) for path in _identity(folder)]
    return f"sha256:{_digest(tuple((path, at.st_size, at.st_mtime_ns) for path, at in files))}|{pooling}"


@lru_cache(maxsize=8)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    """Of names, sizes and bytes; read once in a process, unless a file is written again."""
    digest = hashlib.sha256()
    for path, size, _ in files:
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _identity(folder: Path) -> Sequence[Path]:
    """Files that decide what is loaded: weights, config, tokenizer; not model cards or training logs."""
    wanted = (
        "*.safetensors",
        "config.json",
        "tokenizer*",
        "special_tokens_map.json",
        "*.model",
        "vocab*",
        "merges.txt",
    )
    found = {path for pattern in wanted for path in folder.glob(pattern) if path.is_file()}
    return sorted(found, key=lambda path: path.name)
