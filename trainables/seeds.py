"""Seeds as pure functions: a stable number from any parts, equal on every machine and in every process."""

from __future__ import annotations

import hashlib


def derive(*parts: int | str) -> int:
    """A seed below 2**63 from the parts, e.g. `derive(seed, "dropout", step)`."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
