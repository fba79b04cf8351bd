"""What goes to the cluster with a job: the spec, and the code that submits it. No data, runs, caches or checkpoints.

The code is the five packages as they lie on this machine, a checkout with changes included, so a job runs what was
submitted, whatever version the cluster's image holds; the image gives the libraries.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluators.errors import CairnError

ROOT = Path(__file__).parents[2]
PACKAGES = ("search_spaces", "evaluators", "trainables", "experiments", "analysis")
LIMIT_BYTES = 100 * 2**20
"""Of an upload through Ray's job server."""
_LEFT_OUT = ("__pycache__", "*.pyc", "*.pyo", ".*", "*.egg-info")


@contextmanager
def parcel(spec: Path | None = None, root: Path = ROOT) -> Iterator[Path]:
    """A folder with the packages under `root`, and the spec beside them, for the time of the `with`.

    Raises:
        CairnError: it would be larger than a cluster takes.
    """
    with TemporaryDirectory(prefix="cairn-job-") as made:
        folder = Path(made)
        _refuse_large(spec, root)
        for package in PACKAGES:
            shutil.copytree(root / package, folder / package, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        if spec is not None:
            shutil.copyfile(spec, folder / spec.name)
        yield folder


def _refuse_large(spec: Path | None, root: Path) -> None:
    sizes = {path: path.stat().st_size for path in [*([spec] if spec else []), *_files(root)]}
    total = sum(sizes.values())
    if total <= LIMIT_BYTES:
        return
    largest = sorted(sizes, key=lambda path: -sizes[path])[:5]
    named = ", ".join(f"{path} ({sizes[path] / 2**20:.0f} MiB)" for path in largest)
    raise CairnError(
        f"the upload would be {total / 2**20:.0f} MiB, and a cluster takes {LIMIT_BYTES // 2**20}; move data and "
        f"models out of the packages and name them by absolute paths. The largest files: {named}"
    )


def _files(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(Path(part).match(pattern) for part in parts for pattern in _LEFT_OUT):
                yield path
