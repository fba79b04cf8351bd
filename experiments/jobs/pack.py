"""A run folder as text: how it comes back from a cluster whose disk this machine does not see.

`python -m experiments.jobs.pack FOLDER` runs there as a job of seconds and prints the folder, zipped and in base64,
between two marks; its log is read through the job server, so that no other port, bucket or shared disk is needed. The
mark at the end holds length and sha256, so that a log that was cut is not taken for a whole one.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from evaluators.errors import CairnError

LIMIT_BYTES = 64 * 2**20
"""Of a folder in its zipped form."""
_LEFT_OUT = ("tune", "submissions")
"""Ray's own files, and what `cairn submission` makes anew."""
_LINE = 120_000
_MARKS = re.compile(r"cairn-folder-begins(.*?)cairn-folder-ends (\d+) ([0-9a-f]{64})", re.DOTALL)


def packed(folder: Path) -> str:
    """The text of a folder.

    Raises:
        CairnError: there is no run in it, or it is too large.
    """
    if not (folder / "resolved.json").is_file():
        raise CairnError(f"there is no run in {folder} on the cluster's head")
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for path in _files(folder):
            archive.write(path, path.relative_to(folder).as_posix())
    data = buffer.getvalue()
    if len(data) > LIMIT_BYTES:
        raise CairnError(
            f"{folder} is {len(data) / 2**20:.0f} MiB zipped, more than {LIMIT_BYTES // 2**20}; copy it with "
            "`ray rsync-down` or `kubectl cp`"
        )
    text = base64.b64encode(data).decode()
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    end = f"cairn-folder-ends {len(data)} {hashlib.sha256(data).hexdigest()}"
    return "\n".join(["cairn-folder-begins", *lines, end])


def unpacked(text: str) -> dict[str, bytes]:
    """The files in a log: relative path -> bytes.

    Raises:
        CairnError: the log holds no whole folder, or one with paths that lead out of it.
    """
    found = _MARKS.search(text)
    if found is None:
        said = [line for line in text.splitlines() if line.startswith("cairn: ")]
        raise CairnError(said[-1].removeprefix("cairn: ") if said else "the cluster's answer holds no run folder")
    try:
        data = base64.b64decode("".join(found[1].split()), validate=True)
        if len(data) != int(found[2]) or hashlib.sha256(data).hexdigest() != found[3]:
            raise CairnError("the run folder came back damaged; fetch it again")
        with ZipFile(BytesIO(data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except (ValueError, BadZipFile) as error:
        raise CairnError("the run folder came back damaged; fetch it again") from error
    wrong = [name for name in files if name.startswith("/") or ".." in name.split("/")]
    if wrong:
        raise CairnError(f"the cluster's answer holds {wrong[0]!r}, which leads out of the run folder")
    return files


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] not in _LEFT_OUT and not any(part.startswith(".") for part in parts):
            yield path


def main() -> None:
    """`python -m experiments.jobs.pack FOLDER`."""
    try:
        print(packed(Path(sys.argv[1]).expanduser()))
    except CairnError as error:
        print(f"cairn: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
