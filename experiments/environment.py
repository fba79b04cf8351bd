"""What a run ran on: versions, machine, commit; for `environment.json`."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_LIBRARIES = (
    *("cairn-search", "torch", "transformers", "tokenizers", "datasets", "safetensors", "ray", "optuna"),
    *("numpy", "pyarrow", "pandas", "scipy", "accelerate"),
)


def describe_environment() -> dict[str, Any]:
    """Versions and the machine, as plain JSON values."""
    return {
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "commit": current_commit(),
    }


def current_commit() -> str | None:
    """The commit of the checkout this code lies in, `-dirty` with changes; or as passed on by a submission."""
    if passed := os.environ.get("CAIRN_COMMIT"):
        return passed
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
