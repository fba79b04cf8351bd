"""Writes the suite's data as a mirror: `<root>/babel/<dataset>/<config>/<split>.parquet`, the hub's own layout.

The folder is named by a digest of this package's source: new code, new folder. It is written under another name and
then moved into place whole, so that a folder with the right name is complete, whoever else builds it meanwhile.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from evaluators.babel.languages import LANGUAGES
from evaluators.babel.sheets import INTERMEDIATES, TARGETS
from evaluators.babel.text import monolingual_text

TEXT_DATASET = "babel/wikipedia"
TEXT_ROWS = 3000
"""Documents of plain text in the pivot; the other languages have fewer, in proportion to their corpus."""


def build_mirror(cache_folder: Path) -> Path:
    """The mirror's folder below `cache_folder`; built, in seconds, where it is not there yet."""
    root = cache_folder / f"babel-{version()}"
    if root.is_dir():
        return root
    cache_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".babel-", dir=cache_folder) as scratch:
        fresh = Path(scratch) / "mirror"
        for sheet in (*TARGETS, *INTERMEDIATES):
            sheet.save(fresh)
        _save_text(fresh)
        _publish(fresh, root)
    return root


@cache
def version() -> str:
    """A digest of the generator's source."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _publish(fresh: Path, root: Path) -> None:
    try:
        fresh.rename(root)
    except OSError:
        if not root.is_dir():
            raise
        shutil.rmtree(fresh)  # another process was first; what it wrote is the same


def _save_text(root: Path) -> None:
    """Plain text in the layout of wikimedia/wikipedia, for masked language modelling as a task."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for code, language in LANGUAGES.items():
        rng = Random(f"text {code}")
        texts = [monolingual_text(language, rng) for _ in range(round(TEXT_ROWS * language.corpus))]
        numbers = [str(number) for number in range(len(texts))]
        blank = [""] * len(texts)
        folder = root / TEXT_DATASET / code
        folder.mkdir(parents=True)
        table = pa.table({"id": numbers, "url": blank, "title": blank, "text": texts})
        pq.write_table(table, folder / "train.parquet", compression="zstd")
