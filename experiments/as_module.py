"""What commands that also run as modules (`python -m experiments.run`, for `ray job submit`) have in common."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from evaluators.errors import CairnError


def start(command: str, module: str, run: Callable[..., int]) -> None:
    """Read `FILE [--data DIR] [--runs DIR]`, do what `cairn COMMAND` does, exit with its status; 2 for a mistake."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=f"Does what `cairn {command}` does.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=Path)
    given = parser.parse_args()
    try:
        sys.exit(run(given.file, given.data, runs=given.runs))
    except CairnError as error:
        print(f"cairn: {error}", file=sys.stderr)
        sys.exit(2)


def as_typed(command: str, file: Path, data: Path | None, runs: Path | None) -> str:
    """The same as one would type it."""
    given = {"--data": data, "--runs": runs}
    flags = [word for flag, folder in given.items() if folder is not None for word in (flag, str(folder))]
    return shlex.join(["cairn", command, str(file), *flags])
